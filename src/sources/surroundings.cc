#include "sources/surroundings.h"

#include <vector>

#include "base/text.h"
#include "sources/external_account.h"
#include "sources/google_key.h"
#include "sources/json_answer.h"

namespace serin::sources {
namespace {

constexpr const char* kAzureFile = "AZURE_FEDERATED_TOKEN_FILE";
constexpr const char* kAwsFile = "AWS_WEB_IDENTITY_TOKEN_FILE";
constexpr const char* kGoogleFile = "GOOGLE_APPLICATION_CREDENTIALS";
constexpr const char* kGoogleKey = "GOOGLE_APPLICATION_CREDENTIALS_JSON";

std::string valueIn(const Environment& environment, const char* name) {
    return environment(name).value_or("");
}

Result<std::string> neededBeside(const Environment& environment, const char* name, const char* file) {
    std::string value = valueIn(environment, name);
    if (!value.empty()) return value;
    return invalid(cat("the environment has ", file, " and no ", name, "; state both, or neither"));
}

Result<CloudIdentity> azureWorkloadIn(const Environment& environment, const ReadFile& readFile) {
    CloudIdentity out;
    Result<std::string> tenant = neededBeside(environment, "AZURE_TENANT_ID", kAzureFile);
    if (!tenant) return tenant.error();
    Result<std::string> client = neededBeside(environment, "AZURE_CLIENT_ID", kAzureFile);
    if (!client) return client.error();
    out.who.tenant = std::move(tenant).value();
    out.who.client = std::move(client).value();
    out.who.authority = valueIn(environment, "AZURE_AUTHORITY_HOST");
    out.token = tokenIn(valueIn(environment, kAzureFile), "", readFile);
    return out;
}

Result<CloudIdentity> awsWorkloadIn(const Environment& environment, const ReadFile& readFile) {
    CloudIdentity out;
    Result<std::string> role = neededBeside(environment, "AWS_ROLE_ARN", kAwsFile);
    if (!role) return role.error();
    out.who.role = std::move(role).value();
    out.who.region = valueIn(environment, "AWS_REGION");
    if (out.who.region.empty()) out.who.region = valueIn(environment, "AWS_DEFAULT_REGION");
    out.who.tokenEndpoint = valueIn(environment, "AWS_ENDPOINT_URL_STS");
    out.session = valueIn(environment, "AWS_ROLE_SESSION_NAME");
    out.token = tokenIn(valueIn(environment, kAwsFile), "", readFile);
    return out;
}

std::string typeOf(const std::string& text) {
    const Result<nlohmann::json> read = readJson(text);
    return read ? api::textAt(*read, "type") : "";
}

// A key or a workload.
Result<Asker> googleFileIn(const std::string& path, const ReadFile& readFile) {
    const Result<std::string> text = readFile(path);
    if (!text) return invalid(cat(kGoogleFile, ": ", text.error().message));
    Asker out;
    const Result<GoogleKey> key = readGoogleKey(*text);
    if (key) {
        out.credentials[kGoogleKey] = *text;
        return out;
    }
    const std::string type = typeOf(*text);
    // What `gcloud auth application-default login` writes: a person.
    if (type == "authorized_user") {
        return invalid(cat("the file ", path, " (", kGoogleFile,
                           ") is of the type 'authorized_user', in whose name nothing is asked here; unset ",
                           kGoogleFile, " to ask without a name, or set GOOGLE_OAUTH_ACCESS_TOKEN"));
    }
    const auto refused = [&](const Error& error) {
        return invalid(cat("the file ", path, " (", kGoogleFile, ") ", error.message));
    };
    if (type != "external_account") return refused(key.error());
    const Result<ExternalAccount> account = readExternalAccount(*text);
    if (!account) return refused(account.error());
    out.identity = CloudIdentity{account->who, tokenIn(account->tokenFile, account->tokenField, readFile)};
    return out;
}

// The variable by which the environment names a workload of the store's cloud; empty where it names none.
std::string workloadVariable(api::StoreKind kind, const Environment& environment) {
    const char* const name = kind == api::StoreKind::AzureBlob ? kAzureFile
                             : kind == api::StoreKind::S3      ? kAwsFile
                             : kind == api::StoreKind::Gcs     ? kGoogleFile
                                                               : "";
    return *name == '\0' || valueIn(environment, name).empty() ? "" : name;
}

// The keys that open a store; what says only where and who is none of them.
std::vector<std::string> openingIn(const Credentials& credentials) {
    std::vector<std::string> out;
    for (const auto& [key, ignored] : credentials) {
        const bool beside = key == "AWS_REGION" || key == "AWS_DEFAULT_REGION" ||
                            key == "AWS_SESSION_TOKEN" || key == "AZURE_TENANT_ID" ||
                            key == "AZURE_CLIENT_ID" || key == "AZURE_AUTHORITY_HOST";
        if (!beside) out.push_back(key);
    }
    return out;
}

}  // namespace

Credentials keysIn(api::StoreKind kind, const Environment& environment) {
    Credentials out;
    for (const std::string& key : credentialKeys(kind)) {
        const std::string value = environment(api::credentialVariable(key)).value_or("");
        if (!value.empty()) out[key] = value;
    }
    return out;
}

Result<Asker> askerIn(api::StoreKind kind, const Environment& environment, const ReadFile& readFile) {
    Asker out;
    out.credentials = keysIn(kind, environment);
    const std::string variable = workloadVariable(kind, environment);
    if (variable.empty()) return out;
    const std::vector<std::string> keys = openingIn(out.credentials);
    if (!keys.empty()) {
        out.remark = cat("the environment has ", join(keys, ", "), " and ", variable, ": ", keys[0],
                         " counts, as for the cloud's own tools");
        return out;
    }
    if (variable == kGoogleFile) return googleFileIn(valueIn(environment, kGoogleFile), readFile);
    Result<CloudIdentity> workload = variable == kAzureFile ? azureWorkloadIn(environment, readFile)
                                                            : awsWorkloadIn(environment, readFile);
    if (!workload) return workload.error();
    out.credentials.clear();
    out.identity = std::move(workload).value();
    return out;
}

}  // namespace serin::sources
