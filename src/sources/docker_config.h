#pragma once

#include <string>
#include <string_view>
#include <tuple>

#include "sources/store.h"

namespace serin::sources {

// Who we are to a registry.
struct RegistryIdentity {
    std::string username;
    std::string password;
    std::string token;  // of the registry itself; empty where there is none
    // For which the server of tokens gives tokens, instead of for a password; empty where there is none.
    std::string identityToken{};

    bool empty() const { return username.empty() && token.empty() && identityToken.empty(); }
    bool operator==(const RegistryIdentity&) const = default;
};

// That of the credentials OCI_TOKEN, or OCI_USERNAME and OCI_PASSWORD, or of the entry of a registry in a
// Docker configuration (key ".dockerconfigjson", as Secrets of the type kubernetes.io/dockerconfigjson have
// it). Of several entries that begin with the registry's name, the one counts that says most of
// "registry/repository" (EntryRank); docker.io has the names that Docker gives it. Of an entry an
// identitytoken or a registrytoken counts before the user and the password, as for Docker (its cli's
// types.AuthConfig). No credentials are nobody. Invalid, without secrets, where a part lacks, the
// configuration has no such entry, or keeps the password elsewhere.
Result<RegistryIdentity> registryIdentity(const Credentials& credentials, std::string_view place);

// How much an entry says of "registry/repository"; of several that match, the greatest counts. In the order
// of Kubernetes ("Images", "Interpretation of config.json"): a host as it is before one with "*", which is
// any characters of one label ("*.example"), then the longer path.
struct EntryRank {
    bool wholeHost = false;
    size_t path = 0;
    size_t host = 0;

    bool operator<(const EntryRank& other) const {
        return std::tie(wholeHost, path, host) < std::tie(other.wholeHost, other.path, other.host);
    }
};
struct RegistryEntry {
    RegistryIdentity identity;
    EntryRank rank;
};
// The entry for `place` of a Docker configuration. Errors as registryIdentity() has them.
Result<RegistryEntry> registryEntry(std::string_view config, std::string_view place);

// `place`, "registry/repository", as it is named where an endpoint ("http(s)://host…", or none) is asked for
// it: by the endpoint's host, so that nobody is shown what is for another registry.
std::string placeAsked(const std::string& place, const std::string& endpoint);

// A Docker configuration with this one entry, for `place`. Has secrets: never log it.
std::string configOf(const RegistryIdentity& identity, const std::string& place);

}  // namespace serin::sources
