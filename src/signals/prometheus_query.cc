#include "signals/prometheus_query.h"

#include <algorithm>

#include "base/percent.h"
#include "base/text.h"
#include "signals/pod_reading.h"

namespace serin::signals {
namespace {

bool isPlain(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

// The content of a PromQL string in double quotes; metric names and names of Kubernetes' objects have no
// other characters that mean something than these.
std::string quoted(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        out += c == '\n' ? ' ' : c;
    }
    return out;
}

// An expression that matches these texts alone.
std::string oneOf(std::vector<std::string> texts) {
    for (std::string& text : texts) {
        std::string literal;
        for (const char c : text) {
            if (!isPlain(c) && c != ':') literal += '\\';
            literal += c;
        }
        text = std::move(literal);
    }
    return quoted(join(texts, "|"));
}

std::string inSeconds(Duration time) {
    std::string rest = std::to_string(time.count() % 1000);
    return cat(time.count() / 1000, '.', std::string(3 - rest.size(), '0'), rest);
}

}  // namespace

std::string prometheusQuery(const Selection& selection, std::string_view space,
                            const std::vector<std::string>& pods, Duration window) {
    std::vector<std::string> names = namesRead(selection);
    names.insert(names.begin(), std::string(upName));
    return cat("{__name__=~\"", oneOf(std::move(names)), "\",", namespaceLabel, "=\"", quoted(space), "\",",
               podLabel, "=~\"", oneOf(pods), "\"}[", window.count(), "ms]");
}

std::string prometheusForm(std::string_view query, Timestamp at, Duration timeout) {
    return cat("query=", percentEncode(query, "-._"), "&time=", inSeconds(at.time_since_epoch()),
               "&timeout=", inSeconds(timeout));
}

}  // namespace serin::signals
