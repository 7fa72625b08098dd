#include "sources/oci_challenge.h"

#include <algorithm>
#include <map>
#include <vector>

#include "base/percent.h"
#include "base/text.h"
#include "sources/calls.h"
#include "sources/listing.h"

namespace serin::sources {
namespace {

constexpr size_t kLongestParameter = 2048;
constexpr size_t kMostSchemes = 16;
constexpr const char* kClient = "serin";  // who asks, for the server's log

struct Scheme {
    std::string name;  // lower case
    std::map<std::string, std::string> parameters;
};

class Reader {
  public:
    explicit Reader(std::string_view text) : rest_(text) {}

    std::vector<Scheme> all() {
        std::vector<Scheme> out;
        while (out.size() <= kMostSchemes) {
            skip(" \t,");
            const std::string word = lowerCase(take(" \t,=\""));
            if (word.empty()) break;
            skip(" \t");
            if (!rest_.starts_with('=')) {
                out.push_back({word, {}});
                continue;
            }
            rest_.remove_prefix(1);
            skip(" \t");
            const std::string value = rest_.starts_with('"') ? quoted() : take(" \t,");
            if (!out.empty() && value.size() <= kLongestParameter)
                out.back().parameters.try_emplace(word, value);
        }
        return out;
    }

  private:
    void skip(std::string_view characters) {
        rest_.remove_prefix(std::min(rest_.find_first_not_of(characters), rest_.size()));
    }
    std::string take(std::string_view ends) {
        const std::string out(rest_.substr(0, rest_.find_first_of(ends)));
        rest_.remove_prefix(out.size());
        return out;
    }
    std::string quoted() {
        std::string out;
        size_t i = 1;
        for (; i < rest_.size() && rest_[i] != '"'; ++i) {
            if (rest_[i] == '\\' && i + 1 < rest_.size()) ++i;
            out += rest_[i];
        }
        rest_.remove_prefix(std::min(i + 1, rest_.size()));
        return out;
    }

    std::string_view rest_;
};

Result<void> realmFault(const std::string& realm, const std::string& registry) {
    if (!isPlainUrl(realm)) {
        return invalid(
            cat("the registry names '", plainly(realm), "' for where tokens are, which is no URL"));
    }
    if (!registry.starts_with("https://") || realm.starts_with("https://")) return {};
    return invalid(cat("the registry is asked over https and names ", plainly(originOf(realm)),
                       " for where tokens are, where credentials would go in the clear"));
}

}  // namespace

std::optional<OciChallenge> readChallenge(std::string_view header) {
    std::optional<OciChallenge> out;
    for (const Scheme& scheme : Reader(header).all()) {
        const auto parameter = [&](const char* name) {
            const auto found = scheme.parameters.find(name);
            return found == scheme.parameters.end() ? std::string() : found->second;
        };
        if (scheme.name == "bearer" && !parameter("realm").empty()) {
            return OciChallenge{false, parameter("realm"), parameter("service"), parameter("scope")};
        }
        if (scheme.name == "basic") out = OciChallenge{true, "", "", ""};
    }
    return out;
}

Result<std::string> tokenUrl(const OciChallenge& challenge, const std::string& registry,
                             const std::string& scope) {
    const std::string& realm = challenge.realm;
    if (const Result<void> fault = realmFault(realm, registry); !fault) return fault.error();
    std::string out = cat(realm, realm.find('?') == std::string::npos ? '?' : '&');
    if (!challenge.service.empty()) out += cat("service=", percentEncode(challenge.service), "&");
    return cat(out, "scope=", percentEncode(challenge.scope.empty() ? scope : challenge.scope));
}

Result<Query> tokenForm(const OciChallenge& challenge, const std::string& registry, const std::string& scope,
                        const std::string& identityToken) {
    if (const Result<void> fault = realmFault(challenge.realm, registry); !fault) return fault.error();
    return Query{{"grant_type", "refresh_token"},
                 {"service", challenge.service},
                 {"scope", challenge.scope.empty() ? scope : challenge.scope},
                 {"client_id", kClient},
                 {"refresh_token", identityToken}};
}

}  // namespace serin::sources
