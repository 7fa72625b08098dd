#pragma once

#include <string>
#include <string_view>

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
// "registry/repository"; docker.io has the names that Docker gives it. Of an entry an identitytoken or a
// registrytoken counts before the user and the password, as for Docker (its cli's types.AuthConfig). No
// credentials are nobody. Invalid, without secrets, where a part lacks, the configuration has no such entry,
// or keeps the password elsewhere.
Result<RegistryIdentity> registryIdentity(const Credentials& credentials, std::string_view place);

}  // namespace serin::sources
