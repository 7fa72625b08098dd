#pragma once

#include <mutex>
#include <set>
#include <string>

#include "base/http.h"
#include "base/log.h"

namespace serin::net {

// What the API server says about our requests beside its answers, logged once per text: `Warning: 299`
// headers (deprecated versions, unknown fields), and as which flow its priority and fairness counts us. Of
// each at most a hundred different texts. Thread-safe.
class Remarks {
  public:
    explicit Remarks(Logger& log) : log_(log) {}

    void hear(const HttpRequest& request, const HttpResponse& answer);

  private:
    // Whether a text is heard for the first time.
    bool isNew(std::set<std::string>& known, const std::string& text);

    Logger& log_;
    std::mutex mutex_;
    std::set<std::string> warnings_;
    std::set<std::string> flows_;
};

}  // namespace serin::net
