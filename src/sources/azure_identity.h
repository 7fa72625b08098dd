#pragma once

#include <string>

#include "base/result.h"
#include "sources/store.h"

namespace serin::sources {

// Who asks Azure Blob Storage, in one of three ways; all empty: nobody in particular.
struct AzureIdentity {
    std::string account;  // that a connection string names
    // One: the account's key, its bytes.
    std::string key;
    // Two: a shared access signature, as a URL's query has it, without '?'.
    std::string sas;
    // Three: a service principal.
    std::string tenant;
    std::string client;
    std::string secret;
    std::string authority;  // https://HOST that gives tokens
};

// AZURE_STORAGE_ACCESS_KEY; AZURE_STORAGE_SAS_TOKEN; AZURE_TENANT_ID, AZURE_CLIENT_ID and
// AZURE_CLIENT_SECRET, of AZURE_AUTHORITY_HOST where it is not the public cloud's; or
// AZURE_STORAGE_CONNECTION_STRING with a key or a SAS. Invalid, naming the keys, where a part lacks, a value
// cannot be one, or there are several ways.
Result<AzureIdentity> azureIdentityOf(const Credentials& credentials);

}  // namespace serin::sources
