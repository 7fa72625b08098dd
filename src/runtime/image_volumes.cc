#include "runtime/image_volumes.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "api/json_read.h"
#include "base/text.h"
#include "kube/resource.h"
#include "kube/status.h"
#include "runtime/startup.h"

namespace serin::runtime {

using nlohmann::json;

namespace {

constexpr const char* kUnavailable = "StoreUnavailable";
constexpr const char* kUnsupported = "ImageVolumesUnsupported";
constexpr const char* kName = "serin-image-volumes";
constexpr const char* kWayOut = "state model.source.load: Fetch";

// The image as it is wanted before it is known what its tag means.
std::string referenceOf(const api::SourceReference& reference) {
    const bool digest = reference.selector.starts_with("sha256:");
    return cat(reference.place, digest ? "@" : ":", reference.selector);
}

// It never comes to be. Its container has the image that is wanted anyway and asks for no right, lest a
// policy of the cluster knows a reason against it.
std::string probeBody(const api::ModelSource& source) {
    const std::string image = referenceOf(source.reference);
    const json labels = {{"app.kubernetes.io/name", kName}};
    const json container = {
        {"name", "model"},
        {"image", image},
        {"securityContext",
         {{"allowPrivilegeEscalation", false},
          {"capabilities", {{"drop", {"ALL"}}}},
          {"runAsNonRoot", true},
          {"seccompProfile", {{"type", "RuntimeDefault"}}}}},
        {"volumeMounts",
         json::array({{{"name", "model"}, {"mountPath", source.mountPath}, {"readOnly", true}}})}};
    const json volume = {{"name", "model"},
                         {"image", {{"reference", image}, {"pullPolicy", "IfNotPresent"}}}};
    const json body = {
        {"apiVersion", "apps/v1"},
        {"kind", "ReplicaSet"},
        {"metadata", {{"generateName", cat(kName, "-")}, {"labels", labels}}},
        {"spec",
         {{"replicas", 0},
          {"selector", {{"matchLabels", labels}}},
          {"template",
           {{"metadata", {{"labels", labels}}},
            {"spec", {{"containers", json::array({container})}, {"volumes", json::array({volume})}}}}}}}};
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
           code == ErrorCode::Stopped;
}

StoreTrouble unasked(const Error& error) {
    const std::string why =
        cat("whether the API server keeps volumes of images is not known: ", error.message);
    if (isPassing(error.code)) return {kUnavailable, why};
    return {kUnsupported, cat(why, "; see that Serin may create that, or ", kWayOut)};
}

}  // namespace

ImageVolumes::ImageVolumes(net::Transport& transport, kube::RequestBuilder requests, const Clock& clock)
    : transport_(transport), requests_(std::move(requests)), clock_(clock) {}

std::optional<StoreTrouble> ImageVolumes::trouble(const std::string& space, const api::ModelSource& source,
                                                  const std::stop_token& stop) {
    const std::lock_guard lock(mutex_);
    if (clock_.sinceBoot() < keptUntil_) return trouble_;
    const Result<bool> kept = ask(space, source, stop);
    if (!kept) return unasked(kept.error());
    trouble_.reset();
    if (!*kept) {
        trouble_ = StoreTrouble{
            kUnsupported,
            cat("the API server", version(stop),
                " leaves volumes of images out of pods, which would start without their model: its feature "
                "gate ImageVolume is off, as it is by default before Kubernetes 1.35, and before 1.31 there "
                "is "
                "none; switch it on for the API server and the kubelets, or ",
                kWayOut)};
    }
    keptUntil_ = clock_.sinceBoot() + (*kept ? kKeepsYes : kKeepsNo);
    return trouble_;
}

Result<bool> ImageVolumes::ask(const std::string& space, const api::ModelSource& source,
                               const std::stop_token& stop) const {
    kube::CreateOptions options;
    options.dryRun = true;
    const auto answer = kube::expectSuccess(
        "creating a ReplicaSet with one as a dry run",
        transport_.send(requests_.create(kube::replicaSets(), space, probeBody(source), options), stop));
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
