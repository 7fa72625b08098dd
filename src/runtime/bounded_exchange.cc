#include "runtime/bounded_exchange.h"

#include "base/text.h"
#include "base/time.h"

namespace serin::runtime {

Result<HttpResponse> BoundedExchange::send(const std::string& url, const HttpRequest& request,
                                           size_t maxBytes) {
    if (stop_.stop_requested()) return Error{ErrorCode::Stopped, "the operator stops"};
    if (clock_.sinceBoot() >= until_) {
        return Error{ErrorCode::Unavailable,
                     cat("the store did not answer all that was asked of it within ",
                         formatDuration(kLongest), "; is it slow, or are there very many files?")};
    }
    return below_.send(url, request, maxBytes);
}

}  // namespace serin::runtime
