// The built-in kinds as the operator writes them: their defaults, and what is refused.
#include "base/text.h"
#include "conformance/play.h"

namespace serin::conformance {
namespace {

void refused(Play& play, const kube::Resource& resource, const Json& object,
             std::source_location here = std::source_location::current()) {
    play.send(play.requests.create(resource, play.space(), fake::dump(object)), 422, "Invalid", here);
}

}  // namespace

SERIN_CASE("a Service gets an address and the defaults of its ports") {
    const Answer made = play.create(kube::services(), play.service("a"));
    play.equal(made.at("/spec/type"), "ClusterIP", "the type");
    play.equal(made.at("/spec/ports/0/targetPort"), 80, "the port behind");
    play.equal(made.at("/spec/ports/0/protocol"), "TCP", "the protocol");
    play.that(made.at("/spec/clusterIP").is_string(), "there is an address");
}

SERIN_CASE("a Service without an address is told so") {
    Json object = play.service("a");
    object["spec"]["clusterIP"] = "None";
    play.equal(play.create(kube::services(), object).at("/spec/clusterIPs"), Json::array({"None"}),
               "the addresses");
}

SERIN_CASE("ports of a Service are checked") {
    Json object = play.service("a");
    object["spec"]["ports"] = Json::array();
    refused(play, kube::services(), object);
    object["spec"]["ports"] = Json::array({{{"name", "http"}, {"port", 0}}});
    refused(play, kube::services(), object);
    object["spec"]["ports"] = Json::array({{{"port", 80}}, {{"port", 81}}});
    refused(play, kube::services(), object);
    object["spec"]["ports"] = Json::array({{{"name", "a"}, {"port", 80}}, {{"name", "a"}, {"port", 81}}});
    refused(play, kube::services(), object);
    object["spec"]["ports"] = Json::array({{{"name", "a"}, {"port", 80}}, {{"name", "b"}, {"port", 80}}});
    refused(play, kube::services(), object);
    object["spec"]["ports"] = Json::array({{{"name", "Http"}, {"port", 80}}});
    refused(play, kube::services(), object);
}

SERIN_CASE("the selector of a Service is replaced in part by a merge patch") {
    Json object = play.service("a");
    object["spec"]["selector"] = {{"app", "a"}, {"revision", "1"}};
    play.create(kube::services(), object);
    const Answer turned = play.send(play.requests.mergePatch(kube::services(), play.space(), play.name("a"),
                                                             R"({"spec":{"selector":{"revision":"2"}}})"),
                                    200);
    play.equal(turned.at("/spec/selector"), {{"app", "a"}, {"revision", "2"}}, "the selector");
    const Answer wide = play.send(play.requests.mergePatch(kube::services(), play.space(), play.name("a"),
                                                           R"({"spec":{"selector":{"revision":null}}})"),
                                  200);
    play.equal(wide.at("/spec/selector"), {{"app", "a"}}, "the selector of all revisions");
}

SERIN_CASE("a ReplicaSet gets the defaults of its pods") {
    Json object = play.replicaSet("a");
    object["spec"]["template"]["spec"]["containers"][0]["readinessProbe"] = {{"httpGet", {{"port", 8080}}}};
    object["spec"]["template"]["spec"]["containers"][0]["ports"] = Json::array({{{"containerPort", 8080}}});
    const Answer made = play.create(kube::replicaSets(), object);
    const Json pod = made.at("/spec/template/spec");
    play.equal(fake::textAt(pod, "restartPolicy"), "Always", "the restart policy");
    play.equal(fake::textAt(pod["containers"][0], "imagePullPolicy"), "IfNotPresent", "the pull policy");
    play.equal(pod["containers"][0]["readinessProbe"]["periodSeconds"], 10, "the period of the probe");
}

SERIN_CASE("an image without a tag is pulled always") {
    Json object = play.replicaSet("a");
    for (const char* image : {"example/model", "example/model:latest"}) {
        object["spec"]["template"]["spec"]["containers"][0]["image"] = image;
        const Answer tried = play.send(
            play.requests.create(kube::replicaSets(), play.space(), fake::dump(object), {.dryRun = true}),
            201);
        play.equal(tried.at("/spec/template/spec/containers/0/imagePullPolicy"), "Always", image);
    }
}

SERIN_CASE("a ReplicaSet has one replica unless it says otherwise") {
    Json object = play.replicaSet("a");
    object["spec"].erase("replicas");
    const Answer tried = play.send(
        play.requests.create(kube::replicaSets(), play.space(), fake::dump(object), {.dryRun = true}), 201);
    play.equal(tried.at("/spec/replicas"), 1, "the replicas");
}

SERIN_CASE("a ReplicaSet does not take the labels of its pods") {
    Json object = play.replicaSet("a");
    object["metadata"].erase("labels");
    const Answer made = play.create(kube::replicaSets(), object);
    play.that(made.at("/metadata/labels").is_null(), "it has no labels");
}

SERIN_CASE("a ReplicaSet that would not know its own pods is refused") {
    Json object = play.replicaSet("a");
    object["spec"]["template"]["metadata"]["labels"]["app"] = "another";
    refused(play, kube::replicaSets(), object);
    object = play.replicaSet("a");
    object["spec"].erase("selector");
    refused(play, kube::replicaSets(), object);
    object = play.replicaSet("a");
    object["spec"]["selector"]["matchLabels"] = Json::object();
    refused(play, kube::replicaSets(), object);
}

SERIN_CASE("a ReplicaSet of fewer than no pods is refused") {
    Json object = play.replicaSet("a");
    object["spec"]["replicas"] = -1;
    refused(play, kube::replicaSets(), object);
}

SERIN_CASE("a pod template needs containers with names and images") {
    Json object = play.replicaSet("a");
    object["spec"]["template"]["spec"]["containers"] = Json::array();
    refused(play, kube::replicaSets(), object);
    object = play.replicaSet("a");
    object["spec"]["template"]["spec"]["containers"][0].erase("image");
    refused(play, kube::replicaSets(), object);
    object = play.replicaSet("a");
    object["spec"]["template"]["spec"]["containers"][0].erase("name");
    refused(play, kube::replicaSets(), object);
}

SERIN_CASE("an EndpointSlice states its type of addresses and keeps it") {
    const Json slice = {{"apiVersion", "discovery.k8s.io/v1"},
                        {"kind", "EndpointSlice"},
                        {"metadata", {{"name", play.name("a")}}},
                        {"addressType", "IPv4"},
                        {"endpoints", Json::array({{{"addresses", {"192.0.2.1"}}}})},
                        {"ports", Json::array({{{"port", 80}}})}};
    Json untyped = slice;
    untyped.erase("addressType");
    refused(play, kube::endpointSlices(), untyped);
    play.create(kube::endpointSlices(), slice);
    play.send(play.requests.mergePatch(kube::endpointSlices(), play.space(), play.name("a"),
                                       R"({"addressType":"IPv6"})"),
              422, "Invalid");
}

SERIN_CASE("a namespace is active at once") {
    const Answer made = play.send(
        play.bare(
            "POST", "/api/v1/namespaces",
            cat(R"({"apiVersion":"v1","kind":"Namespace","metadata":{"name":")", play.name("space"), "\"}}")),
        201);
    play.equal(made.at("/status/phase"), "Active", "the phase");
}

}  // namespace serin::conformance
