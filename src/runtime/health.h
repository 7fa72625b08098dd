#pragma once

#include <atomic>
#include <string>

#include "base/http.h"

namespace serin::runtime {

// What the kubelet is told. Alive as long as it answers; ready when the caches are complete, standby or not.
// Thread-safe.
class Health {
  public:
    void setReady(bool ready) { ready_ = ready; }
    bool ready() const { return ready_; }

    HttpResponse answer(const std::string& path) const {
        if (path == "/healthz" || path == "/livez") return {200, {}, "ok\n"};
        if (path != "/readyz") return {404, {}, "/healthz or /readyz\n"};
        if (ready_) return {200, {}, "ok\n"};
        return {503, {}, "the caches are not complete, or the process is stopping\n"};
    }

  private:
    std::atomic<bool> ready_{false};
};

}  // namespace serin::runtime
