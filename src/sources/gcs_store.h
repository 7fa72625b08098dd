#pragma once

#include <memory>

#include "sources/store.h"

namespace serin::sources {

// Objects below a prefix (or the one object of that name) of a bucket of Google Cloud Storage, as
// makeObjectStore() has them: with "gs:BUCKET" and generations. A generation names the same bytes for ever,
// and objects are asked for by it; of buckets that keep versions, older ones are found.
//
// Credentials: GOOGLE_APPLICATION_CREDENTIALS_JSON, the key of a service account, or
// GOOGLE_OAUTH_ACCESS_TOKEN. The token that a key gets can read and do nothing else. The key's token_uri must
// begin with https://, unless the source's endpoint begins with http:// too. A workload's token is exchanged
// for such a one (GoogleIdentity). Without either the bucket must be public.
Result<std::unique_ptr<Store>> makeGcsStore(const Credentials& credentials, Exchange& exchange,
                                            const std::optional<CloudIdentity>& workload = std::nullopt);

}  // namespace serin::sources
