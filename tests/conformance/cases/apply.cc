// Server-side apply: who owns which field, and what becomes of it.
#include <functional>

#include "base/text.h"
#include "conformance/play.h"

namespace serin::conformance {
namespace {

const kube::Resource& models() {
    return kube::modelDeployments();
}

// An apply of `spec` by a manager; `rest` is more of the query.
HttpRequest apply(const Play& play, const std::string& manager, const Json& spec,
                  const std::string& rest = "", const std::string& subresource = "") {
    Json intent = {{"apiVersion", "serin.dev/v1alpha1"},
                   {"kind", "ModelDeployment"},
                   {"metadata", {{"name", play.name("a")}, {"namespace", play.space()}}}};
    intent[subresource.empty() ? "spec" : subresource] = spec;
    return play.bare(
        "PATCH",
        cat(models().objectPath(play.space(), play.name("a"), subresource), "?fieldManager=", manager, rest),
        fake::dump(intent), "application/apply-patch+yaml");
}

HttpRequest applyStatus(const Play& play, const Json& status, const std::string& rest = "&force=true") {
    return apply(play, "m-status", status, rest, "status");
}

// A request with another body.
HttpRequest edited(HttpRequest request, const std::function<void(Json&)>& edit) {
    Json body = Json::parse(request.body);
    edit(body);
    request.body = fake::dump(body);
    return request;
}

void nameOtherUid(Json& body) {
    body["metadata"]["uid"] = "11111111-2222-4333-8444-555555555555";
}

Json specOf(const Play& play) {
    return play.modelDeployment("a")["spec"];
}

Json condition(const char* type, const char* reason) {
    return {{"type", type},
            {"status", "True"},
            {"reason", reason},
            {"lastTransitionTime", "2026-01-02T03:04:05Z"},
            {"message", ""}};
}

}  // namespace

SERIN_CASE("an apply creates what is not there, and changes what is") {
    play.send(apply(play, "m", specOf(play)), 201);
    Json spec = specOf(play);
    spec["replicas"] = 3;
    const Answer changed = play.send(apply(play, "m", spec), 200);
    play.equal(changed.at("/spec/replicas"), 3, "the replicas");
    play.equal(changed.at("/metadata/generation"), 2, "the generation");
}

SERIN_CASE("an apply needs a field manager") {
    HttpRequest request = apply(play, "m", specOf(play));
    request.target = models().objectPath(play.space(), play.name("a"));
    play.send(request, 422, "Invalid");
}

SERIN_CASE("an apply may not state managedFields") {
    const auto stateThem = [](Json& body) {
        body["metadata"]["managedFields"] = Json::array({{{"manager", "m"}, {"operation", "Apply"}}});
    };
    play.send(edited(apply(play, "m", specOf(play)), stateThem), 400, "BadRequest");
}

SERIN_CASE("an apply of the same makes no new version") {
    const Answer first = play.send(apply(play, "m", specOf(play)), 201);
    const Answer second = play.send(apply(play, "m", specOf(play)), 200);
    play.equal(second.version(), first.version(), "the version");
}

SERIN_CASE("an apply removes what its manager no longer states, and defaults come back") {
    Json spec = specOf(play);
    spec["replicas"] = 3;
    spec["model"]["version"] = "7";
    play.send(apply(play, "m", spec), 201);
    const Answer less = play.send(apply(play, "m", specOf(play)), 200);
    play.equal(less.at("/spec/replicas"), 1, "the replicas");
    play.that(less.at("/spec/model/version").is_null(), "the version is gone");
}

SERIN_CASE("what two managers state stays until both have given it up") {
    Json spec = specOf(play);
    spec["replicas"] = 3;
    play.send(apply(play, "m", spec), 201);
    play.send(apply(play, "other", {{"replicas", 3}}), 200);
    const Answer one = play.send(apply(play, "m", specOf(play)), 200);
    play.equal(one.at("/spec/replicas"), 3, "the replicas while another states them");
    const Answer none = play.send(apply(play, "other", Json::object()), 200);
    play.equal(none.at("/spec/replicas"), 1, "the replicas when nobody does");
}

SERIN_CASE("an apply of another value than the owner's is a conflict that names field and owner") {
    Json spec = specOf(play);
    spec["replicas"] = 3;
    play.send(apply(play, "m", spec), 201);
    const Answer refused = play.send(apply(play, "other", {{"replicas", 4}}), 409, "Conflict");
    play.equal(refused.at("/details/causes/0/reason"), "FieldManagerConflict", "the cause");
    play.equal(refused.at("/details/causes/0/field"), ".spec.replicas", "the field");
}

SERIN_CASE("several conflicts are all told") {
    Json spec = specOf(play);
    spec["replicas"] = 3;
    play.send(apply(play, "m", spec), 201);
    play.send(apply(play, "second", {{"paused", true}}), 200);
    const Answer refused = play.send(
        apply(play, "other", {{"replicas", 4}, {"paused", false}, {"model", {{"name", "another"}}}}), 409,
        "Conflict");
    play.equal(refused.at("/details/causes").size(), 3, "the number of causes");
}

SERIN_CASE("force takes the fields over, and the old owner conflicts from then on") {
    Json spec = specOf(play);
    spec["replicas"] = 3;
    play.send(apply(play, "m", spec), 201);
    const Answer taken = play.send(apply(play, "other", {{"replicas", 4}}, "&force=true"), 200);
    play.equal(taken.at("/spec/replicas"), 4, "the replicas");
    play.send(apply(play, "m", spec), 409, "Conflict");
    const Answer given = play.send(apply(play, "m", specOf(play)), 200);
    play.equal(given.at("/spec/replicas"), 4, "the replicas that are no longer its own");
}

SERIN_CASE("a patch takes ownership, so that the applier conflicts") {
    Json spec = specOf(play);
    spec["replicas"] = 3;
    play.send(apply(play, "m", spec), 201);
    play.send(play.requests.mergePatch(models(), play.space(), play.name("a"), R"({"spec":{"replicas":5}})"),
              200);
    play.send(apply(play, "m", spec), 409, "Conflict");
    spec["replicas"] = 5;
    play.send(apply(play, "m", spec), 200);
}

SERIN_CASE("who writes by POST and by apply is two managers, even under one name") {
    HttpRequest post = play.with(
        play.bare("POST", models().collectionPath(play.space()), fake::dump(play.modelDeployment("a"))),
        "fieldManager=m");
    play.send(post, 201);
    Json spec = specOf(play);
    spec["model"]["name"] = "another";
    play.send(apply(play, "m", spec), 409, "Conflict");
}

SERIN_CASE("a field that somebody else set is left alone by an apply that does not state it") {
    play.send(apply(play, "m", specOf(play)), 201);
    play.send(play.requests.mergePatch(models(), play.space(), play.name("a"), R"({"spec":{"replicas":5}})"),
              200);
    const Answer applied = play.send(apply(play, "m", specOf(play), "&force=true"), 200);
    play.equal(applied.at("/spec/replicas"), 5, "the replicas");
}

SERIN_CASE("an apply with a uid creates nothing") {
    const HttpRequest request = edited(apply(play, "m", specOf(play)), nameOtherUid);
    play.send(request, 409, "Conflict");
    play.send(apply(play, "m", specOf(play)), 201);
    play.send(request, 422, "Invalid");
}

SERIN_CASE("an apply with an old version is a conflict") {
    const Answer made = play.send(apply(play, "m", specOf(play)), 201);
    const auto ofFirstVersion = [&](int replicas) {
        return edited(apply(play, "m", specOf(play)), [&](Json& body) {
            body["metadata"]["resourceVersion"] = made.version();
            body["spec"]["replicas"] = replicas;
        });
    };
    play.send(ofFirstVersion(2), 200);
    play.send(ofFirstVersion(3), 409, "Conflict");
}

SERIN_CASE("items of a keyed list are merged by their key and belong to who applied them") {
    play.send(apply(play, "m", specOf(play)), 201);
    play.send(applyStatus(play, {{"conditions", Json::array({condition("Ready", "Since"),
                                                             condition("Accepted", "Since")})}}),
              200);
    play.send(
        apply(play, "other", {{"conditions", Json::array({condition("Paused", "Since")})}}, "", "status"),
        200);
    const Answer less =
        play.send(applyStatus(play, {{"conditions", Json::array({condition("Accepted", "Changed")})}}), 200);
    const Json conditions = less.at("/status/conditions");
    play.equal(conditions.size(), 2, "the number of conditions");
    play.equal(fake::textAt(conditions[0], "type"), "Accepted", "the first");
    play.equal(fake::textAt(conditions[1], "type"), "Paused", "the second");
}

SERIN_CASE("a list without keys is replaced whole") {
    Json spec = specOf(play);
    spec["rollout"]["steps"] = Json::array({{{"weight", 10}}, {{"weight", 20}}});
    play.send(apply(play, "m", spec), 201);
    spec["rollout"]["steps"] = Json::array({{{"weight", 30}}});
    const Answer changed = play.send(apply(play, "m", spec), 200);
    play.equal(changed.at("/spec/rollout/steps").size(), 1, "the number of steps");
}

SERIN_CASE("an apply of the status leaves spec and metadata alone") {
    play.send(apply(play, "m", specOf(play)), 201);
    const auto stateMore = [](Json& body) {
        body["spec"] = {{"replicas", 9}};
        body["metadata"]["labels"] = {{"a", "b"}};
    };
    const Answer applied = play.send(edited(applyStatus(play, {{"phase", "Stable"}}), stateMore), 200);
    play.equal(applied.at("/spec/replicas"), 1, "the replicas");
    play.that(applied.at("/metadata/labels").is_null(), "there are no labels");
    play.equal(applied.at("/status/phase"), "Stable", "the phase");
}

SERIN_CASE("an apply of the spec neither changes nor owns the status") {
    play.send(apply(play, "m", specOf(play)), 201);
    play.send(applyStatus(play, {{"phase", "Stable"}}), 200);
    const HttpRequest request = edited(apply(play, "other", {{"paused", true}}), [](Json& body) {
        body["status"] = {{"phase", "Other"}};
    });
    play.equal(play.send(request, 200).at("/status/phase"), "Stable", "the phase");
    play.send(applyStatus(play, {{"phase", "Step 1/3"}}, ""), 200);
}

SERIN_CASE("an apply of the status removes what is no longer stated") {
    play.send(apply(play, "m", specOf(play)), 201);
    play.send(applyStatus(play, {{"phase", "Stable"}, {"message", "all is well"}}), 200);
    const Answer less = play.send(applyStatus(play, {{"phase", "Stable"}}), 200);
    play.that(less.at("/status/message").is_null(), "the message is gone");
    const Answer same = play.send(applyStatus(play, {{"phase", "Stable"}}), 200);
    play.equal(same.version(), less.version(), "the version of an apply of the same");
}

SERIN_CASE("an apply of the status creates nothing") {
    play.send(applyStatus(play, {{"phase", "Stable"}}), 404, "NotFound");
}

SERIN_CASE("an apply of the status looks at the version it names, not at the uid") {
    const Answer made = play.send(apply(play, "m", specOf(play)), 201);
    play.send(edited(applyStatus(play, {{"phase", "Stable"}}), nameOtherUid), 200);
    const auto nameOldVersion = [&](Json& body) {
        body["metadata"] = {{"name", play.name("a")}, {"resourceVersion", made.version()}};
    };
    play.send(edited(applyStatus(play, {{"phase", "Other"}}), nameOldVersion), 409, "Conflict");
}

SERIN_CASE("a status for what was deleted and made anew is a conflict, by its version alone") {
    const Answer first = play.send(apply(play, "m", specOf(play)), 201);
    play.send(play.requests.del(models(), play.space(), play.name("a"), {}), 200);
    const Answer second = play.send(apply(play, "m", specOf(play)), 201);
    play.that(first.uid() != second.uid(), "the uids differ");
    const auto nameFirst = [&](Json& body) {
        body["metadata"].update({{"uid", first.uid()}, {"resourceVersion", first.version()}});
    };
    const HttpRequest planned = edited(applyStatus(play, {{"phase", "Stable"}}), nameFirst);
    play.send(planned, 409, "Conflict");
    const Answer now = play.send(play.requests.get(models(), play.space(), play.name("a")), 200);
    play.that(now.at("/status").is_null(), "it has no status");
    play.send(edited(planned, [](Json& body) { body["metadata"].erase("resourceVersion"); }), 200);
}

SERIN_CASE("unknown fields in an apply are a failure of the server, whatever the validation") {
    Json spec = specOf(play);
    spec["misspelt"] = 1;
    for (const char* validation : {"", "&fieldValidation=Strict", "&fieldValidation=Ignore"})
        play.send(apply(play, "m", spec, validation), 500);
    play.send(apply(play, "m", specOf(play)), 201);
    play.send(applyStatus(play, {{"misspelt", 1}}), 500);
}
SERIN_CASE("force is for applies alone") {
    play.create(models(), play.modelDeployment("a"));
    play.send(play.with(play.requests.mergePatch(models(), play.space(), play.name("a"),
                                                 R"({"spec":{"replicas":2}})"),
                        "force=true"),
              422, "Invalid");
}

SERIN_CASE("an apply must name the path's object") {
    const HttpRequest request = apply(play, "m", specOf(play));
    play.send(edited(request, [](Json& body) { body["metadata"]["name"] = "another"; }), 400, "BadRequest");
    const auto beNamelessService = [](Json& body) {
        body["metadata"].erase("name");
        body["kind"] = "Service";
    };
    play.send(edited(request, beNamelessService), 400, "BadRequest");
}

SERIN_CASE("ports of a Service are a keyed list, its selector is one value") {
    const auto applied = [&](const std::string& manager, const Json& spec, int status) {
        const Json intent = {{"apiVersion", "v1"},
                             {"kind", "Service"},
                             {"metadata", {{"name", play.name("a")}}},
                             {"spec", spec}};
        return play.send(play.bare("PATCH",
                                   cat(kube::services().objectPath(play.space(), play.name("a")),
                                       "?fieldManager=", manager),
                                   fake::dump(intent), "application/apply-patch+yaml"),
                         status);
    };
    applied("m",
            {{"selector", {{"app", "a"}}},
             {"ports", Json::array({{{"name", "http"}, {"port", 80}, {"protocol", "TCP"}}})}},
            201);
    const Answer both = applied(
        "other", {{"ports", Json::array({{{"name", "grpc"}, {"port", 81}, {"protocol", "TCP"}}})}}, 200);
    play.equal(both.at("/spec/ports").size(), 2, "the number of ports");
    const Answer refused = applied("other", {{"selector", {{"app", "b"}}}}, 409);
    play.equal(refused.at("/details/causes/0/field"), ".spec.selector", "the field");
}

SERIN_CASE("a dry run of an apply changes nothing") {
    play.send(apply(play, "m", specOf(play), "&dryRun=All"), 201);
    play.send(play.requests.get(models(), play.space(), play.name("a")), 404, "NotFound");
}

}  // namespace serin::conformance
