#pragma once

#include <functional>
#include <string>

#include "base/result.h"
#include "sources/query.h"
#include "sources/store.h"

namespace serin::sources {

// Who asks Azure Blob Storage, in one of three ways; all empty: nobody in particular.
struct AzureIdentity {
    std::string account;  // that a connection string names
    // One: the account's key, its bytes.
    std::string key;
    // Two: a shared access signature, as a URL's query has it, without '?'.
    std::string sas;
    // Three: an application, which has a secret, or trusts the tokens of a workload (a federated credential).
    std::string tenant;
    std::string client;
    std::string secret;
    std::function<Result<std::string>()> assertion;
    std::string authority;  // https://HOST that gives tokens
};

// AZURE_STORAGE_ACCESS_KEY; AZURE_STORAGE_SAS_TOKEN; AZURE_TENANT_ID, AZURE_CLIENT_ID and
// AZURE_CLIENT_SECRET, of AZURE_AUTHORITY_HOST where it is not the public cloud's; or
// AZURE_STORAGE_CONNECTION_STRING with a key or a SAS. Invalid, naming the keys, where a part lacks, a value
// cannot be one, or there are several ways.
Result<AzureIdentity> azureIdentityOf(const Credentials& credentials);
// Of a workload. Invalid, naming the field, where one cannot be what it should.
Result<AzureIdentity> azureWorkload(const CloudIdentity& identity);

// What an application shows to get a token for Azure Storage ("OAuth 2.0 client credentials flow", the cases
// with a shared secret and with a federated credential). Errors are those of the workload's token.
Result<Query> azureForm(const AzureIdentity& identity);

}  // namespace serin::sources
