#include "runtime/text_logger.h"

#include <unistd.h>

#include <nlohmann/json.hpp>

#include "base/text.h"

namespace serin::runtime {
namespace {

const char* nameOf(LogLevel level) {
    switch (level) {
        case LogLevel::Debug:
            return "debug";
        case LogLevel::Info:
            return "info";
        case LogLevel::Warning:
            return "warning";
        case LogLevel::Error:
            return "error";
    }
    return "info";
}

const char* paddedNameOf(LogLevel level) {
    switch (level) {
        case LogLevel::Debug:
            return "DEBUG";
        case LogLevel::Info:
            return "INFO ";
        case LogLevel::Warning:
            return "WARN ";
        case LogLevel::Error:
            return "ERROR";
    }
    return "INFO ";
}

// Milliseconds: the recorded form has six digits.
std::string logTime(Timestamp time) {
    std::string text = formatMicroTime(time);
    text.erase(text.size() - 4, 3);
    return text;
}

bool plain(const std::string& value) {
    return !value.empty() && value.find_first_of(" \"=\n\t\r") == std::string::npos;
}

std::string quoted(const std::string& value) {
    return nlohmann::json(value).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string oneLine(std::string_view text) {
    std::string out(text);
    for (char& c : out) {
        if (c == '\n' || c == '\r') c = ' ';
    }
    return out;
}

}  // namespace

std::string formatLine(LogFormat format, Timestamp time, LogLevel level, std::string_view message,
                       const LogFields& fields) {
    if (format == LogFormat::Json) {
        nlohmann::ordered_json line = {
            {"time", logTime(time)}, {"level", nameOf(level)}, {"message", message}};
        for (const auto& [key, value] : fields) line[std::string(key)] = value;
        return line.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
    }
    std::string line = cat(logTime(time), ' ', paddedNameOf(level), ' ', oneLine(message));
    for (const auto& [key, value] : fields) line += cat(' ', key, '=', plain(value) ? value : quoted(value));
    return line;
}

Result<LogFormat> parseLogFormat(std::string_view text) {
    if (text == "text") return LogFormat::Text;
    if (text == "json") return LogFormat::Json;
    return invalid(cat("is \"", text, "\", not text or json"));
}

Result<LogLevel> parseLogLevel(std::string_view text) {
    if (text == "debug") return LogLevel::Debug;
    if (text == "info") return LogLevel::Info;
    if (text == "warning") return LogLevel::Warning;
    if (text == "error") return LogLevel::Error;
    return invalid(cat("is \"", text, "\", not debug, info, warning or error"));
}

void TextLogger::log(LogLevel level, std::string_view message, const LogFields& fields) {
    if (level < least_) return;
    const std::string line = formatLine(format_, clock_.wall(), level, message, fields) + '\n';
    const std::lock_guard lock(mutex_);
    // A log that cannot be written is lost; there is nowhere to say so.
    [[maybe_unused]] const auto written = ::write(descriptor_, line.data(), line.size());
}

}  // namespace serin::runtime
