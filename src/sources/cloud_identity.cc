#include "sources/cloud_identity.h"

#include "base/text.h"
#include "sources/calls.h"
#include "sources/listing.h"

namespace serin::sources {

Result<void> endpointFault(const std::string& name, const std::string& url) {
    if (url.empty()) return {};
    if (isPlainUrl(url) && url.find_first_of("@?") == std::string::npos) return {};
    return invalid(cat("the identity's ", name, " is \"", plainly(url),
                       "\"; state the address of a server, https://HOST"));
}

}  // namespace serin::sources
