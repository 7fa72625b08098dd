#include "api/identity_pod.h"

#include "api/identity_json.h"
#include "api/json_read.h"
#include "base/text.h"

namespace serin::api {

using nlohmann::json;

namespace {

constexpr const char* kIdentityPath = "/var/run/secrets/serin/identity";
constexpr const char* kTokenFile = "token";
// The kubelet renews it after four fifths; 600 is the least that the API server gives.
constexpr int kTokenSeconds = 3600;

}  // namespace

std::string serviceAccountOf(const json& podSpec) {
    std::string name = textAt(podSpec, "serviceAccountName");
    // The older name, which the API server takes for it.
    if (name.empty()) name = textAt(podSpec, "serviceAccount");
    return name.empty() ? "default" : name;
}

json identityVolume(const WorkloadIdentity& identity) {
    const json token = {
        {"audience", identity.audience}, {"expirationSeconds", kTokenSeconds}, {"path", kTokenFile}};
    return {{"name", kIdentityVolume},
            {"projected", {{"sources", json::array({{{"serviceAccountToken", token}}})}}}};
}

void addIdentity(json& container) {
    container["volumeMounts"].push_back(
        {{"name", kIdentityVolume}, {"mountPath", kIdentityPath}, {"readOnly", true}});
    container["env"].push_back(
        {{"name", kIdentityTokenVariable}, {"value", cat(kIdentityPath, "/", kTokenFile)}});
}

}  // namespace serin::api
