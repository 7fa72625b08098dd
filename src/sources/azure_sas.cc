#include "sources/azure_sas.h"

#include <vector>

#include "base/base64.h"
#include "base/text.h"
#include "sources/hmac.h"
#include "sources/query.h"

namespace serin::sources {
namespace {

constexpr Duration kAround = std::chrono::minutes(15);
constexpr const char* kPermissions = "rl";
constexpr const char* kContainer = "c";

// A parameter's value; of percent-encodings only that of the colon matters to what is read here.
std::string parameter(const std::string& sas, std::string_view name) {
    for (const std::string& pair : split(sas, '&')) {
        if (!pair.starts_with(name) || pair.size() <= name.size() || pair[name.size()] != '=') continue;
        std::string out = pair.substr(name.size() + 1);
        for (const std::string_view colon : {"%3A", "%3a"}) {
            for (size_t at = out.find(colon); at != std::string::npos; at = out.find(colon)) {
                out.replace(at, colon.size(), ":");
            }
        }
        return out;
    }
    return "";
}

// "2026-11-26", "2026-11-26T12:00Z" or "2026-11-26T12:00:00Z".
std::optional<Timestamp> timeOf(std::string text) {
    if (text.size() == 10) text += "T00:00:00Z";
    if (text.size() == 17) text.insert(16, ":00");
    return parseTime(text);
}

bool has(const std::string& permissions, char permission) {
    return permissions.empty() || permissions.find(permission) != std::string::npos;
}

}  // namespace

std::string containerSas(const std::string& account, const std::string& container, const std::string& key,
                         const std::string& protocols, Timestamp now) {
    const std::string start = formatTime(now - kAround);
    const std::string end = formatTime(now + kAround);
    // Empty: policy, addresses; at the end snapshot, encryption scope and five headers of answers.
    const std::vector<std::string> fields{
        kPermissions, start, end,       cat("/blob/", account, "/", container),
        "",           "",    protocols, kAzureVersion,
        kContainer,   "",    "",        "",
        "",           "",    "",        ""};
    return canonicalQuery({{"sp", kPermissions},
                           {"st", start},
                           {"se", end},
                           {"spr", protocols},
                           {"sv", kAzureVersion},
                           {"sr", kContainer},
                           {"sig", encodeBase64(hmacSha256(key, join(fields, "\n")))}});
}

std::string sasFault(const std::string& sas, Timestamp now) {
    const std::string end = parameter(sas, "se");
    if (const auto time = timeOf(end); time && *time <= now) {
        return cat("ended at ", end, " (se): put a new one there");
    }
    const std::string start = parameter(sas, "st");
    if (const auto time = timeOf(start); time && *time > now + kAround) {
        return cat("begins at ", start, " only (st): put one there that has begun");
    }
    const std::string permissions = parameter(sas, "sp");
    if (!has(permissions, 'r') || !has(permissions, 'l')) {
        return cat("allows sp=", permissions, ", and r and l are needed, to read and to list");
    }
    if (const std::string resource = parameter(sas, "sr");
        resource == "b" || resource == "bs" || resource == "bv") {
        return cat("is of one blob (sr=", resource,
                   "), and its container is listed: put one of the container "
                   "there (sr=c)");
    }
    return "";
}

}  // namespace serin::sources
