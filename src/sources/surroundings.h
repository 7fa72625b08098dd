#pragma once

#include <functional>
#include <optional>
#include <string>

#include "sources/store.h"
#include "sources/workload_token.h"

namespace serin::sources {

// A variable of a process' environment; nothing where it is not set.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;

// Who asks a store. Of the two there is one at most.
struct Asker {
    Credentials credentials;
    std::optional<CloudIdentity> identity;
    std::string remark;  // where there are both: which of them counts, for people; else empty
};

// The keys that open such a store, as the environment has them; those that it does not have are left out.
// Nothing else of the environment is looked at.
Credentials keysIn(api::StoreKind kind, const Environment& environment);

// Who asks where a person started the process: keysIn(), or a workload as the clouds' own webhooks and tools
// describe it:
//   Azure   AZURE_FEDERATED_TOKEN_FILE, AZURE_TENANT_ID, AZURE_CLIENT_ID, AZURE_AUTHORITY_HOST
//   Amazon  AWS_WEB_IDENTITY_TOKEN_FILE, AWS_ROLE_ARN, AWS_ROLE_SESSION_NAME, AWS_ENDPOINT_URL_STS,
//   AWS_REGION Google  GOOGLE_APPLICATION_CREDENTIALS, a file: of a service account's key or of an external
//   account
// Of both, the keys count, as in each cloud's own tools. Never in the operator: what is named here is read.
// Invalid, naming the variable, where one lacks or a file is none.
Result<Asker> askerIn(api::StoreKind kind, const Environment& environment, const ReadFile& readFile);

}  // namespace serin::sources
