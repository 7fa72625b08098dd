#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "sources/query.h"

namespace serin::sources {

// How a registry wants to be opened: by the header that asks for a name and a password (Basic), or by a token
// that is asked of another server first (Bearer).
struct OciChallenge {
    bool basic = false;
    std::string realm;    // of Bearer: where the token is asked for
    std::string service;  // of Bearer; may be empty
    std::string scope;    // of Bearer; may be empty

    bool operator==(const OciChallenge&) const = default;
};

// What the header WWW-Authenticate asks for (RFC 9110, section 11.6.1; its parameters are those of the CNCF
// distribution's "Token Authentication Specification"): the first Bearer with a realm, else Basic; nothing
// where it has neither. Parameters of more than 2 KiB count as none.
std::optional<OciChallenge> readChallenge(std::string_view header);

// The URL that a token for `scope` is asked of where the challenge names none. Invalid where the realm is no
// URL, has a user or a fragment, or is not https though the registry is.
Result<std::string> tokenUrl(const OciChallenge& challenge, const std::string& registry,
                             const std::string& scope);

// What is shown at the challenge's realm for an identity token ("Distribution Registry v2 authentication
// using OAuth2" of the CNCF distribution, grant_type refresh_token). Invalid as tokenUrl() is.
Result<Query> tokenForm(const OciChallenge& challenge, const std::string& registry, const std::string& scope,
                        const std::string& identityToken);

}  // namespace serin::sources
