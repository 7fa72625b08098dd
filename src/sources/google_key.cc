#include "sources/google_key.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "api/json_read.h"
#include "base/base64.h"
#include "base/text.h"
#include "sources/hmac.h"
#include "sources/json_answer.h"
#include "sources/listing.h"
#include "sources/rsa.h"

namespace serin::sources {
namespace {

constexpr const char* kGrant = "urn:ietf:params:oauth:grant-type:jwt-bearer";
constexpr int64_t kSeconds = 3600;  // the longest that Google takes

// RFC 4648, section 5, without padding.
std::string base64UrlOf(std::string_view bytes) {
    std::string out = encodeBase64(bytes);
    out.resize(std::min(out.find('='), out.size()));
    std::ranges::replace(out, '+', '-');
    std::ranges::replace(out, '/', '_');
    return out;
}

std::string encoded(const nlohmann::json& part) {
    return base64UrlOf(part.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
}

}  // namespace

Result<GoogleKey> readGoogleKey(const std::string& json) {
    const Result<nlohmann::json> read = readJson(json);
    if (!read) return invalid("is no JSON");
    const std::string type = api::textAt(*read, "type");
    if (type == "external_account") {
        return invalid(
            "is of the type 'external_account', which names a file of the machine where it is read; state a "
            "workload identity instead (credentials.workloadIdentity.google)");
    }
    if (type != "service_account") {
        return invalid(cat("is of the type '", plainly(type),
                           "'; the key of a service account is needed, whose type is "
                           "service_account"));
    }
    GoogleKey out{api::textAt(*read, "client_email"), api::textAt(*read, "private_key_id"),
                  api::textAt(*read, "private_key"), api::textAt(*read, "token_uri")};
    for (const auto& [name, value] :
         {std::pair{"client_email", out.email}, std::pair{"private_key", out.privateKey},
          std::pair{"token_uri", out.tokenUri}}) {
        if (value.empty()) return invalid(cat("has no ", name));
    }
    const bool web = out.tokenUri.starts_with("https://") || out.tokenUri.starts_with("http://");
    if (!web || plainly(out.tokenUri) != out.tokenUri || out.tokenUri.find('@') != std::string::npos) {
        return invalid("has a token_uri that is no address of a server");
    }
    if (!rsaSha256(out.privateKey, ""))
        return invalid("has a private_key that is no private key of RSA in PEM");
    return out;
}

Result<Query> googleForm(const GoogleKey& key, Timestamp now) {
    const int64_t seconds = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
    const std::string header = encoded({{"alg", "RS256"}, {"typ", "JWT"}, {"kid", key.keyId}});
    const std::string claims = encoded({{"iss", key.email},
                                        {"scope", kStorageScope},
                                        {"aud", key.tokenUri},
                                        {"iat", seconds},
                                        {"exp", seconds + kSeconds}});
    const std::string toSign = cat(header, ".", claims);
    const Result<std::string> signature = rsaSha256(key.privateKey, toSign);
    if (!signature) return signature.error();
    return Query{{"grant_type", kGrant}, {"assertion", cat(toSign, ".", base64UrlOf(*signature))}};
}

}  // namespace serin::sources
