#include <algorithm>

#include "api/spec_codec.h"
#include "base/text.h"

namespace serin::api {
namespace {

using std::chrono::seconds;

// Prometheus spreads its targets over its scrape interval, so the arms' numbers end up to one interval apart.
// Bursts of traffic that fall between them look like harm; over eight scrapes the two cover the same seconds
// but for an eighth (statistics 7.7).
constexpr int kScrapesInALook = 8;
// One look without data must not be the last: holdAtMost runs from it.
constexpr int kLooksInAHold = 2;

bool all(std::string_view text, std::string_view others) {
    return std::ranges::all_of(text, [&](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               others.find(c) != std::string_view::npos;
    });
}

bool isPort(std::string_view text) {
    return !text.empty() && text.size() <= 5 && all(text, "") &&
           std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; }) &&
           text.find_first_not_of('0') != std::string_view::npos && std::stoi(std::string(text)) <= 65535;
}

// "host", "host:port", "[v6]" or "[v6]:port".
bool isAuthority(std::string_view text) {
    const bool bracket = text.starts_with('[');
    const size_t end = bracket ? text.find(']') : std::min(text.find(':'), text.size());
    if (end == std::string_view::npos) return false;
    const std::string_view host = text.substr(bracket ? 1 : 0, bracket ? end - 1 : end);
    const std::string_view rest = text.substr(bracket ? end + 1 : end);
    if (host.empty() || !all(host, bracket ? ":." : ".-_")) return false;
    return rest.empty() || (rest.starts_with(':') && isPort(rest.substr(1)));
}

// Empty where it can be one. A password must not be repeated.
std::string addressFault(const std::string& address, const std::string& example) {
    const size_t scheme = address.find("://");
    const bool web = address.starts_with("http://") || address.starts_with("https://");
    const std::string_view rest = web ? std::string_view(address).substr(scheme + 3) : std::string_view();
    if (rest.find('@') != std::string_view::npos) {
        return "has a name or a password before @, which everybody could read here; state the address alone";
    }
    if (address.find_first_of("?#") != std::string::npos) {
        return cat("is \"", address, "\"; leave out what begins with ? or #, the path of the API is added");
    }
    const size_t slash = std::min(rest.find('/'), rest.size());
    const std::string_view path = rest.substr(slash);
    if (web && isAuthority(rest.substr(0, slash)) && all(path, "/-._~") &&
        path.find("//") == std::string_view::npos) {
        return "";
    }
    return cat("is \"", address,
               "\"; state http:// or https://, a host, and where need be a port and a path, such as ",
               example);
}

}  // namespace

std::string decodeAddress(const Field& field, const std::string& example) {
    std::string address = field.text();
    if (const std::string why = addressFault(address, example); !why.empty()) {
        field.problem(why);
        return "";
    }
    if (address.ends_with('/')) address.pop_back();
    return address;
}

PrometheusSource decodePrometheus(const Field& prometheus) {
    PrometheusSource out;
    const Field address = prometheus.at("address");
    if (address.text().empty()) {
        address.problem("is missing; state where Prometheus is, such as http://prometheus.monitoring:9090");
    } else {
        out.address = decodeAddress(address, "http://prometheus.monitoring:9090");
    }
    out.scrapeInterval = prometheus.at("scrapeInterval").duration(out.scrapeInterval, seconds(1));
    // Of an address that was refused nobody knows how it would be asked.
    const bool https = out.address.empty() || out.address.starts_with("https://");
    out.access = decodeAccess(
        prometheus, {https, "the address begins with http://", "state an address that begins with https://"});
    return out;
}

void decodeFrom(const Field& analysis, Analysis& out) {
    const Field from = analysis.at("from");
    if (!from.present()) return;
    const bool pods = from.at("pods").present();
    const bool prometheus = from.at("prometheus").present();
    if (pods == prometheus) {
        from.problem(pods ? "states both pods and prometheus; keep one of them"
                          : "states neither pods nor prometheus; state one of them, or leave from out");
    }
    if (pods || !prometheus) return;
    out.prometheus = decodePrometheus(from.at("prometheus"));
    const Duration scrape = out.prometheus->scrapeInterval;
    out.prometheus->askInterval = out.interval;
    out.interval = std::max<Duration>(out.interval, kScrapesInALook * scrape);
    const Duration least = kLooksInAHold * kScrapesInALook * scrape;
    if (out.holdAtMost >= least) return;
    analysis.at("holdAtMost")
        .problem(cat("is ", formatDuration(out.holdAtMost), ", but numbers from Prometheus come once in ",
                     kScrapesInALook, " scrapes of ", formatDuration(scrape), "; state at least ",
                     formatDuration(least)));
}

}  // namespace serin::api
