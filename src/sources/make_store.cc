#include "base/text.h"
#include "sources/azure_store.h"
#include "sources/gcs_store.h"
#include "sources/git_store.h"
#include "sources/https_store.h"
#include "sources/hub_store.h"
#include "sources/mlflow_store.h"
#include "sources/s3_store.h"
#include "sources/store.h"

namespace serin::sources {

Result<bool> Store::stillMeans(const api::ModelSource&, const api::ResolvedModel&, Timestamp) {
    return false;
}

Result<std::unique_ptr<Store>> makeStore(api::StoreKind kind, const Credentials& credentials,
                                         Exchange& exchange) {
    switch (kind) {
        case api::StoreKind::Mlflow:
            return makeMlflowStore(credentials, exchange);
        case api::StoreKind::Https:
            return makeHttpsStore(credentials, exchange);
        case api::StoreKind::HuggingFace:
            return makeHubStore(credentials, exchange);
        case api::StoreKind::S3:
            return makeS3Store(credentials, exchange);
        case api::StoreKind::Git:
            return makeGitStore(credentials, exchange);
        case api::StoreKind::AzureBlob:
            return makeAzureStore(credentials, exchange);
        case api::StoreKind::Gcs:
            return makeGcsStore(credentials, exchange);
        case api::StoreKind::Oci:
        case api::StoreKind::VolumeClaim:
            break;
    }
    return invalid("models cannot be loaded from this kind of store yet");
}

std::vector<std::string> credentialKeys(api::StoreKind kind) {
    switch (kind) {
        case api::StoreKind::Mlflow:
            return {"MLFLOW_TRACKING_TOKEN", "MLFLOW_TRACKING_USERNAME", "MLFLOW_TRACKING_PASSWORD"};
        case api::StoreKind::HuggingFace:
            return {"HF_TOKEN"};
        case api::StoreKind::S3:
            return {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_REGION",
                    "AWS_DEFAULT_REGION"};
        case api::StoreKind::Https:
            return {"HTTPS_TOKEN", "HTTPS_USERNAME", "HTTPS_PASSWORD"};
        case api::StoreKind::Git:
            return {"GIT_TOKEN", "GIT_USERNAME", "GIT_PASSWORD"};
        case api::StoreKind::AzureBlob:
            return {"AZURE_STORAGE_ACCESS_KEY", "AZURE_STORAGE_SAS_TOKEN", "AZURE_STORAGE_CONNECTION_STRING",
                    "AZURE_TENANT_ID",          "AZURE_CLIENT_ID",         "AZURE_CLIENT_SECRET",
                    "AZURE_AUTHORITY_HOST"};
        case api::StoreKind::Gcs:
            return {"GOOGLE_APPLICATION_CREDENTIALS_JSON", "GOOGLE_OAUTH_ACCESS_TOKEN"};
        case api::StoreKind::Oci:
        case api::StoreKind::VolumeClaim:
            break;
    }
    return {};
}

}  // namespace serin::sources
