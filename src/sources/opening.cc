#include "sources/opening.h"

#include <algorithm>

#include "base/base64.h"
#include "base/text.h"
#include "sources/hmac.h"

namespace serin::sources {
namespace {

constexpr size_t kShortestSecret = 4;
constexpr std::string_view kPassword = "_PASSWORD";

void hide(std::string& text, const std::string& secret) {
    for (size_t at = text.find(secret); at != std::string::npos; at = text.find(secret, at)) {
        text.replace(at, secret.size(), "•••");
    }
}

// Values of these keys are told to people: they open nothing.
bool isPublic(const std::string& key) {
    return key == "AWS_REGION" || key == "AWS_DEFAULT_REGION" || key == "AZURE_TENANT_ID" ||
           key == "AZURE_CLIENT_ID" || key == "AZURE_AUTHORITY_HOST" || key.ends_with("_USERNAME");
}

}  // namespace

std::string valueOf(const Credentials& credentials, const std::string& key) {
    const auto found = credentials.find(key);
    if (found == credentials.end()) return "";
    std::string out = found->second;
    while (out.ends_with('\n') || out.ends_with('\r')) out.pop_back();
    return out;
}

Result<void> fitsHeader(const std::string& key, const std::string& value) {
    const bool fits = std::ranges::all_of(value, [](char c) { return c >= ' ' && c <= '~'; });
    if (fits) return {};
    return invalid(cat("the credentials' ", key, " has characters that cannot stand in a header"));
}

Result<std::string> openingOf(const Credentials& credentials, const OpeningKeys& keys) {
    const std::string token = valueOf(credentials, keys.token);
    if (!token.empty()) {
        if (const Result<void> fits = fitsHeader(keys.token, token); !fits) return fits.error();
        return cat("Bearer ", token);
    }
    const std::string username = valueOf(credentials, keys.username);
    const std::string password = valueOf(credentials, keys.password);
    if (username.empty() != password.empty()) {
        return invalid(cat("the credentials have no ", username.empty() ? keys.username : keys.password,
                           " beside ", username.empty() ? keys.password : keys.username));
    }
    if (!username.empty()) return cat("Basic ", encodeBase64(cat(username, ":", password)));
    if (credentials.empty()) return std::string();
    return invalid(
        cat("the credentials have neither ", keys.token, " nor ", keys.username, " and ", keys.password));
}

std::string withoutSecrets(std::string text, const Credentials& credentials) {
    for (const auto& [key, written] : credentials) {
        const std::string value = valueOf(credentials, key);
        if (isPublic(key) || value.size() < kShortestSecret) continue;
        hide(text, value);
        // As it stands in a header of basic authentication.
        if (!key.ends_with(kPassword)) continue;
        const std::string username = cat(key.substr(0, key.size() - kPassword.size()), "_USERNAME");
        hide(text, encodeBase64(cat(valueOf(credentials, username), ":", value)));
    }
    return text;
}

}  // namespace serin::sources
