// PUT and the patches that are no apply: what they change, and when they are refused.
#include "base/text.h"
#include "conformance/play.h"

namespace serin::conformance {
namespace {

constexpr const char* kJsonPatch = "application/json-patch+json";

HttpRequest patchOf(const Play& play, const kube::Resource& resource, const char* body) {
    return play.requests.mergePatch(resource, play.space(), play.name("a"), body);
}

HttpRequest put(const Play& play, const kube::Resource& resource, const Json& body) {
    return play.requests.replace(resource, play.space(), play.name("a"), fake::dump(body));
}

HttpRequest jsonPatch(const Play& play, const char* body) {
    return play.bare("PATCH", kube::services().objectPath(play.space(), play.name("a")), body, kJsonPatch);
}

}  // namespace

SERIN_CASE("a PUT of an old version is a conflict") {
    for (const kube::Resource& resource : {kube::services(), kube::modelDeployments(), kube::leases()}) {
        const Json object = resource == kube::services() ? play.service("a")
                            : resource == kube::leases() ? play.lease("a")
                                                         : play.modelDeployment("a");
        const Answer made = play.create(resource, object);
        play.send(patchOf(play, resource, R"({"metadata":{"labels":{"a":"b"}}})"), 200);
        play.send(put(play, resource, made.body), 409, "Conflict");
    }
}

SERIN_CASE("a PUT of a custom resource or a Lease must name the version that it replaces") {
    play.create(kube::modelDeployments(), play.modelDeployment("a"));
    play.send(put(play, kube::modelDeployments(), play.modelDeployment("a")), 422, "Invalid");
    play.create(kube::leases(), play.lease("a"));
    play.send(put(play, kube::leases(), play.lease("a")), 422, "Invalid");
}

SERIN_CASE("a PUT of a Service without a version replaces whatever is there") {
    play.create(kube::services(), play.service("a"));
    Json object = play.service("a");
    object["spec"]["ports"][0]["port"] = 81;
    const Answer replaced = play.send(put(play, kube::services(), object), 200);
    play.equal(replaced.at("/spec/ports/0/port"), 81, "the port");
    play.equal(replaced.at("/spec/ports/0/targetPort"), 81, "the port behind it");
}

SERIN_CASE("a PUT of a Lease that is not there creates it, one of a custom resource does not") {
    play.send(put(play, kube::leases(), play.lease("a")), 201);
    play.send(put(play, kube::modelDeployments(), play.modelDeployment("a")), 404, "NotFound");
}

SERIN_CASE("a PUT with another uid is a conflict") {
    const Answer made = play.create(kube::leases(), play.lease("a"));
    Json object = made.body;
    object["metadata"]["uid"] = "11111111-2222-4333-8444-555555555555";
    play.send(put(play, kube::leases(), object), 409, "Conflict");
    const Answer custom = play.create(kube::modelDeployments(), play.modelDeployment("a"));
    object = custom.body;
    object["metadata"]["uid"] = "11111111-2222-4333-8444-555555555555";
    play.send(put(play, kube::modelDeployments(), object), 409, "Conflict");
}

SERIN_CASE("the name in a PUT must be the path's") {
    const Answer made = play.create(kube::leases(), play.lease("a"));
    Json object = made.body;
    object["metadata"]["name"] = "another";
    play.send(put(play, kube::leases(), object), 400, "BadRequest");
    object["metadata"].erase("name");
    play.send(put(play, kube::leases(), object), 400, "BadRequest");
}

SERIN_CASE("a PUT does not change uid, creation time and generation") {
    const Answer made = play.create(kube::modelDeployments(), play.modelDeployment("a"));
    Json object = made.body;
    object["metadata"].erase("uid");
    object["metadata"].erase("creationTimestamp");
    object["metadata"]["generation"] = 9;
    object["spec"]["replicas"] = 2;
    const Answer replaced = play.send(put(play, kube::modelDeployments(), object), 200);
    play.equal(replaced.uid(), made.uid(), "the uid");
    play.equal(replaced.at("/metadata/creationTimestamp"), made.at("/metadata/creationTimestamp"),
               "the time");
    play.equal(replaced.at("/metadata/generation"), 2, "the generation");
}

SERIN_CASE("a PUT removes what it does not state, and defaults come back") {
    Json object = play.modelDeployment("a");
    object["spec"]["replicas"] = 5;
    object["spec"]["model"]["version"] = "7";
    Answer made = play.create(kube::modelDeployments(), object);
    made.body["spec"].erase("replicas");
    made.body["spec"]["model"].erase("version");
    const Answer replaced = play.send(put(play, kube::modelDeployments(), made.body), 200);
    play.equal(replaced.at("/spec/replicas"), 1, "the replicas");
    play.that(replaced.at("/spec/model/version").is_null(), "the version is gone");
}

SERIN_CASE("null in a merge patch removes a member") {
    Json object = play.service("a", {{"a", "b"}});
    object["metadata"]["annotations"] = {{"c", "d"}};
    play.create(kube::services(), object);
    const Answer patched = play.send(
        patchOf(play, kube::services(), R"({"metadata":{"labels":{"a":null},"annotations":null}})"), 200);
    play.that(patched.at("/metadata/labels/a").is_null(), "the label is gone");
    play.that(patched.at("/metadata/annotations").is_null(), "the annotations are gone");
}

SERIN_CASE("a merge patch replaces lists whole") {
    play.create(kube::services(), play.service("a"));
    const Answer patched =
        play.send(patchOf(play, kube::services(), R"({"spec":{"ports":[{"name":"grpc","port":81}]}})"), 200);
    play.equal(patched.at("/spec/ports").size(), 1, "the number of ports");
}

SERIN_CASE("a merge patch with an old version is a conflict, and with the present one is not") {
    const Answer made = play.create(kube::services(), play.service("a"));
    const std::string stale =
        cat(R"({"metadata":{"resourceVersion":")", made.version(), R"(","labels":{"a":"b"}}})");
    play.send(patchOf(play, kube::services(), stale.c_str()), 200);
    const std::string again =
        cat(R"({"metadata":{"resourceVersion":")", made.version(), R"(","labels":{"a":"c"}}})");
    play.send(patchOf(play, kube::services(), again.c_str()), 409, "Conflict");
}

SERIN_CASE("a merge patch with another uid is refused") {
    constexpr const char* kOther = R"({"metadata":{"uid":"11111111-2222-4333-8444-555555555555"}})";
    play.create(kube::services(), play.service("a"));
    play.send(patchOf(play, kube::services(), kOther), 422, "Invalid");
    play.create(kube::modelDeployments(), play.modelDeployment("a"));
    play.send(patchOf(play, kube::modelDeployments(), kOther), 422, "Invalid");
    play.create(kube::replicaSets(), play.replicaSet("a"));
    play.send(patchOf(play, kube::replicaSets(), kOther), 422, "Invalid");
}

SERIN_CASE("a patch of what was made again under its name is a conflict by its version") {
    const Answer first = play.create(kube::services(), play.service("a"));
    play.send(play.requests.del(kube::services(), play.space(), play.name("a"), {}), 200);
    play.create(kube::services(), play.service("a"));
    const std::string stale = fake::dump(
        {{"metadata",
          {{"uid", first.uid()}, {"resourceVersion", first.version()}, {"labels", {{"a", "b"}}}}}});
    play.send(patchOf(play, kube::services(), stale.c_str()), 409, "Conflict");
}

SERIN_CASE("a patch of what is not there is refused") {
    play.send(patchOf(play, kube::services(), R"({"metadata":{"labels":{"a":"b"}}})"), 404, "NotFound");
    play.send(patchOf(play, kube::modelDeployments(), R"({"spec":{"replicas":2}})"), 404, "NotFound");
}

SERIN_CASE("a merge patch cannot rename") {
    play.create(kube::services(), play.service("a"));
    play.send(patchOf(play, kube::services(), R"({"metadata":{"name":"another"}})"), 400, "BadRequest");
    play.send(patchOf(play, kube::services(), R"({"metadata":{"namespace":"another"}})"), 400, "BadRequest");
}

SERIN_CASE("a merge patch must be a JSON object") {
    play.create(kube::services(), play.service("a"));
    play.send(patchOf(play, kube::services(), "[1]"), 400, "BadRequest");
    play.send(patchOf(play, kube::services(), "{\"a\":"), 400, "BadRequest");
}

SERIN_CASE("a JSON patch is applied when its tests hold, and refused when they do not") {
    play.create(kube::services(), play.service("a"));
    const Answer patched =
        play.send(jsonPatch(play, R"([{"op":"test","path":"/spec/ports/0/port","value":80},)"
                                  R"({"op":"replace","path":"/spec/ports/0/port","value":81}])"),
                  200);
    play.equal(patched.at("/spec/ports/0/port"), 81, "the port");
    play.send(jsonPatch(play, R"([{"op":"test","path":"/spec/ports/0/port","value":80}])"), 422, "Invalid");
    play.send(jsonPatch(play, R"([{"op":"remove","path":"/spec/nothing"}])"), 422, "Invalid");
    play.send(jsonPatch(play, R"({"op":"remove"})"), 400, "BadRequest");
}

SERIN_CASE("a patch of an unknown type is refused") {
    play.create(kube::modelDeployments(), play.modelDeployment("a"));
    const std::string path = kube::modelDeployments().objectPath(play.space(), play.name("a"));
    play.send(play.bare("PATCH", path, "{}", "application/json"), 415, "UnsupportedMediaType");
    play.send(play.bare("PATCH", path, "{}", "application/strategic-merge-patch+json"), 415,
              "UnsupportedMediaType");
}

SERIN_CASE("the selector of a ReplicaSet never changes") {
    play.create(kube::replicaSets(), play.replicaSet("a"));
    play.send(
        patchOf(
            play, kube::replicaSets(),
            R"({"spec":{"selector":{"matchLabels":{"app":"b"}},"template":{"metadata":{"labels":{"app":"b"}}}}})"),
        422, "Invalid");
}

SERIN_CASE("the address of a Service never changes") {
    play.create(kube::services(), play.service("a"));
    play.send(
        patchOf(play, kube::services(), R"({"spec":{"clusterIP":"192.0.2.7","clusterIPs":["192.0.2.7"]}})"),
        422, "Invalid");
}

SERIN_CASE("a dry run of a patch changes nothing") {
    const Answer made = play.create(kube::services(), play.service("a"));
    const Answer tried = play.send(
        play.with(patchOf(play, kube::services(), R"({"spec":{"ports":[{"name":"http","port":81}]}})"),
                  "dryRun=All"),
        200);
    play.equal(tried.at("/spec/ports/0/port"), 81, "the port that would be");
    const Answer read = play.send(play.requests.get(kube::services(), play.space(), play.name("a")), 200);
    play.equal(read.version(), made.version(), "the version");
}

}  // namespace serin::conformance
