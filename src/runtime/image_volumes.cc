#include "runtime/image_volumes.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "api/container_trouble.h"
#include "api/image_source.h"
#include "api/json_read.h"
#include "api/source_pod.h"
#include "base/text.h"
#include "kube/resource.h"
#include "kube/status.h"
#include "runtime/startup.h"

namespace serin::runtime {

using nlohmann::json;

namespace {

constexpr const char* kUnsupported = "ImageVolumesUnsupported";
constexpr const char* kName = "serin-image-volumes";
constexpr const char* kWayOut = "state model.source.load: Fetch";

// It never comes to be. Its container has the image that is wanted anyway, by its digest, asks for no right
// and little of the node, lest a policy of the cluster knows a reason against it.
std::string probeBody(const api::ModelSource& source, const std::string& image) {
    const json labels = {{"app.kubernetes.io/name", kName}};
    const json container = {
        {"name", "model"},
        {"image", image},
        {"resources",
         {{"requests", {{"cpu", "10m"}, {"memory", "16Mi"}}},
          {"limits", {{"cpu", "100m"}, {"memory", "64Mi"}}}}},
        {"securityContext", api::restrictedSecurity()},
        {"volumeMounts",
         json::array({{{"name", "model"}, {"mountPath", source.mountPath}, {"readOnly", true}}})}};
    const json body = {{"apiVersion", "apps/v1"},
                       {"kind", "ReplicaSet"},
                       {"metadata", {{"generateName", cat(kName, "-")}, {"labels", labels}}},
                       {"spec",
                        {{"replicas", 0},
                         {"selector", {{"matchLabels", labels}}},
                         {"template",
                          {{"metadata", {{"labels", labels}}},
                           {"spec",
                            {{"containers", json::array({container})},
                             {"volumes", json::array({api::imageVolume("model", image)})}}}}}}}};
    return body.dump();
}

bool hasImage(const json& replicaSet) {
    const json& pod = api::objectAt(api::objectAt(api::objectAt(replicaSet, "spec"), "template"), "spec");
    const json& volumes = api::listAt(pod, "volumes");
    return std::any_of(volumes.begin(), volumes.end(),
                       [](const json& volume) { return !api::objectAt(volume, "image").empty(); });
}

// Comes back by itself.
bool isPassing(ErrorCode code) {
    return code == ErrorCode::Unavailable || code == ErrorCode::Unknown || code == ErrorCode::TooMany ||
           code == ErrorCode::Conflict || code == ErrorCode::Stopped;
}

// RBAC's refusal says who may not do it (k8s.io/apiserver, responsewriters.forbiddenMessage). Quotas,
// policies and webhooks refuse what they are shown, with 400, 403 or 422.
bool isOfPolicy(const Error& error) {
    if (error.code == ErrorCode::Invalid) return true;
    return error.code == ErrorCode::Forbidden &&
           error.message.find(" cannot create resource ") == std::string::npos;
}

StoreTrouble unasked(const Error& error) {
    // Policies say much, and the way out stands behind it.
    const std::string why =
        cat("whether the API server keeps volumes of images is not known: ", api::oneLine(error.message));
    if (isPassing(error.code)) return {kStoreUnavailable, why};
    if (isOfPolicy(error)) {
        return {kUnsupported, cat(why,
                                  "; a policy of the cluster refuses this dry run, so make an exception "
                                  "there for ReplicaSets named ",
                                  kName, "-*, or ", kWayOut)};
    }
    return {kUnsupported, cat(why, "; see that Serin may create that, or ", kWayOut)};
}

}  // namespace

ImageVolumes::ImageVolumes(net::Transport& transport, kube::RequestBuilder requests, const Clock& clock)
    : transport_(transport), requests_(std::move(requests)), clock_(clock) {}

std::optional<StoreTrouble> ImageVolumes::trouble(const std::string& space, const api::ModelSource& source,
                                                  const std::string& modelId, const std::stop_token& stop) {
    if (const std::optional<Kept> known = kept(space)) return known->trouble;
    const Result<bool> can = ask(space, probeBody(source, api::imageReference(source, modelId)), stop);
    if (!can) {
        const StoreTrouble why = unasked(can.error());
        // Whoever stops has no word about the API server.
        if (can.error().code == ErrorCode::Stopped) return why;
        const std::lock_guard lock(mutex_);
        failed_[space] = {clock_.sinceBoot() + kKeepsFailure, why};
        return why;
    }
    Kept said{clock_.sinceBoot() + (*can ? kKeepsYes : kKeepsNo), std::nullopt};
    if (!*can) {
        said.trouble = StoreTrouble{
            kUnsupported,
            cat("the API server", version(stop),
                " leaves volumes of images out of pods, which would start without their model: its feature "
                "gate ImageVolume is off, as it is by default before Kubernetes 1.35, and before 1.31 there "
                "is "
                "none; switch it on for the API server and the kubelets, or ",
                kWayOut)};
    }
    const std::lock_guard lock(mutex_);
    said_ = said;
    return said.trouble;
}

std::optional<ImageVolumes::Kept> ImageVolumes::kept(const std::string& space) {
    const Duration now = clock_.sinceBoot();
    const std::lock_guard lock(mutex_);
    if (now < said_.until) return said_;
    std::erase_if(failed_, [&](const auto& failure) { return now >= failure.second.until; });
    const auto found = failed_.find(space);
    return found == failed_.end() ? std::nullopt : std::optional(found->second);
}

Result<bool> ImageVolumes::ask(const std::string& space, const std::string& probe,
                               const std::stop_token& stop) const {
    kube::CreateOptions options;
    options.dryRun = true;
    const auto answer = kube::expectSuccess(
        "creating a ReplicaSet with one as a dry run",
        transport_.send(requests_.create(kube::replicaSets(), space, probe, options), stop));
    if (!answer) return answer.error();
    const json made = json::parse(answer->body, nullptr, false);
    // What is not what was asked for says nothing of it.
    if (api::textAt(made, "kind") != "ReplicaSet") {
        return Error{ErrorCode::Unavailable,
                     "creating a ReplicaSet with one as a dry run: answered with none"};
    }
    return hasImage(made);
}

std::string ImageVolumes::version(const std::stop_token& stop) const {
    const auto answer = kube::expectSuccess("GET /version", transport_.send(versionRequest(), stop));
    const Result<std::string> found =
        answer ? checkVersion(answer->body) : Result<std::string>(answer.error());
    return found ? cat(" (Kubernetes ", *found, ")") : "";
}

}  // namespace serin::runtime
