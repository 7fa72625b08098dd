#include "api/credential_keys.h"

namespace serin::api {
namespace {

constexpr std::string_view kDockerConfig = ".dockerconfigjson";

}  // namespace

std::vector<std::string> credentialKeys(StoreKind kind) {
    switch (kind) {
        case StoreKind::Mlflow:
            return {"MLFLOW_TRACKING_TOKEN", "MLFLOW_TRACKING_USERNAME", "MLFLOW_TRACKING_PASSWORD"};
        case StoreKind::HuggingFace:
            return {"HF_TOKEN"};
        case StoreKind::S3:
            return {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_REGION",
                    "AWS_DEFAULT_REGION"};
        case StoreKind::Https:
            return {"HTTPS_TOKEN", "HTTPS_USERNAME", "HTTPS_PASSWORD"};
        case StoreKind::Oci:
            return {"OCI_TOKEN", "OCI_USERNAME", "OCI_PASSWORD", std::string(kDockerConfig)};
        case StoreKind::AzureBlob:
            return {"AZURE_STORAGE_ACCESS_KEY", "AZURE_STORAGE_SAS_TOKEN", "AZURE_STORAGE_CONNECTION_STRING",
                    "AZURE_TENANT_ID",          "AZURE_CLIENT_ID",         "AZURE_CLIENT_SECRET",
                    "AZURE_AUTHORITY_HOST"};
        case StoreKind::Gcs:
            return {"GOOGLE_APPLICATION_CREDENTIALS_JSON", "GOOGLE_OAUTH_ACCESS_TOKEN"};
        case StoreKind::Git:
            return {"GIT_TOKEN", "GIT_USERNAME", "GIT_PASSWORD"};
        case StoreKind::VolumeClaim:
            break;
    }
    return {};
}

std::string credentialVariable(std::string_view key) {
    return std::string(key == kDockerConfig ? "SERIN_DOCKER_CONFIG" : key);
}

}  // namespace serin::api
