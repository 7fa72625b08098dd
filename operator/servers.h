#pragma once

#include <functional>
#include <memory>
#include <string>

#include "means.h"
#include "net/channel.h"
#include "runtime/health.h"
#include "runtime/hooks.h"
#include "runtime/http_server.h"
#include "runtime/metrics_guard.h"

namespace serin {

// The ports of the process, those that the options name: health, its own metrics with the recordings, and
// hooks. They are served from the beginning, so that a port that is taken is said at once; a process that
// does not lead says so to hooks.
class Servers {
  public:
    struct Parts {
        Means means;
        runtime::Health& health;  // outlives them
        // Whether hooks may have something looked at now, and having it looked at.
        std::function<bool()> leads;
        std::function<void(const std::string& key)> hint;
        // The metrics as they are now.
        std::function<std::string()> page;
    };
    explicit Servers(Parts parts) : parts_(std::move(parts)) {}

    // Fails where a port, a certificate or a secret cannot be had.
    Result<void> start();
    // Ends all but health.
    void stop();

  private:
    Result<void> serveHealth();
    Result<void> serveMetrics();
    Result<void> serveHooks();
    HttpResponse answerMetrics(const HttpRequest& request);

    Parts parts_;
    std::unique_ptr<runtime::HttpServer> healthServer_;
    std::unique_ptr<runtime::MetricsGuard> metricsGuard_;
    std::unique_ptr<runtime::HttpServer> metricsServer_;
    std::unique_ptr<runtime::Hooks> hooks_;
    std::unique_ptr<runtime::HttpServer> hookServer_;
};

}  // namespace serin
