#pragma once

#include <memory>

#include "sources/store.h"

namespace serin::sources {

// Blobs below a prefix (or the one blob of that name) of a container of Azure Blob Storage, as
// makeObjectStore() has them: with "azureblob:ACCOUNT/CONTAINER" and ETags, which change with each write.
// Asked for under the condition that they have that ETag; of accounts that keep versions, older ones are
// found and asked for by their version.
//
// source.endpoint: another cloud's or an emulator's Blob service. Where neither its host begins with the
// account nor its path ends with it, the account is added to the path, as emulators have it.
//
// Credentials are those of azureIdentityOf(). An account's key signs a shared access signature for each
// request; it is not sent. A workload's token is exchanged for one of an application that trusts it. Without
// either the container must be public.
Result<std::unique_ptr<Store>> makeAzureStore(const Credentials& credentials, Exchange& exchange,
                                              const std::optional<CloudIdentity>& workload = std::nullopt);

}  // namespace serin::sources
