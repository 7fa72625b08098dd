#pragma once

#include <mutex>
#include <string>

#include "base/clock.h"
#include "base/log.h"
#include "base/result.h"

namespace serin::runtime {

enum class LogFormat { Text, Json };

// One line of a log, without its end.
// Text: `2026-01-02T03:04:05.123Z INFO  the canary gets 25 % namespace=ml name=fraud`.
std::string formatLine(LogFormat format, Timestamp time, LogLevel level, std::string_view message,
                       const LogFields& fields);

Result<LogFormat> parseLogFormat(std::string_view text);
Result<LogLevel> parseLogLevel(std::string_view text);

// Writes lines to a file descriptor, each with one system call.
class TextLogger final : public Logger {
  public:
    TextLogger(int descriptor, LogFormat format, LogLevel least, const Clock& clock)
        : descriptor_(descriptor), format_(format), least_(least), clock_(clock) {}

    void log(LogLevel level, std::string_view message, const LogFields& fields) override;

  private:
    int descriptor_;
    LogFormat format_;
    LogLevel least_;
    const Clock& clock_;
    std::mutex mutex_;
};

}  // namespace serin::runtime
