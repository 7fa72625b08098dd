// POST: what is made, and what is refused.
#include "base/text.h"
#include "conformance/play.h"

namespace serin::conformance {

SERIN_CASE("a new object gets a uid, a time, a resource version, and its namespace") {
    const Answer made = play.create(kube::services(), play.service("a"));
    play.that(!made.uid().empty() && !made.version().empty(), "uid and resourceVersion are there");
    play.equal(made.at("/metadata/namespace"), play.space(), "the namespace");
    play.that(made.at("/metadata/creationTimestamp").is_string(), "creationTimestamp is there");
    const Answer read = play.send(play.requests.get(kube::services(), play.space(), play.name("a")), 200);
    play.equal(read.at("/metadata/uid"), made.uid(), "the uid that is read");
    play.equal(read.version(), made.version(), "the version that is read");
}

SERIN_CASE("what exists is not made twice") {
    play.create(kube::services(), play.service("a"));
    play.send(play.requests.create(kube::services(), play.space(), fake::dump(play.service("a"))), 409,
              "AlreadyExists");
    play.create(kube::modelDeployments(), play.modelDeployment("a"));
    play.send(
        play.requests.create(kube::modelDeployments(), play.space(), fake::dump(play.modelDeployment("a"))),
        409, "AlreadyExists");
}

SERIN_CASE("what is about to be deleted still exists") {
    Json object = play.service("a");
    object["metadata"]["finalizers"] = {"serin.dev/conformance"};
    play.create(kube::services(), object);
    play.send(play.requests.del(kube::services(), play.space(), play.name("a"), {}), 200);
    play.send(play.requests.create(kube::services(), play.space(), fake::dump(play.service("a"))), 409,
              "AlreadyExists");
}

SERIN_CASE("the server chooses the rest of a generateName") {
    Json object = play.lease("a");
    object["metadata"].erase("name");
    object["metadata"]["generateName"] = "made-";
    const Answer made = play.create(kube::leases(), object);
    const auto name = fake::textAt(fake::metadataOf(made.body), "name");
    play.that(name.starts_with("made-") && name.size() == 10, cat("five letters follow: ", name));
    const Answer another = play.create(kube::leases(), object);
    play.that(another.at("/metadata/name") != name, "another one gets another name");
}

SERIN_CASE("a name wins over a generateName") {
    Json object = play.lease("a");
    object["metadata"]["generateName"] = "made-";
    const Answer made = play.create(kube::leases(), object);
    play.equal(made.at("/metadata/name"), play.name("a"), "the name");
}

SERIN_CASE("an object without a name is refused") {
    Json object = play.lease("a");
    object["metadata"].erase("name");
    play.send(play.requests.create(kube::leases(), play.space(), fake::dump(object)), 422, "Invalid");
    Json custom = play.modelDeployment("a");
    custom["metadata"].erase("name");
    play.send(play.requests.create(kube::modelDeployments(), play.space(), fake::dump(custom)), 422,
              "Invalid");
}

SERIN_CASE("names that DNS could not carry are refused") {
    Json service = play.service("a");
    service["metadata"]["name"] = "Fraud_1";
    play.send(play.requests.create(kube::services(), play.space(), fake::dump(service)), 422, "Invalid");
    Json lease = play.lease("a");
    lease["metadata"]["name"] = "-a";
    play.send(play.requests.create(kube::leases(), play.space(), fake::dump(lease)), 422, "Invalid");
}

SERIN_CASE("names that are too long are refused") {
    Json service = play.service("a");
    service["metadata"]["name"] = std::string(64, 'a');
    play.send(play.requests.create(kube::services(), play.space(), fake::dump(service)), 422, "Invalid");
    Json lease = play.lease("a");
    lease["metadata"]["name"] = std::string(254, 'a');
    play.send(play.requests.create(kube::leases(), play.space(), fake::dump(lease)), 422, "Invalid");
}

SERIN_CASE("labels and annotations are checked") {
    Json object = play.lease("a");
    object["metadata"]["labels"]["app"] = "not a label";
    play.send(play.requests.create(kube::leases(), play.space(), fake::dump(object)), 422, "Invalid");
    object = play.modelDeployment("a");
    object["metadata"]["labels"]["-app"] = "a";
    play.send(play.requests.create(kube::modelDeployments(), play.space(), fake::dump(object)), 422,
              "Invalid");
    object = play.lease("a");
    object["metadata"]["annotations"]["not a key"] = "a";
    play.send(play.requests.create(kube::leases(), play.space(), fake::dump(object)), 422, "Invalid");
}

SERIN_CASE("a resourceVersion in a new object is refused") {
    Json object = play.lease("a");
    object["metadata"]["resourceVersion"] = "7";
    play.send(play.requests.create(kube::leases(), play.space(), fake::dump(object)), 500);
}

SERIN_CASE("uid, times and generation of a new object are the server's") {
    Json object = play.modelDeployment("a");
    object["metadata"].update({{"uid", "mine"},
                               {"creationTimestamp", "2001-01-01T00:00:00Z"},
                               {"deletionTimestamp", "2001-01-01T00:00:00Z"},
                               {"generation", 7}});
    const Answer made = play.create(kube::modelDeployments(), object);
    play.that(made.uid() != "mine", "the uid is another");
    play.equal(made.at("/metadata/generation"), 1, "the generation");
    play.that(made.at("/metadata/deletionTimestamp").is_null(), "it is not about to be deleted");
}

SERIN_CASE("nothing can be made in a namespace that is not there") {
    Json object = play.service("a");
    object["metadata"]["namespace"] = "nowhere";
    play.send(play.requests.create(kube::services(), "nowhere", fake::dump(object)), 404, "NotFound");
    play.send(
        play.requests.create(kube::modelDeployments(), "nowhere", fake::dump(play.modelDeployment("a"))), 404,
        "NotFound");
}

SERIN_CASE("nothing can be made in a namespace that terminates, and the answer names the cause") {
    const std::string space = play.name("ending");
    play.send(play.bare("POST", "/api/v1/namespaces",
                        cat(R"({"apiVersion":"v1","kind":"Namespace","metadata":{"name":")", space, "\"}}")),
              201);
    Json held = play.service("held");
    held["metadata"]["finalizers"] = {"serin.dev/conformance"};
    play.send(play.requests.create(kube::services(), space, fake::dump(held)), 201);
    play.send(play.bare("DELETE", cat("/api/v1/namespaces/", space)), 200);
    play.send(play.requests.create(kube::leases(), space, fake::dump(play.lease("late"))), 403, "Forbidden");
    play.send(play.requests.mergePatch(kube::services(), space, play.name("held"),
                                       R"({"metadata":{"finalizers":null}})"),
              200);
}

SERIN_CASE("the body must be of the path's kind and place") {
    const auto refused = [&](const Json& body) {
        play.send(play.requests.create(kube::leases(), play.space(), fake::dump(body)), 400, "BadRequest");
    };
    refused(play.service("a"));
    Json lease = play.lease("a");
    lease["apiVersion"] = "coordination.k8s.io/v9";
    refused(lease);
    lease = play.lease("a");
    lease["metadata"]["namespace"] = "elsewhere";
    refused(lease);
}

SERIN_CASE("a body without kind or apiVersion is taken as the path's kind when it is built in") {
    Json lease = play.lease("a");
    lease.erase("kind");
    lease.erase("apiVersion");
    play.create(kube::leases(), lease);
    Json custom = play.modelDeployment("a");
    custom.erase("kind");
    play.send(play.requests.create(kube::modelDeployments(), play.space(), fake::dump(custom)), 400,
              "BadRequest");
}

SERIN_CASE("a body that is no JSON is refused") {
    play.send(play.requests.create(kube::leases(), play.space(), "{\"kind\":"), 400, "BadRequest");
    play.send(play.requests.create(kube::modelDeployments(), play.space(), "no json"), 400, "BadRequest");
}

SERIN_CASE("a dry run answers as if, and makes nothing") {
    const Answer tried = play.send(
        play.requests.create(kube::modelDeployments(), play.space(), fake::dump(play.modelDeployment("a")),
                             {.strict = true, .dryRun = true}),
        201);
    play.equal(tried.at("/spec/replicas"), 1, "the defaults");
    play.send(play.requests.get(kube::modelDeployments(), play.space(), play.name("a")), 404, "NotFound");
}

}  // namespace serin::conformance
