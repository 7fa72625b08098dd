#include "net/token_source.h"

#include "base/text.h"
#include "net/surroundings.h"

namespace serin::net {
namespace {

constexpr Duration kReread{60'000};

}  // namespace

TokenSource::TokenSource(const kube::ClusterConfig& config, const Clock& clock)
    : path_(config.tokenFile),
      clock_(clock),
      token_(path_.empty() ? trim(config.token) : std::string_view{}) {}

Result<std::string> TokenSource::token() {
    const std::lock_guard lock(mutex_);
    const Duration now = clock_.sinceBoot();
    if (path_.empty() || (read_ && now - readAt_ < kReread)) return token_;
    const Result<std::string> text = readFile(path_);
    std::string fresh(text ? trim(*text) : std::string_view{});
    if (!isVisible(fresh)) {
        if (!token_.empty()) return token_;
        return Error{ErrorCode::Unavailable, text ? cat("token file ", path_, " holds no token")
                                                  : cat("token file ", text.error().message)};
    }
    token_ = std::move(fresh);
    readAt_ = now;
    read_ = true;
    return token_;
}

void TokenSource::drop() {
    const std::lock_guard lock(mutex_);
    read_ = false;
}

}  // namespace serin::net
