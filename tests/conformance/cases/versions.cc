// resourceVersion and generation: what moves them, and what does not.
#include "conformance/play.h"

namespace serin::conformance {

SERIN_CASE("every write of any kind gets a greater resource version") {
    const Answer service = play.create(kube::services(), play.service("a"));
    const Answer lease = play.create(kube::leases(), play.lease("a"));
    const Answer custom = play.create(kube::modelDeployments(), play.modelDeployment("a"));
    const Answer status =
        play.send(play.requests.applyStatus(kube::modelDeployments(), play.space(), play.name("a"),
                                            fake::dump({{"apiVersion", "serin.dev/v1alpha1"},
                                                        {"kind", "ModelDeployment"},
                                                        {"metadata", {{"name", play.name("a")}}},
                                                        {"status", {{"phase", "Stable"}}}})),
                  200);
    play.newer(lease.version(), service.version());
    play.newer(custom.version(), lease.version());
    play.newer(status.version(), custom.version());
}

SERIN_CASE("a list's resource version is not older than its objects") {
    const Answer made = play.create(kube::services(), play.service("a"));
    const Answer list =
        play.send(play.requests.list(kube::services(), play.space(), {play.selector(), 0, ""}), 200);
    play.that(list.version() == made.version() || list.version() > made.version() ||
                  list.version().size() > made.version().size(),
              "the list is as new as what it holds");
}

SERIN_CASE("a merge patch that changes nothing makes no new version") {
    const Answer made = play.create(kube::services(), play.service("a"));
    const Answer same =
        play.send(play.requests.mergePatch(kube::services(), play.space(), play.name("a"),
                                           R"({"spec":{"ports":[{"name":"http","port":80}]}})"),
                  200);
    play.equal(same.version(), made.version(), "the version");
    const Answer custom = play.create(kube::modelDeployments(), play.modelDeployment("a"));
    const Answer again = play.send(play.requests.mergePatch(kube::modelDeployments(), play.space(),
                                                            play.name("a"), R"({"spec":{"replicas":1}})"),
                                   200);
    play.equal(again.version(), custom.version(), "the custom resource's version");
}

SERIN_CASE("a PUT of what is stored makes no new version") {
    for (const kube::Resource& resource : {kube::services(), kube::leases()}) {
        const Answer made =
            play.create(resource, resource == kube::leases() ? play.lease("a") : play.service("a"));
        const Answer same = play.send(
            play.requests.replace(resource, play.space(), play.name("a"), fake::dump(made.body)), 200);
        play.equal(same.version(), made.version(), "the version");
    }
}

SERIN_CASE("a JSON patch that changes nothing makes no new version") {
    const Answer made = play.create(kube::services(), play.service("a"));
    const Answer same =
        play.send(play.bare("PATCH", kube::services().objectPath(play.space(), play.name("a")),
                            R"([{"op":"replace","path":"/spec/ports/0/port","value":80}])",
                            "application/json-patch+json"),
                  200);
    play.equal(same.version(), made.version(), "the version");
}

SERIN_CASE("generation counts changes of the spec alone") {
    const auto patched = [&](const char* body) {
        return play
            .send(play.requests.mergePatch(kube::modelDeployments(), play.space(), play.name("a"), body), 200)
            .at("/metadata/generation");
    };
    const Answer made = play.create(kube::modelDeployments(), play.modelDeployment("a"));
    play.equal(made.at("/metadata/generation"), 1, "the first generation");
    play.equal(patched(R"({"spec":{"replicas":3}})"), 2, "the generation after a change of the spec");
    play.equal(patched(R"({"metadata":{"labels":{"a":"b"},"annotations":{"c":"d"}}})"), 2,
               "the generation after one of the metadata");
    play.equal(patched(R"({"spec":{"replicas":3}})"), 2, "the generation after none");
    const Answer status = play.send(
        play.with(
            play.bare("PATCH", kube::modelDeployments().objectPath(play.space(), play.name("a"), "status"),
                      R"({"status":{"phase":"Stable"}})", "application/merge-patch+json"),
            "fieldManager=m"),
        200);
    play.equal(status.at("/metadata/generation"), 2, "the generation after one of the status");
    play.equal(patched(R"({"metadata":{"generation":9}})"), 2, "the generation after somebody states one");
}

SERIN_CASE("generation of a ReplicaSet counts changes of its spec",
           Differs{{{"[1].said.body", "a real controller writes the status meanwhile", false}}}) {
    const Answer made = play.create(kube::replicaSets(), play.replicaSet("a"));
    play.equal(made.at("/metadata/generation"), 1, "the first generation");
    const Answer changed =
        play.send(play.requests.mergePatch(kube::replicaSets(), play.space(), play.name("a"),
                                           R"({"spec":{"minReadySeconds":3}})"),
                  200);
    play.equal(changed.at("/metadata/generation"), 2, "the second");
}

SERIN_CASE("the mark of a deletion counts as a generation") {
    Json object = play.modelDeployment("a");
    object["metadata"]["finalizers"] = {"serin.dev/conformance"};
    play.create(kube::modelDeployments(), object);
    const Answer marked =
        play.send(play.requests.del(kube::modelDeployments(), play.space(), play.name("a"), {}), 200);
    play.equal(marked.at("/metadata/generation"), 2, "the generation");
}

SERIN_CASE("Services and Leases have no generation") {
    play.that(play.create(kube::services(), play.service("a")).at("/metadata/generation").is_null(),
              "a Service has none");
    play.that(play.create(kube::leases(), play.lease("a")).at("/metadata/generation").is_null(),
              "a Lease has none");
}

SERIN_CASE("an EndpointSlice counts its generations") {
    const Json slice = {{"apiVersion", "discovery.k8s.io/v1"},
                        {"kind", "EndpointSlice"},
                        {"metadata", {{"name", play.name("a")}}},
                        {"addressType", "IPv4"},
                        {"endpoints", Json::array({{{"addresses", {"192.0.2.1"}}}})},
                        {"ports", Json::array({{{"name", "http"}, {"port", 80}}})}};
    const Answer made = play.create(kube::endpointSlices(), slice);
    play.equal(made.at("/metadata/generation"), 1, "the first generation");
    const Answer changed =
        play.send(play.requests.mergePatch(
                      kube::endpointSlices(), play.space(), play.name("a"),
                      R"({"endpoints":[{"addresses":["192.0.2.1"],"conditions":{"ready":false}}]})"),
                  200);
    play.equal(changed.at("/metadata/generation"), 2, "the second");
}

}  // namespace serin::conformance
