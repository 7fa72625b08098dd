#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace serin {

enum class LogLevel { Debug, Info, Warning, Error };

using LogFields = std::vector<std::pair<std::string_view, std::string>>;

// Where lines about decisions and faults go. Implementations are thread-safe and never throw or block for
// long. No secret ever reaches a Logger: tokens, keys and request bodies are not logged.
class Logger {
  public:
    virtual ~Logger() = default;
    virtual void log(LogLevel level, std::string_view message, const LogFields& fields) = 0;

    void info(std::string_view message, const LogFields& fields = {}) {
        log(LogLevel::Info, message, fields);
    }
    void warning(std::string_view message, const LogFields& fields = {}) {
        log(LogLevel::Warning, message, fields);
    }
    void error(std::string_view message, const LogFields& fields = {}) {
        log(LogLevel::Error, message, fields);
    }
};

}  // namespace serin
