#include "script_objects.h"

#include "base/text.h"
#include "cluster.h"

namespace serin::simulation {

using fake::Json;

Wanted wantedAtFirst(const Script& script) {
    return {0, script.replicas, false, script.steps, script.judged, script.onInconclusive};
}

void changeWanted(const Happening& happening, Wanted& wanted) {
    switch (happening.kind) {
        case Kind::NewRevision:
            wanted.revision = happening.a;
            return;
        case Kind::Replicas:
            wanted.replicas = happening.a;
            return;
        case Kind::OtherSteps:
            wanted.steps = writeScript(static_cast<uint64_t>(happening.a), Profile::Wild).steps;
            return;
        default:
            wanted.paused = happening.kind == Kind::Pause;
    }
}

Json objectJson(const std::string& name, const Wanted& wanted) {
    static constexpr const char* inconclusive[] = {"Pause", "Extend", "Rollback", "Promote"};
    Json steps = Json::array();
    for (const api::Step& step : wanted.steps) {
        steps.push_back(step.approval ? Json{{"approval", Json::object()}}
                                      : Json{{"weight", step.weight}, {"hold", formatDuration(step.hold)}});
    }
    Json metrics = Json::array();
    if (wanted.judged) metrics.push_back({{"name", "errors"}, {"errorRate", Json::object()}});
    const std::string version = revisionName(wanted.revision);
    const Json container{{"name", "server"}, {"image", "registry.example/model:" + version}};
    return {{"apiVersion", "serin.dev/v1alpha1"},
            {"kind", "ModelDeployment"},
            {"metadata", {{"name", name}}},
            {"spec",
             {{"replicas", wanted.replicas},
              {"paused", wanted.paused},
              {"model", {{"name", "m"}, {"version", version}}},
              {"runtime",
               {{"preset", "custom"},
                {"container", "server"},
                {"ports", {{"http", 8080}, {"metrics", 8080}}},
                {"readyPath", "/ready"},
                {"errors", {{"total", "requests_total"}, {"bad", "requests_failed_total"}}}}},
              {"template", {{"spec", {{"containers", Json::array({container})}}}}},
              {"service", {{"port", 80}}},
              {"rollout", {{"steps", steps}, {"soak", "20s"}, {"progressDeadline", "90s"}}},
              {"analysis",
               {{"interval", "10s"},
                {"warmUp", "5s"},
                {"deadline", "10m"},
                {"onInconclusive", inconclusive[static_cast<int>(wanted.onInconclusive)]},
                {"holdAtMost", "2m"},
                {"falseAlarm", 1e-6},
                {"minRequests", 1200},
                {"metrics", metrics}}}}}};
}

Json replicaFailure(const std::string& message) {
    return {{"type", "ReplicaFailure"}, {"status", "True"}, {"reason", "FailedCreate"}, {"message", message}};
}

Json sliceJson(const api::EndpointSlice& slice, const Json& service) {
    Json endpoints = Json::array();
    for (const api::Endpoint& endpoint : slice.endpoints) {
        endpoints.push_back(
            {{"addresses", {endpoint.address}},
             {"conditions", {{"ready", endpoint.ready}}},
             {"targetRef", {{"kind", "Pod"}, {"name", endpoint.podName}, {"uid", endpoint.podUid}}}});
    }
    Json labels = service["metadata"].value("labels", Json::object());
    labels["kubernetes.io/service-name"] = slice.service;
    const Json owner{{"apiVersion", "v1"},
                     {"kind", "Service"},
                     {"name", slice.service},
                     {"uid", slice.meta.ownerUid},
                     {"controller", true}};
    return {{"apiVersion", "discovery.k8s.io/v1"},
            {"kind", "EndpointSlice"},
            {"metadata",
             {{"name", slice.meta.name}, {"labels", labels}, {"ownerReferences", Json::array({owner})}}},
            {"addressType", "IPv4"},
            {"endpoints", endpoints},
            {"ports", Json::array({{{"name", "http"}, {"port", 8080}, {"protocol", "TCP"}}})}};
}

}  // namespace serin::simulation
