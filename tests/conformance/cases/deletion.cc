// DELETE: preconditions, finalizers, and what goes along.
#include "base/text.h"
#include "conformance/play.h"

namespace serin::conformance {
namespace {

constexpr const char* kFinalizer = "serin.dev/conformance";

Json held(Json object) {
    object["metadata"]["finalizers"] = {kFinalizer};
    return object;
}

Json ownedBy(Json object, const Json& owners) {
    object["metadata"]["ownerReferences"] = owners;
    return object;
}

HttpRequest remove(const Play& play, const kube::Resource& resource, const std::string& word,
                   const kube::Preconditions& preconditions = {},
                   kube::Propagation propagation = kube::Propagation::Background) {
    return play.requests.del(resource, play.space(), play.name(word), preconditions, propagation);
}

HttpRequest read(const Play& play, const kube::Resource& resource, const std::string& word) {
    return play.requests.get(resource, play.space(), play.name(word));
}

HttpRequest release(const Play& play, const kube::Resource& resource, const std::string& word) {
    return play.requests.mergePatch(resource, play.space(), play.name(word),
                                    R"({"metadata":{"finalizers":null}})");
}

bool isGone(const Answer& answer) {
    return answer.status == 404;
}

}  // namespace

SERIN_CASE("the answer to a delete is a Status, or the object itself for a Service") {
    play.create(kube::leases(), play.lease("a"));
    play.equal(play.send(remove(play, kube::leases(), "a"), 200).at("/kind"), "Status",
               "the answer for a Lease");
    play.create(kube::modelDeployments(), play.modelDeployment("a"));
    play.equal(play.send(remove(play, kube::modelDeployments(), "a"), 200).at("/kind"), "Status",
               "the answer for a ModelDeployment");
    play.create(kube::services(), play.service("a"));
    play.equal(play.send(remove(play, kube::services(), "a"), 200).at("/kind"), "Service",
               "the answer for a Service");
    play.send(read(play, kube::services(), "a"), 404, "NotFound");
}

SERIN_CASE("a delete of what is not there is refused") {
    play.send(remove(play, kube::services(), "a"), 404, "NotFound");
    play.send(remove(play, kube::modelDeployments(), "a"), 404, "NotFound");
    play.send(remove(play, kube::replicaSets(), "a"), 404, "NotFound");
}

SERIN_CASE("a delete with another uid is a conflict") {
    play.create(kube::services(), play.service("a"));
    play.send(remove(play, kube::services(), "a", {"11111111-2222-4333-8444-555555555555", ""}), 409,
              "Conflict");
    play.send(read(play, kube::services(), "a"), 200);
}

SERIN_CASE("a delete with an old version is a conflict, with the present one it is done") {
    const Answer made = play.create(kube::services(), play.service("a"));
    const Answer changed = play.send(play.requests.mergePatch(kube::services(), play.space(), play.name("a"),
                                                              R"({"metadata":{"labels":{"a":"b"}}})"),
                                     200);
    play.send(remove(play, kube::services(), "a", {made.uid(), made.version()}), 409, "Conflict");
    play.send(remove(play, kube::services(), "a", {made.uid(), changed.version()}), 200);
}

SERIN_CASE("what is made again under a name is another object") {
    const Answer first = play.create(kube::services(), play.service("a"));
    play.send(remove(play, kube::services(), "a"), 200);
    const Answer second = play.create(kube::services(), play.service("a"));
    play.that(first.uid() != second.uid(), "the uids differ");
    play.send(remove(play, kube::services(), "a", {first.uid(), ""}), 409, "Conflict");
}

SERIN_CASE("finalizers hold a deletion until the last one is taken away") {
    play.create(kube::modelDeployments(), held(play.modelDeployment("a")));
    const Answer marked = play.send(remove(play, kube::modelDeployments(), "a"), 200);
    play.that(marked.at("/metadata/deletionTimestamp").is_string(), "it is marked");
    play.equal(marked.at("/metadata/deletionGracePeriodSeconds"), 0, "the grace");
    play.send(read(play, kube::modelDeployments(), "a"), 200);
    play.send(release(play, kube::modelDeployments(), "a"), 200);
    play.send(read(play, kube::modelDeployments(), "a"), 404, "NotFound");
}

SERIN_CASE("a second delete of what is held changes nothing") {
    play.create(kube::services(), held(play.service("a")));
    const Answer first = play.send(remove(play, kube::services(), "a"), 200);
    const Answer second = play.send(remove(play, kube::services(), "a"), 200);
    play.equal(second.version(), first.version(), "the version");
}

SERIN_CASE("no finalizer can be added while an object is being deleted") {
    const std::string more = cat(R"({"metadata":{"finalizers":[")", kFinalizer, R"(","serin.dev/more"]}})");
    const auto refused = [&](const kube::Resource& resource, const Json& object) {
        play.create(resource, held(object));
        play.send(remove(play, resource, "a"), 200);
        play.send(play.requests.mergePatch(resource, play.space(), play.name("a"), more), 422, "Invalid");
    };
    refused(kube::services(), play.service("a"));
    refused(kube::modelDeployments(), play.modelDeployment("a"));
}

SERIN_CASE("what is being deleted can still be changed") {
    play.create(kube::modelDeployments(), held(play.modelDeployment("a")));
    play.send(remove(play, kube::modelDeployments(), "a"), 200);
    const Answer changed = play.send(play.requests.mergePatch(kube::modelDeployments(), play.space(),
                                                              play.name("a"), R"({"spec":{"replicas":2}})"),
                                     200);
    play.that(changed.at("/metadata/deletionTimestamp").is_string(), "it stays marked");
    play.equal(changed.at("/metadata/generation"), 3, "the generation");
}

SERIN_CASE("finalizers must be qualified names") {
    Json object = play.lease("a");
    object["metadata"]["finalizers"] = {"a b/c"};
    play.send(play.requests.create(kube::leases(), play.space(), fake::dump(object)), 422, "Invalid");
}

SERIN_CASE("owner references are checked") {
    const auto refused = [&](const Json& owner) {
        play.send(play.requests.create(kube::leases(), play.space(),
                                       fake::dump(ownedBy(play.lease("a"), Json::array({owner})))),
                  422, "Invalid");
    };
    const Json good = {{"apiVersion", "v1"}, {"kind", "Service"}, {"name", "a"}, {"uid", "1"}};
    for (const char* key : {"apiVersion", "kind", "name", "uid"}) {
        Json bad = good;
        bad.erase(key);
        refused(bad);
    }
    Json first = good;
    first["controller"] = true;
    Json second = first;
    second["uid"] = "2";
    play.send(play.requests.create(kube::leases(), play.space(),
                                   fake::dump(ownedBy(play.lease("a"), Json::array({first, second})))),
              422, "Invalid");
}

SERIN_CASE("an unknown propagation policy is refused") {
    play.create(kube::services(), play.service("a"));
    play.send(play.bare("DELETE", kube::services().objectPath(play.space(), play.name("a")),
                        R"({"propagationPolicy":"Sideways"})"),
              422, "Invalid");
}

SERIN_CASE("a dry run of a delete deletes nothing, and a body makes the query count for nothing") {
    play.create(kube::services(), play.service("a"));
    const std::string path = kube::services().objectPath(play.space(), play.name("a"));
    play.send(play.bare("DELETE", path + "?dryRun=All"), 200);
    play.send(play.bare("DELETE", path, R"({"dryRun":["All"]})"), 200);
    play.send(read(play, kube::services(), "a"), 200);
    play.send(play.bare("DELETE", path + "?dryRun=All", R"({"propagationPolicy":"Background"})"), 200);
    play.send(read(play, kube::services(), "a"), 404, "NotFound");
}

SERIN_CASE("garbage goes with its owner") {
    const Answer owner = play.create(kube::modelDeployments(), play.modelDeployment("owner"));
    play.create(kube::services(), ownedBy(play.service("child"), Json::array({play.owner(owner)})));
    play.send(remove(play, kube::modelDeployments(), "owner"), 200);
    play.eventually(read(play, kube::services(), "child"), isGone);
}

SERIN_CASE("garbage stays as long as one owner is left") {
    const Answer one = play.create(kube::services(), play.service("one"));
    const Answer two = play.create(kube::services(), play.service("two"));
    play.create(kube::leases(),
                ownedBy(play.lease("child"), Json::array({play.owner(one), play.owner(two)})));
    play.send(remove(play, kube::services(), "one"), 200);
    const Answer left = play.eventually(read(play, kube::leases(), "child"), [](const Answer& answer) {
        return answer.at("/metadata/ownerReferences").size() == 1;
    });
    play.equal(left.at("/metadata/ownerReferences/0/name"), play.name("two"), "the owner that is left");
    play.send(remove(play, kube::services(), "two"), 200);
    play.eventually(read(play, kube::leases(), "child"), isGone);
}

SERIN_CASE("what names an owner that never was is garbage") {
    const Json owner = {{"apiVersion", "v1"},
                        {"kind", "Service"},
                        {"name", play.name("never")},
                        {"uid", "11111111-2222-4333-8444-555555555555"}};
    play.create(kube::leases(), ownedBy(play.lease("child"), Json::array({owner})));
    play.eventually(read(play, kube::leases(), "child"), isGone);
}

SERIN_CASE("an owner of another uid is no owner, whatever its name") {
    const Answer first = play.create(kube::services(), play.service("owner"));
    play.send(remove(play, kube::services(), "owner"), 200);
    play.create(kube::services(), play.service("owner"));
    play.create(kube::leases(), ownedBy(play.lease("child"), Json::array({play.owner(first)})));
    play.eventually(read(play, kube::leases(), "child"), isGone);
    play.send(read(play, kube::services(), "owner"), 200);
}

SERIN_CASE("orphans lose their owner and stay") {
    const Answer owner = play.create(kube::services(), play.service("owner"));
    play.create(kube::leases(), ownedBy(play.lease("child"), Json::array({play.owner(owner)})));
    play.send(remove(play, kube::services(), "owner", {}, kube::Propagation::Orphan), 200);
    play.eventually(read(play, kube::services(), "owner"), isGone);
    const Answer child = play.send(read(play, kube::leases(), "child"), 200);
    play.that(child.at("/metadata/ownerReferences").is_null(), "it has no owner");
}

SERIN_CASE("in the foreground an owner waits for what it blocks on") {
    const Answer owner = play.create(kube::services(), play.service("owner"));
    Json reference = play.owner(owner);
    reference["blockOwnerDeletion"] = true;
    play.create(kube::leases(), held(ownedBy(play.lease("child"), Json::array({reference}))));
    const Answer marked =
        play.send(remove(play, kube::services(), "owner", {}, kube::Propagation::Foreground), 200);
    play.equal(marked.at("/metadata/finalizers"), Json::array({"foregroundDeletion"}), "the finalizers");
    play.eventually(read(play, kube::leases(), "child"),
                    [](const Answer& answer) { return !answer.at("/metadata/deletionTimestamp").is_null(); });
    play.send(read(play, kube::services(), "owner"), 200);
    play.send(release(play, kube::leases(), "child"), 200);
    play.eventually(read(play, kube::services(), "owner"), isGone);
}

}  // namespace serin::conformance
