// The subresources: status and scale.
#include "base/text.h"
#include "conformance/play.h"

namespace serin::conformance {
namespace {

const kube::Resource& models() {
    return kube::modelDeployments();
}

HttpRequest patchStatus(const Play& play, const kube::Resource& resource, const char* body) {
    return play.bare("PATCH", resource.objectPath(play.space(), play.name("a"), "status"), body,
                     "application/merge-patch+json");
}

HttpRequest scale(const Play& play, const char* method, const std::string& body) {
    return play.bare(method, models().objectPath(play.space(), play.name("a"), "scale"), body,
                     std::string(method) == "PATCH" ? "application/merge-patch+json" : "application/json");
}

}  // namespace

SERIN_CASE("a new custom resource has no status, whatever its body says") {
    Json object = play.modelDeployment("a");
    object["status"] = {{"phase", "Stable"}};
    play.that(play.create(models(), object).at("/status").is_null(), "there is no status");
}

SERIN_CASE("the object's own path does not change its status") {
    play.create(models(), play.modelDeployment("a"));
    const Answer status = play.send(patchStatus(play, models(), R"({"status":{"phase":"Stable"}})"), 200);
    play.equal(status.at("/status/phase"), "Stable", "the phase");
    const Answer patched = play.send(
        play.requests.mergePatch(models(), play.space(), play.name("a"), R"({"status":{"phase":"Other"}})"),
        200);
    play.equal(patched.at("/status/phase"), "Stable", "the phase after a patch");
    play.equal(patched.version(), status.version(), "the version after a patch");
    Json object = status.body;
    object.erase("status");
    object["spec"]["replicas"] = 2;
    const Answer replaced =
        play.send(play.requests.replace(models(), play.space(), play.name("a"), fake::dump(object)), 200);
    play.equal(replaced.at("/status/phase"), "Stable", "the phase after a PUT");
}

SERIN_CASE("the path of the status changes neither spec nor metadata") {
    const Answer made = play.create(models(), play.modelDeployment("a"));
    const Answer patched = play.send(
        patchStatus(
            play, models(),
            R"({"metadata":{"labels":{"a":"b"},"annotations":{"a":"b"},"finalizers":["serin.dev/a"]},)"
            R"("spec":{"replicas":9},"status":{"phase":"Stable"}})"),
        200);
    play.equal(patched.at("/spec"), made.at("/spec"), "the spec");
    play.equal(patched.at("/metadata/labels"), made.at("/metadata/labels"), "the labels");
    play.that(patched.at("/metadata/finalizers").is_null(), "there are no finalizers");
    play.equal(patched.at("/status/phase"), "Stable", "the phase");
}

SERIN_CASE("a PUT of the status replaces it whole and must name the version") {
    play.create(models(), play.modelDeployment("a"));
    Answer status = play.send(
        patchStatus(play, models(), R"({"status":{"phase":"Stable","message":"all is well"}})"), 200);
    status.body["status"] = {{"phase", "Step 1/3"}};
    const std::string path = models().objectPath(play.space(), play.name("a"), "status");
    const Answer replaced = play.send(play.bare("PUT", path, fake::dump(status.body)), 200);
    play.that(replaced.at("/status/message").is_null(), "the message is gone");
    play.send(play.bare("PUT", path, fake::dump(status.body)), 409, "Conflict");
    status.body["metadata"].erase("resourceVersion");
    play.send(play.bare("PUT", path, fake::dump(status.body)), 422, "Invalid");
}

SERIN_CASE("a status that says the same makes no new version") {
    play.create(models(), play.modelDeployment("a"));
    const Answer first = play.send(patchStatus(play, models(), R"({"status":{"phase":"Stable"}})"), 200);
    const Answer second = play.send(patchStatus(play, models(), R"({"status":{"phase":"Stable"}})"), 200);
    play.equal(second.version(), first.version(), "the version");
}

SERIN_CASE("the status obeys the schema") {
    play.create(models(), play.modelDeployment("a"));
    play.send(patchStatus(play, models(), R"({"status":{"phase":7}})"), 422, "Invalid");
    const Answer pruned =
        play.send(patchStatus(play, models(), R"({"status":{"phase":"Stable","misspelt":1}})"), 200);
    play.that(pruned.at("/status/misspelt").is_null(), "what is not in the schema is dropped");
    play.send(patchStatus(play, models(), R"({"status":{"conditions":[{"type":"Ready"}]}})"), 422, "Invalid");
}

SERIN_CASE("status and status path of what is not there") {
    play.send(patchStatus(play, models(), R"({"status":{"phase":"Stable"}})"), 404, "NotFound");
    play.send(play.bare("GET", models().objectPath(play.space(), play.name("a"), "status")), 404, "NotFound");
    play.send(play.bare("GET", kube::leases().objectPath(play.space(), play.name("a"), "status")), 404,
              "NotFound");
}

SERIN_CASE("the status path reads the whole object") {
    const Answer made = play.create(models(), play.modelDeployment("a"));
    const Answer read =
        play.send(play.bare("GET", models().objectPath(play.space(), play.name("a"), "status")), 200);
    play.equal(read.at("/spec"), made.at("/spec"), "the spec");
}

SERIN_CASE("a new ReplicaSet has the status of none, whatever its body says") {
    Json object = play.replicaSet("a");
    object["status"] = {{"replicas", 7}, {"readyReplicas", 7}};
    play.equal(play.create(kube::replicaSets(), object).at("/status"), {{"replicas", 0}}, "the status");
}

SERIN_CASE("the path of a ReplicaSet's status does not change its spec",
           Differs{{{"[1].said.body", "a real controller writes the status meanwhile", false}}}) {
    play.create(kube::replicaSets(), play.replicaSet("a"));
    const Answer patched =
        play.send(patchStatus(play, kube::replicaSets(), R"({"spec":{"replicas":9}})"), 200);
    play.equal(patched.at("/spec/replicas"), 0, "the replicas");
}

SERIN_CASE("the scale of a ModelDeployment is read and written by its own path") {
    play.create(models(), play.modelDeployment("a"));
    play.send(patchStatus(play, models(), R"({"status":{"replicas":1,"selector":"serin.dev/model=a"}})"),
              200);
    const Answer read = play.send(scale(play, "GET", ""), 200);
    play.equal(read.at("/spec/replicas"), 1, "the wanted replicas");
    play.equal(read.at("/status/selector"), "serin.dev/model=a", "the selector");
    const Answer patched = play.send(scale(play, "PATCH", R"({"spec":{"replicas":4}})"), 200);
    play.equal(patched.at("/spec/replicas"), 4, "the replicas after a patch");
    const Answer object = play.send(play.requests.get(models(), play.space(), play.name("a")), 200);
    play.equal(object.at("/spec/replicas"), 4, "the object's replicas");
    play.equal(object.at("/metadata/generation"), 2, "the generation");
}

SERIN_CASE("a PUT of a scale counts when its version is the present one") {
    play.create(models(), play.modelDeployment("a"));
    Answer read = play.send(scale(play, "GET", ""), 200);
    read.body["spec"]["replicas"] = 3;
    const Answer replaced = play.send(scale(play, "PUT", fake::dump(read.body)), 200);
    play.equal(replaced.at("/spec/replicas"), 3, "the replicas");
    play.send(scale(play, "PUT", fake::dump(read.body)), 409, "Conflict");
}

SERIN_CASE("a scale below nothing is refused") {
    play.create(models(), play.modelDeployment("a"));
    play.send(scale(play, "PATCH", R"({"spec":{"replicas":-1}})"), 422, "Invalid");
}

}  // namespace serin::conformance
