#include "sources/docker_config.h"

#include <algorithm>
#include <optional>

#include "base/base64.h"
#include "base/text.h"
#include "sources/globs.h"
#include "sources/hmac.h"
#include "sources/json_answer.h"
#include "sources/listing.h"
#include "sources/opening.h"

namespace serin::sources {
namespace {

using nlohmann::json;

constexpr const char* kConfig = ".dockerconfigjson";
constexpr const char* kToken = "OCI_TOKEN";
constexpr const char* kUsername = "OCI_USERNAME";
constexpr const char* kPassword = "OCI_PASSWORD";
constexpr size_t kMostShown = 5;

// RFC 4648, section 4; padding may lack, as Docker's own reader takes it.
std::optional<std::string> base64Decoded(std::string_view text) {
    constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    while (text.ends_with('=')) text.remove_suffix(1);
    std::string out;
    uint32_t bits = 0;
    int count = 0;
    for (const char c : text) {
        const size_t value = kAlphabet.find(c);
        if (value == std::string_view::npos) return std::nullopt;
        bits = bits << 6 | static_cast<uint32_t>(value);
        count += 6;
        if (count < 8) continue;
        count -= 8;
        out += static_cast<char>(bits >> count & 255);
    }
    return out;
}

// An entry's name without what says how it is reached: "https://index.docker.io/v1/" is docker.io.
std::string placeOfEntry(std::string name) {
    for (const std::string_view scheme : {"https://", "http://"}) {
        if (name.starts_with(scheme)) name.erase(0, scheme.size());
    }
    name = withoutTrailing(std::move(name), '/');
    for (const std::string_view version : {"/v1", "/v2"}) {
        if (name.ends_with(version)) name.resize(name.size() - version.size());
    }
    const size_t end = std::min(name.find('/'), name.size());
    const std::string host = lowerCase(name.substr(0, end));
    const bool hub = host == "index.docker.io" || host == "registry-1.docker.io";
    return cat(hub ? "docker.io" : host, name.substr(end));
}

// A host whose labels may have "*", which is none of the name of a port.
bool isHostOf(const std::string& entry, const std::string& host) {
    if (entry.find('*') == std::string::npos) return entry == host;
    const std::vector<std::string> ofEntry = split(entry, ':');
    const std::vector<std::string> ofHost = split(host, ':');
    if (ofEntry.size() != ofHost.size() || (ofEntry.size() > 1 && ofEntry[1] != ofHost[1])) return false;
    return std::ranges::equal(split(ofEntry[0], '.'), split(ofHost[0], '.'),
                              [](const std::string& glob, const std::string& label) {
                                  return glob == "*" ? !label.empty() : matches(glob, label);
                              });
}

// Nothing where the entry is of another place; both as placeOfEntry() has them.
std::optional<EntryRank> rankOf(const std::string& entry, const std::string& place) {
    const size_t endOfEntry = std::min(entry.find('/'), entry.size());
    const size_t endOfPlace = std::min(place.find('/'), place.size());
    const std::string host = entry.substr(0, endOfEntry);
    const std::string path = entry.substr(endOfEntry);
    const std::string wanted = place.substr(endOfPlace);
    if (host.empty() || !isHostOf(host, place.substr(0, endOfPlace))) return std::nullopt;
    if (wanted != path && !wanted.starts_with(path + "/")) return std::nullopt;
    return EntryRank{host.find('*') == std::string::npos, path.size(), host.size()};
}

// The user and the password go in base64.
Result<void> fits(const RegistryIdentity& identity) {
    if (Result<void> fit = fitsHeader(kToken, identity.token); !fit) return fit;
    if (identity.username.find(':') == std::string::npos) return {};
    return invalid("the credentials' user has a colon, which would end the name");
}

Result<RegistryIdentity> identityOf(const json& entry, const std::string& name) {
    RegistryIdentity out{api::textAt(entry, "username"), api::textAt(entry, "password"),
                         api::textAt(entry, "registrytoken"), api::textAt(entry, "identitytoken")};
    const std::string auth = api::textAt(entry, "auth");
    if ((out.username.empty() || out.password.empty()) && !auth.empty()) {
        const std::string pair = base64Decoded(auth).value_or("");
        const size_t colon = pair.find(':');
        const bool isPair = colon != std::string::npos && colon != 0;
        if (!isPair && out.identityToken.empty()) {
            return invalid(cat("the credentials' ", kConfig, " has an auth of ", name,
                               " that is not USER:PASSWORD in base64"));
        }
        // Beside an identity token Docker writes a name that may stand for nobody, and no password.
        if (isPair && (out.identityToken.empty() || colon + 1 < pair.size())) {
            out.username = pair.substr(0, colon);
            out.password = pair.substr(colon + 1);
        }
    }
    if (!out.empty()) return out;
    return invalid(cat("the credentials' ", kConfig, " has neither a user and a password nor a token of ",
                       name, "; log in on a machine whose Docker keeps them in its configuration"));
}

}  // namespace

Result<RegistryEntry> registryEntry(std::string_view text, std::string_view where) {
    const std::string place = placeOfEntry(std::string(where));
    const Result<json> config = readJson(text);
    if (!config)
        return invalid(cat("the credentials' ", kConfig, " is not the JSON of a Docker configuration"));
    const json& entries = api::objectAt(*config, "auths");
    std::string best;
    std::optional<EntryRank> bestRank;
    std::vector<std::string> names;
    for (const auto& [name, entry] : entries.items()) {
        if (names.size() < kMostShown) names.push_back(plainly(name));
        const std::optional<EntryRank> rank = rankOf(placeOfEntry(name), place);
        if (!rank || (bestRank && *rank < *bestRank)) continue;
        best = name;
        bestRank = rank;
    }
    if (bestRank) {
        Result<RegistryIdentity> identity = identityOf(entries.at(best), plainly(placeOfEntry(best)));
        if (!identity) return identity.error();
        if (const Result<void> fit = fits(*identity); !fit) return fit.error();
        return RegistryEntry{std::move(identity).value(), *bestRank};
    }
    return invalid(cat("the credentials' ", kConfig, " has no entry for ", place.substr(0, place.find('/')),
                       names.empty() ? "" : cat(", but for ", join(names, ", ")),
                       entries.size() > kMostShown ? ", …" : "",
                       "; a store or helper of credentials on another machine cannot be asked"));
}

std::string placeAsked(const std::string& place, const std::string& endpoint) {
    const size_t scheme = endpoint.find("://");
    if (scheme == std::string::npos) return place;
    const std::string address = endpoint.substr(scheme + 3);
    const std::string host = placeOfEntry(address.substr(0, address.find('/')));
    const std::string named = placeOfEntry(place);
    return cat(host, named.substr(std::min(named.find('/'), named.size())));
}

std::string configOf(const RegistryIdentity& identity, const std::string& place) {
    json entry = json::object();
    const auto put = [&](const char* key, const std::string& value) {
        if (!value.empty()) entry[key] = value;
    };
    // A password may be bytes that no text of JSON can have.
    if (!identity.username.empty()) put("auth", encodeBase64(cat(identity.username, ":", identity.password)));
    put("registrytoken", identity.token);
    put("identitytoken", identity.identityToken);
    return json{{"auths", {{place, entry}}}}.dump();
}

Result<RegistryIdentity> registryIdentity(const Credentials& credentials, std::string_view place) {
    if (credentials.empty()) return RegistryIdentity();
    RegistryIdentity out{valueOf(credentials, kUsername), valueOf(credentials, kPassword),
                         valueOf(credentials, kToken)};
    if (out.token.empty() && out.username.empty() != out.password.empty()) {
        return invalid(cat("the credentials have no ", out.username.empty() ? kUsername : kPassword,
                           " beside ", out.username.empty() ? kPassword : kUsername));
    }
    if (out.empty()) {
        const std::string config = valueOf(credentials, kConfig);
        if (config.empty()) {
            return invalid(cat("the credentials have neither ", kConfig, " nor ", kToken, " nor ", kUsername,
                               " and ", kPassword));
        }
        Result<RegistryEntry> found = registryEntry(config, place);
        if (!found) return found.error();
        return std::move(found).value().identity;
    }
    if (const Result<void> fit = fits(out); !fit) return fit.error();
    return out;
}

}  // namespace serin::sources
