#pragma once

#include <string>

#include "api/model_source.h"
#include "base/result.h"

namespace serin::sources {

// A file that says how a workload outside of Google Cloud gets in (AIP-4117, "External Account Credentials"),
// as `gcloud iam workload-identity-pools create-cred-config` writes it.
struct ExternalAccount {
    api::WorkloadIdentity who;
    std::string tokenFile;
    std::string tokenField;  // of the token's file, which is JSON; empty: it is the token
};

// Only of a file that the one who runs this process names: it names another file, which is read and sent
// away. Invalid, naming the field, where it is no such file, or one whose token comes from elsewhere than a
// file. The message goes on after the name of what was read.
Result<ExternalAccount> readExternalAccount(const std::string& json);

}  // namespace serin::sources
