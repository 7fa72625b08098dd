#include "runtime/hooks.h"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <utility>
#include <vector>

#include "base/base64.h"
#include "base/http_head.h"
#include "base/text.h"
#include "sources/hmac.h"

namespace serin::runtime {
namespace {

constexpr size_t kShortestSecret = 16;
constexpr size_t kLongestSecret = 4096;
constexpr Duration kReplay = std::chrono::minutes(5);
constexpr std::string_view kFolder = "/hooks/";

std::string headerIn(const HttpRequest& request, const std::string& name) {
    const auto found = request.headers.find(name);
    return found == request.headers.end() ? "" : found->second;
}

// Of equal length whatever was given, so that the time it takes to compare says nothing.
bool isSame(std::string_view given, std::string_view expected) {
    return sources::hmacSha256(expected, given) == sources::hmacSha256(expected, expected);
}

bool isRecent(const std::string& seconds, Timestamp now) {
    int64_t value = 0;
    const char* const end = seconds.data() + seconds.size();
    const auto [stopped, error] = std::from_chars(seconds.data(), end, value);
    if (error != std::errc() || stopped != end || value < 0 || value > 100'000'000'000) return false;
    const Duration apart = now - Timestamp(std::chrono::seconds(value));
    return apart <= kReplay && apart >= -kReplay;
}

bool isSigned(const HttpRequest& request, std::string_view secret, Timestamp now) {
    const std::string time = headerIn(request, "x-mlflow-timestamp");
    const std::string text = cat(headerIn(request, "x-mlflow-delivery-id"), ".", time, ".", request.body);
    const std::string expected = cat("v1,", encodeBase64(sources::hmacSha256(secret, text)));
    return isSame(headerIn(request, "x-mlflow-signature"), expected) && isRecent(time, now);
}

}  // namespace

std::optional<std::string> hookedKey(std::string_view path) {
    if (!path.starts_with(kFolder)) return std::nullopt;
    const std::vector<std::string> parts = split(path.substr(kFolder.size()), '/');
    if (parts.size() != 2 || parts[0].empty() || parts[1].empty()) return std::nullopt;
    return cat(parts[0], "/", parts[1]);
}

bool knowsSecret(const HttpRequest& request, std::string_view secret, Timestamp now) {
    if (request.headers.contains("x-mlflow-signature")) return isSigned(request, secret, now);
    for (const char* name : {"x-webhook-secret", "x-serin-token"}) {
        if (request.headers.contains(name)) return isSame(headerIn(request, name), secret);
    }
    const std::string token = bearerToken(request);
    return !token.empty() && isSame(token, secret);
}

Result<std::string> readHookSecret(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) return invalid(cat(path, " cannot be read"));
    std::string secret(kLongestSecret + 1, '\0');
    file.read(secret.data(), static_cast<std::streamsize>(secret.size()));
    secret.resize(static_cast<size_t>(file.gcount()));
    while (secret.ends_with('\n') || secret.ends_with('\r')) secret.pop_back();
    if (secret.size() < kShortestSecret || secret.size() > kLongestSecret) {
        return invalid(cat(path, " has a secret of ", secret.size() > kLongestSecret ? "more than " : "",
                           std::min(secret.size(), kLongestSecret), " bytes; put there one of ",
                           kShortestSecret, " to ", kLongestSecret));
    }
    return secret;
}

HttpResponse Hooks::answer(const HttpRequest& request) const {
    const std::optional<std::string> key = hookedKey(pathOf(request));
    if (!key) return {404, {}, "only /hooks/NAMESPACE/NAME\n"};
    const Result<std::string> secret = readHookSecret(parts_.secretFile);
    if (!secret) {
        parts_.log.error("hooks cannot be checked", {{"error", secret.error().message}});
        return {503, {{"retry-after", "60"}}, "the secret of hooks cannot be read\n"};
    }
    if (!knowsSecret(request, *secret, parts_.clock.wall())) {
        return {401, {{"www-authenticate", "Bearer"}}, "the secret is another one\n"};
    }
    if (!parts_.leads()) return {503, {{"retry-after", "1"}}, "another replica leads\n"};
    parts_.hint(*key);
    return {202, {}, "the source is looked up, where there is one\n"};
}

}  // namespace serin::runtime
