// Lists: selection, pages of one snapshot, tokens that expire.
#include "base/text.h"
#include "conformance/play.h"

namespace serin::conformance {
namespace {

const kube::Resource& services() {
    return kube::services();
}

void createAll(Play& play, const std::vector<std::string>& words) {
    for (const std::string& word : words) play.create(services(), play.service(word));
}

HttpRequest page(const Play& play, int limit, const std::string& token, const std::string& selector = "") {
    return play.requests.list(services(), play.space(), {selector, limit, token});
}

HttpRequest list(const Play& play, const std::string& query) {
    return play.bare("GET", cat(services().collectionPath(play.space()), '?', query));
}

}  // namespace

SERIN_CASE("an empty list has a resource version and no items") {
    const Answer empty = play.send(page(play, 0, ""), 200);
    play.equal(empty.at("/items"), Json::array(), "the items");
    play.that(!empty.version().empty(), "there is a version");
    play.send(play.requests.list(kube::modelDeployments(), play.space(), {}), 200);
}

SERIN_CASE("a list comes in pages of one snapshot") {
    createAll(play, {"a", "b", "c", "d", "e"});
    const Answer first = play.send(page(play, 2, ""), 200);
    play.equal(namesOf(first.body), "a b", "the first page");
    play.create(services(), play.service("bb"));
    play.send(play.requests.del(services(), play.space(), play.name("d"), {}), 200);
    const Answer second = play.send(page(play, 2, first.continueToken()), 200);
    play.equal(namesOf(second.body), "c d", "the second page");
    play.equal(second.version(), first.version(), "the version of the second page");
    const Answer third = play.send(page(play, 2, second.continueToken()), 200);
    play.equal(namesOf(third.body), "e", "the third page");
    play.equal(third.version(), first.version(), "the version of the third page");
    play.equal(third.continueToken(), "", "the token of the last page");
}

SERIN_CASE("pages tell how much is left") {
    createAll(play, {"a", "b", "c"});
    const Answer first = play.send(page(play, 1, ""), 200);
    play.equal(first.at("/metadata/remainingItemCount"), 2, "what is left after the first page");
    const Answer second = play.send(page(play, 1, first.continueToken()), 200);
    play.equal(second.at("/metadata/remainingItemCount"), 1, "what is left after the second page");
    const Answer third = play.send(page(play, 1, second.continueToken()), 200);
    play.that(third.at("/metadata/remainingItemCount").is_null(), "the last page tells nothing");
}

SERIN_CASE("a page as large as the list is the last") {
    createAll(play, {"a", "b"});
    const Answer whole = play.send(page(play, 2, ""), 200);
    play.equal(whole.continueToken(), "", "the token");
}

SERIN_CASE("pages of custom resources are of one snapshot, too") {
    for (const char* word : {"a", "b", "c"})
        play.create(kube::modelDeployments(), play.modelDeployment(word));
    const Answer first =
        play.send(play.requests.list(kube::modelDeployments(), play.space(), {"", 2, ""}), 200);
    play.send(play.requests.mergePatch(kube::modelDeployments(), play.space(), play.name("c"),
                                       R"({"spec":{"replicas":7}})"),
              200);
    const Answer second = play.send(
        play.requests.list(kube::modelDeployments(), play.space(), {"", 2, first.continueToken()}), 200);
    play.equal(second.at("/items/0/spec/replicas"), 1, "the replicas in the snapshot");
    play.equal(second.at("/items/0/kind"), "ModelDeployment", "the kind of an item");
}

SERIN_CASE("pages with a selector hold what matches, and tell no count") {
    for (const char* word : {"a", "b", "c", "d", "e", "f"}) {
        play.create(services(), play.service(word, {{"odd", (word[0] - 'a') % 2 == 0 ? "yes" : "no"}}));
    }
    const Answer first = play.send(page(play, 2, "", "odd=yes"), 200);
    play.equal(namesOf(first.body), "a c", "the first page");
    play.that(first.at("/metadata/remainingItemCount").is_null(), "there is no count");
    play.that(!first.continueToken().empty(), "there is more");
    const Answer second = play.send(page(play, 2, first.continueToken(), "odd=yes"), 200);
    play.equal(namesOf(second.body), "e", "the second page");
    play.equal(second.continueToken(), "", "the token of the last page");
}

SERIN_CASE("a page that is filled by the last match may have a successor without any") {
    createAll(play, {"a"});
    play.create(services(), play.service("b", {{"odd", "yes"}}));
    createAll(play, {"c"});
    const Answer first = play.send(page(play, 1, "", "odd=yes"), 200);
    play.equal(namesOf(first.body), "b", "the first page");
    if (!first.continueToken().empty()) {
        const Answer second = play.send(page(play, 1, first.continueToken(), "odd=yes"), 200);
        play.equal(namesOf(second.body), "", "the second page");
        play.equal(second.continueToken(), "", "its token");
    }
}

SERIN_CASE("a continue token goes with any selector and any limit") {
    createAll(play, {"a", "b"});
    play.create(services(), play.service("c", {{"odd", "yes"}}));
    play.create(services(), play.service("d"));
    const Answer first = play.send(page(play, 1, ""), 200);
    const Answer other = play.send(page(play, 3, first.continueToken(), "odd=yes"), 200);
    play.equal(namesOf(other.body), "c", "what matches of the rest");
    const Answer whole = play.send(page(play, 0, first.continueToken()), 200);
    play.equal(namesOf(whole.body), "b c d", "the whole rest");
}

SERIN_CASE("a continue token can be used twice") {
    createAll(play, {"a", "b", "c"});
    const Answer first = play.send(page(play, 1, ""), 200);
    for (int i = 0; i < 2; ++i) {
        const Answer second = play.send(page(play, 1, first.continueToken()), 200);
        play.equal(namesOf(second.body), "b", "the second page");
    }
}

// Of Events: the API server serves them from etcd. The pages of other kinds it keeps for itself, and notices
// a compaction up to 15 s later. The names come after those of Events that others may have written there: a
// last page says that it goes on where anything follows, selected or not.
SERIN_CASE("an expired token is 410 and brings one that goes on in the present") {
    const auto events = [&](int limit, const std::string& token) {
        return play.requests.list(kube::events(), play.space(), {play.selector(), limit, token});
    };
    for (const char* word : {"za", "zb", "zc", "zd", "ze"}) play.create(kube::events(), play.event(word));
    const Answer first = play.send(events(2, ""), 200);
    play.create(kube::events(), play.event("zbb"));
    play.compact();
    const Answer gone = play.send(events(2, first.continueToken()), 410, "Expired");
    const Answer second = play.send(events(2, gone.continueToken()), 200);
    play.equal(namesOf(second.body), "zbb zc", "the page of the present");
    play.newer(second.version(), first.version());
    play.send(play.requests.del(kube::events(), play.space(), play.name("ze"), {}), 200);
    const Answer third = play.send(events(2, second.continueToken()), 200);
    play.equal(namesOf(third.body), "zd ze", "the last page, of the second one's snapshot");
    play.equal(third.version(), second.version(), "its version");
}

SERIN_CASE("a token that is none of the server's is refused") {
    play.send(page(play, 2, "nonsense"), 400, "BadRequest");
    play.send(page(play, 2, "eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6MCwic3RhcnQiOiJhIn0"), 400, "BadRequest");
}

SERIN_CASE("a continue token allows no resource version beside it") {
    createAll(play, {"a", "b"});
    const Answer first = play.send(page(play, 1, ""), 200);
    play.send(play.with(page(play, 1, first.continueToken()), cat("resourceVersion=", first.version())), 400,
              "BadRequest");
}

SERIN_CASE("a list at version 0 is whole, whatever its limit") {
    createAll(play, {"a", "b", "c"});
    const Answer whole = play.eventually(list(play, "resourceVersion=0&limit=1"), [](const Answer& answer) {
        return answer.at("/items").size() == 3;
    });
    play.equal(namesOf(whole.body), "a b c", "the list");
}

SERIN_CASE("a list not older than a version is the present one") {
    const Answer made = play.create(services(), play.service("a"));
    createAll(play, {"b"});
    const Answer present = play.send(
        list(play, cat("resourceVersion=", made.version(), "&resourceVersionMatch=NotOlderThan")), 200);
    play.newer(present.version(), made.version());
}

SERIN_CASE("a list at an exact version is of the past",
           RealOnly{"the simulated server keeps no past states, and refuses with 501"}) {
    const Answer made = play.create(services(), play.service("a"));
    createAll(play, {"b"});
    const Answer past =
        play.send(list(play, cat("resourceVersion=", made.version(), "&resourceVersionMatch=Exact")), 200);
    play.equal(namesOf(past.body), "a", "the list");
    play.equal(past.version(), made.version(), "its version");
}

SERIN_CASE("a list of the future is a time-out that names its cause") {
    const Answer refused = play.send(list(play, "resourceVersion=999999999999"), 504, "Timeout");
    play.equal(refused.at("/details/causes/0/reason"), "ResourceVersionTooLarge", "the cause");
}

SERIN_CASE("a resource version that is no number is refused") {
    play.send(list(play, "resourceVersion=new"), 400, "BadRequest");
    play.send(list(play, "resourceVersion=-1"), 400, "BadRequest");
}

SERIN_CASE("resourceVersionMatch needs a version, no token, and a known word") {
    play.send(list(play, "resourceVersionMatch=NotOlderThan"), 422, "Invalid");
    play.send(list(play, "resourceVersion=0&resourceVersionMatch=Exact"), 422, "Invalid");
    play.send(list(play, "resourceVersion=1&resourceVersionMatch=Sideways"), 422, "Invalid");
    createAll(play, {"a", "b"});
    const Answer first = play.send(page(play, 1, ""), 200);
    play.send(play.with(page(play, 1, first.continueToken()), "resourceVersionMatch=NotOlderThan"), 422,
              "Invalid");
}

SERIN_CASE("sendInitialEvents is for watches alone") {
    play.send(list(play, "sendInitialEvents=true"), 422, "Invalid");
}

SERIN_CASE("a list selects by labels in every notation") {
    play.create(services(), play.service("a", {{"app", "x"}, {"tier", "1"}}));
    play.create(services(), play.service("b", {{"app", "y"}}));
    play.create(services(), play.service("c"));
    const std::vector<std::pair<std::string, std::string>> table{
        {"app=x", "a"},           {"app==x,tier=1", "a"},
        {"app", "a b"},           {"!app", "c"},
        {"app!=x", "b c"},        {"app in (x, y),!tier", "b"},
        {"app notin (x)", "b c"}, {"app in (x),app!=x", ""},
        {"tier>0", "a"},          {"tier<1", ""}};
    for (const auto& [selector, names] : table)
        play.equal(namesOf(play.send(page(play, 0, "", selector), 200).body), names, selector);
}

SERIN_CASE("a label selector that cannot be read is refused") {
    for (const char* selector : {"app in x", "=x", "app in (x", "a b"})
        play.send(page(play, 0, "", selector), 400, "BadRequest");
}

SERIN_CASE("a list selects by name, and by no field that is not indexed") {
    createAll(play, {"a", "b"});
    const Answer one = play.send(list(play, cat("fieldSelector=metadata.name%3D", play.name("b"))), 200);
    play.equal(namesOf(one.body), "b", "the list");
    const Answer others =
        play.send(list(play, cat("fieldSelector=metadata.name%21%3D", play.name("b"))), 200);
    play.equal(namesOf(others.body), "a", "the others");
    play.send(list(play, "fieldSelector=spec.nothing%3Da"), 400, "BadRequest");
    play.send(list(play, "fieldSelector=nonsense"), 400, "BadRequest");
}

SERIN_CASE("a list over all namespaces holds those of each") {
    createAll(play, {"a"});
    const Answer all = play.send(play.requests.list(services(), "", {play.selector(), 0, ""}), 200);
    play.equal(namesOf(all.body), "a", "the list");
    play.equal(all.at("/items/0/metadata/namespace"), play.space(), "its namespace");
    play.that(all.at("/items/0/kind").is_null(), "items of built-in kinds have no kind");
}

SERIN_CASE("a list of a namespace that is not there is empty") {
    play.equal(play.send(play.requests.list(services(), "nowhere", {}), 200).at("/items"), Json::array(),
               "the items");
    play.equal(play.send(play.requests.list(kube::modelDeployments(), "nowhere", {}), 200).at("/items"),
               Json::array(), "the items");
}

}  // namespace serin::conformance
