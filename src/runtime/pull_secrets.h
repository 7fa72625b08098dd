#pragma once

#include <functional>
#include <string>

#include "api/model_source.h"
#include "base/http.h"
#include "base/result.h"
#include "runtime/keyed_object.h"
#include "sources/store.h"

namespace serin::runtime {

// What of the pull secrets is to blame where a registry lets nobody in, for words; empty where there is
// nothing to say.
struct UnusedSecrets {
    std::string ungranted;   // what a person does about the first one that may not be read
    std::string passedOver;  // without credentials: why the last one that was passed over does not count
};

// What the Secrets come to by which the kubelet pulls the model. Holds secrets: never log one.
struct PullSecrets {
    sources::Credentials credentials;  // one entry of a Docker configuration; empty: none has the registry
    UnusedSecrets unused;
};

// The answer of the API server to a GET of the Secret of that name.
using GetSecret = std::function<Result<HttpResponse>(const std::string& name)>;

// Reads `source.pullSecrets` of the namespace `space`: of all their Docker configurations the entry counts
// that says most of the source's repository (sources::EntryRank), of equal ones the first. Where an endpoint
// of another host is asked, entries are of that host, lest it be shown what is for the registry. Of an entry
// the user and the password count before a token, for the kubelet knows those alone. As the kubelet does,
// passes over those that are not there, are of another type than kubernetes.io/dockerconfigjson, or have no
// entry that could be used; and those that may not be read, for the registry may let everybody in. The
// trouble says that the API server did not answer.
Trouble readPullSecrets(const GetSecret& get, const std::string& space, const api::ModelSource& source,
                        PullSecrets& out);

}  // namespace serin::runtime
