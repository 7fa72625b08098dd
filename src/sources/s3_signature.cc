#include "sources/s3_signature.h"

#include <vector>

#include "base/sha256.h"
#include "base/text.h"
#include "sources/hmac.h"

namespace serin::sources {
namespace {

constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";

// "20130524T000000Z": RFC 3339 of whole seconds without its dashes and colons.
std::string compactTime(Timestamp now) {
    std::string out = formatTime(now);
    std::erase_if(out, [](char c) { return c == '-' || c == ':'; });
    return out;
}

}  // namespace

std::map<std::string, std::string> signedHeaders(const S3Request& request, const S3Identity& identity,
                                                 Timestamp now) {
    if (identity.accessKey.empty()) return {};
    const std::string time = compactTime(now);
    const std::string day = time.substr(0, 8);
    std::map<std::string, std::string> out{{"x-amz-date", time}, {"x-amz-content-sha256", sha256Hex("")}};
    if (!identity.sessionToken.empty()) out["x-amz-security-token"] = identity.sessionToken;
    std::map<std::string, std::string> all = out;
    all["host"] = request.host;
    all.insert(request.headers.begin(), request.headers.end());
    std::string headers;
    std::vector<std::string> names;
    for (const auto& [name, value] : all) {
        headers += cat(name, ":", trim(value), "\n");
        names.push_back(name);
    }
    const std::string canonical = cat(request.method, "\n", request.path, "\n", canonicalQuery(request.query),
                                      "\n", headers, "\n", join(names, ";"), "\n", sha256Hex(""));
    const std::string scope = cat(day, "/", identity.region, "/s3/aws4_request");
    const std::string toSign = cat(kAlgorithm, "\n", time, "\n", scope, "\n", sha256Hex(canonical));
    std::string key = hmacSha256(cat("AWS4", identity.secretKey), day);
    for (const std::string_view part :
         {std::string_view(identity.region), std::string_view("s3"), std::string_view("aws4_request")}) {
        key = hmacSha256(key, part);
    }
    out["authorization"] =
        cat(kAlgorithm, " Credential=", identity.accessKey, "/", scope, ",SignedHeaders=", join(names, ";"),
            ",Signature=", hexOf(hmacSha256(key, toSign)));
    return out;
}

}  // namespace serin::sources
