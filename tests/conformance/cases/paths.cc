// Paths, verbs and names that lead nowhere.
#include "base/text.h"
#include "conformance/play.h"

namespace serin::conformance {

SERIN_CASE("an object that is not there is a 404 that names it") {
    for (const kube::Resource& resource :
         {kube::services(), kube::modelDeployments(), kube::replicaSets(), kube::leases()}) {
        const Answer missing =
            play.send(play.requests.get(resource, play.space(), play.name("a")), 404, "NotFound");
        play.equal(missing.at("/details/name"), play.name("a"), "the name");
        play.equal(missing.at("/details/kind"), resource.plural, "the kind");
    }
}

SERIN_CASE("a kind that is not there is a 404 without a name") {
    const Answer missing = play.send(play.bare("GET", "/apis/serin.dev/v1alpha1/nothings"), 404);
    play.that(missing.at("/details/name").is_null(), "no name");
    play.send(play.bare("GET", "/apis/nobody.example/v1/things"), 404);
    play.send(play.bare("GET", "/apis/serin.dev/v9/modeldeployments"), 404);
}

SERIN_CASE("a subresource that is not there is a 404") {
    play.create(kube::modelDeployments(), play.modelDeployment("a"));
    play.send(play.bare("GET", kube::modelDeployments().objectPath(play.space(), play.name("a"), "nothing")),
              404, "NotFound");
}

SERIN_CASE("verbs that fit no path are refused") {
    const std::string collection = kube::leases().collectionPath(play.space());
    play.send(play.bare("PUT", collection, fake::dump(play.lease("a"))), 405, "MethodNotAllowed");
    play.send(play.bare("PATCH", collection, "{}", "application/merge-patch+json"), 405, "MethodNotAllowed");
    play.send(play.bare("POST", cat(collection, "/a"), fake::dump(play.lease("a"))), 405, "MethodNotAllowed");
    play.send(play.bare("POST", kube::leases().collectionPath(""), fake::dump(play.lease("a"))), 405,
              "MethodNotAllowed");
}

SERIN_CASE("the server says that it is ready and lives") {
    play.equal(play.send(play.bare("GET", "/readyz"), 200).body, "ok", "the answer");
    play.equal(play.send(play.bare("GET", "/livez"), 200).body, "ok", "the answer");
}

SERIN_CASE("the server tells its version",
           Differs{{{"said.body", "builds differ; what clients read of it is compared here"}}}) {
    const Answer version = play.send(play.bare("GET", "/version"), 200);
    play.equal(version.at("/major"), "1", "the major number");
    play.equal(version.at("/minor"), "34", "the minor number");
}

}  // namespace serin::conformance
