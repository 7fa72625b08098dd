#include "sources/azure_store.h"
#include "sources/claim_store.h"
#include "sources/gcs_store.h"
#include "sources/git_store.h"
#include "sources/https_store.h"
#include "sources/hub_store.h"
#include "sources/mlflow_store.h"
#include "sources/oci_store.h"
#include "sources/s3_store.h"
#include "sources/store.h"

namespace serin::sources {
namespace {

// Of the process: stores come and go with each look.
OciMemory& manifests() {
    static OciMemory memory;
    return memory;
}

}  // namespace

Result<bool> Store::stillMeans(const api::ModelSource&, const api::ResolvedModel&, Timestamp) {
    return false;
}

Result<std::unique_ptr<Store>> makeStore(api::StoreKind kind, const Credentials& credentials,
                                         Exchange& exchange, const std::optional<CloudIdentity>& identity) {
    const bool cloud =
        kind == api::StoreKind::AzureBlob || kind == api::StoreKind::S3 || kind == api::StoreKind::Gcs;
    if (identity && !cloud) {
        return invalid(
            "a store of this kind knows no workload identities; Azure Blob Storage, S3 and Google Cloud "
            "Storage do");
    }
    if (identity && !credentials.empty()) {
        return invalid("both credentials and a workload identity are stated; state one of them");
    }
    switch (kind) {
        case api::StoreKind::Mlflow:
            return makeMlflowStore(credentials, exchange);
        case api::StoreKind::Https:
            return makeHttpsStore(credentials, exchange);
        case api::StoreKind::HuggingFace:
            return makeHubStore(credentials, exchange);
        case api::StoreKind::S3:
            return makeS3Store(credentials, exchange, identity);
        case api::StoreKind::Git:
            return makeGitStore(credentials, exchange);
        case api::StoreKind::AzureBlob:
            return makeAzureStore(credentials, exchange, identity);
        case api::StoreKind::Gcs:
            return makeGcsStore(credentials, exchange, identity);
        case api::StoreKind::Oci:
            return makeOciStore(credentials, exchange, manifests());
        case api::StoreKind::VolumeClaim:
            return makeClaimStore();
    }
    return invalid("models cannot be loaded from a store of this kind");
}

}  // namespace serin::sources
