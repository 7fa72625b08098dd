#include "signals/refusal.h"

#include <algorithm>
#include <string_view>
#include <utility>

namespace serin::signals {
namespace {

// So many characters are a secret's beginning: words are cut somewhere. What is shorter is left alone, for
// any word may have it, and what is missing there would tell it.
constexpr size_t kRecognised = 8;

}  // namespace

ErrorCode codeOf(int status, ErrorCode other) {
    if (status == 401) return ErrorCode::Unauthorized;
    return status == 403 ? ErrorCode::Forbidden : other;
}

bool isRefusal(const Error& error) {
    return error.code == ErrorCode::Unauthorized || error.code == ErrorCode::Forbidden;
}

std::string withoutSecrets(std::string text, const net::Access& access) {
    constexpr std::string_view kInstead = "[secret]";
    for (const std::string& secret : access.secrets) {
        if (secret.size() < kRecognised) continue;
        const std::string_view begin = std::string_view(secret).substr(0, kRecognised);
        // In one pass: a server may repeat it as often as its answer is long.
        std::string out;
        size_t from = 0;
        for (size_t at = text.find(begin); at != std::string::npos; at = text.find(begin, from)) {
            out.append(text, from, at - from).append(kInstead);
            const auto same = std::ranges::mismatch(std::string_view(text).substr(at), secret);
            from = at + static_cast<size_t>(same.in2 - secret.begin());
        }
        if (from > 0) text = std::move(out.append(text, from));
    }
    return text;
}

PodReading withoutSecrets(PodReading reading, const net::Access& access) {
    if (access.secrets.empty()) return reading;
    for (SourceReading& source : reading.sources) {
        for (SeriesLabels::Column& column : source.labels.columns) {
            column.label = withoutSecrets(std::move(column.label), access);
            for (std::string& value : column.values) value = withoutSecrets(std::move(value), access);
        }
    }
    return reading;
}

}  // namespace serin::signals
