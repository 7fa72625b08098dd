#pragma once

#include <memory>

#include "sources/oci_memory.h"
#include "sources/store.h"

namespace serin::sources {

// Artifacts and images in OCI registries (OCI distribution specification 1.1): the id is the digest of a
// manifest, of an index that of the image for this machine's platform. Files that the manifest names are
// those of the model; layers without names are files with `layer`, in their order. Of an image that nodes
// pull (api::isPulledByKubelet) the id is "image:" and the digest of what the tag names, an index too, so
// that each node has its own platform's; its files are the layers, and none is downloaded. The memory
// outlives the store. Credentials: OCI_TOKEN, or OCI_USERNAME and OCI_PASSWORD, or .dockerconfigjson.
Result<std::unique_ptr<Store>> makeOciStore(const Credentials& credentials, Exchange& exchange,
                                            OciMemory& memory);

}  // namespace serin::sources
