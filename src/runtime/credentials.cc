#include "runtime/credentials.h"

#include <algorithm>

#include "base/base64.h"
#include "base/text.h"

namespace serin::runtime {
namespace {

constexpr const char* kToken = "token";
constexpr const char* kUser = "username";
constexpr const char* kPassword = "password";

// Files end with a line break, and so do values that were made of them.
std::string withoutLineEnd(std::string text) {
    while (text.ends_with('\n') || text.ends_with('\r')) text.pop_back();
    return text;
}

bool isControl(char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

Result<net::Access> bearer(const std::string& token, const std::string& whose) {
    if (token.empty()) return invalid(cat(whose, " has an empty token; put the token there"));
    if (!isVisible(token)) {
        return invalid(
            cat(whose,
                " has a token with a blank, a line break or another character that cannot stand in a "
                "header; put the token there and nothing else"));
    }
    return net::Access{cat("Bearer ", token), "", "", {token}};
}

Result<net::Access> basic(const std::string& user, const std::string& password, const std::string& whose) {
    if (user.empty()) return invalid(cat(whose, " has an empty username; put the user's name there"));
    if (user.find(':') != std::string::npos) {
        return invalid(
            cat(whose, " has a username with a colon, which would end it; choose a user without one"));
    }
    if (std::ranges::any_of(user, isControl) || std::ranges::any_of(password, isControl)) {
        return invalid(
            cat(whose,
                " has a username or password with a line break or another control character, which "
                "cannot be sent; put them there and nothing else"));
    }
    const std::string pair = encodeBase64(cat(user, ':', password));
    return net::Access{cat("Basic ", pair), "", "", {pair, password}};
}

}  // namespace

Result<net::Access> credentialsOf(const KeyedData& secret, const std::string& whose) {
    const bool token = secret.data.contains(kToken);
    const bool pair = secret.data.contains(kUser) && secret.data.contains(kPassword);
    if (token && pair) {
        return invalid(cat(whose, " has a token and a username with a password; keep one of them"));
    }
    if (!token && !pair) {
        return invalid(
            cat(whose, " has ", secret.keys(), "; put there the key token, or username and password"));
    }
    const auto valueOf = [&](const char* key) -> Result<std::string> {
        Result<std::string> bytes = decodeBase64(secret.data.at(key));
        if (!bytes) return invalid(cat(whose, " has a ", key, " that is ", bytes.error().message));
        return withoutLineEnd(std::move(bytes).value());
    };
    const Result<std::string> first = valueOf(token ? kToken : kUser);
    if (!first) return first.error();
    if (token) return bearer(*first, whose);
    const Result<std::string> password = valueOf(kPassword);
    return password ? basic(*first, *password, whose) : Result<net::Access>(password.error());
}

}  // namespace serin::runtime
