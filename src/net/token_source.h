#pragma once

#include <mutex>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "kube/cluster_config.h"

namespace serin::net {

// The bearer token of each request. A file is read again after 60 s, because the kubelet renews it, and after
// drop(); when it cannot be read the last good token stays (an answer of 401 is more telling than an error
// here). Thread-safe.
class TokenSource {
  public:
    TokenSource(const kube::ClusterConfig& config, const Clock& clock);

    // Empty when the configuration has no token. Fails when a token file never was readable.
    Result<std::string> token();
    // The server refused the token: read the file again at the next request.
    void drop();

  private:
    std::string path_;
    const Clock& clock_;
    std::mutex mutex_;
    std::string token_;
    Duration readAt_{0};
    bool read_ = false;
};

}  // namespace serin::net
