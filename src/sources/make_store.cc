#include "base/text.h"
#include "sources/https_store.h"
#include "sources/mlflow_store.h"
#include "sources/store.h"

namespace serin::sources {

Result<std::unique_ptr<Store>> makeStore(api::StoreKind kind, const Credentials& credentials,
                                         Exchange& exchange) {
    switch (kind) {
        case api::StoreKind::Mlflow:
            return makeMlflowStore(credentials, exchange);
        case api::StoreKind::Https:
            return makeHttpsStore(credentials, exchange);
        case api::StoreKind::HuggingFace:
        case api::StoreKind::S3:
        case api::StoreKind::AzureBlob:
        case api::StoreKind::Gcs:
        case api::StoreKind::Git:
        case api::StoreKind::Oci:
        case api::StoreKind::VolumeClaim:
            break;
    }
    return invalid("models cannot be loaded from this kind of store yet; mlflow://, runs:/ and https:// can");
}

}  // namespace serin::sources
