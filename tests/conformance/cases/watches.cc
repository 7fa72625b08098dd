// Watches: where they begin, what they tell, how they end.
#include "base/text.h"
#include "conformance/play.h"

namespace serin::conformance {
namespace {

const kube::Resource& services() {
    return kube::services();
}

Answer label(Play& play, const std::string& word, const char* labels) {
    return play.send(play.requests.mergePatch(services(), play.space(), play.name(word),
                                              cat(R"({"metadata":{"labels":)", labels, "}}")),
                     200);
}

Answer remove(Play& play, const std::string& word) {
    return play.send(play.requests.del(services(), play.space(), play.name(word), {}), 200);
}

std::string present(Play& play) {
    return play.send(play.requests.list(services(), play.space(), {play.selector(), 0, ""}), 200).version();
}

HttpRequest watch(const Play& play, const std::string& query) {
    return play.bare("GET", cat(services().collectionPath(play.space()), "?watch=1&labelSelector=case%3D",
                                play.selector().substr(5), '&', query));
}

}  // namespace

SERIN_CASE("a watch tells what happened after its version, in order and once") {
    const Answer made = play.create(services(), play.service("a"));
    label(play, "a", R"({"a":"b"})");
    play.create(services(), play.service("b"));
    remove(play, "a");
    Watching watching = play.watchFrom(services(), made.version());
    play.equal(watching.told(3), "MODIFIED a, ADDED b, DELETED a", "what the past holds");
    play.create(services(), play.service("c"));
    label(play, "b", R"({"a":"b"})");
    play.equal(watching.told(2), "ADDED c, MODIFIED b", "what happens now");
}

SERIN_CASE("a watch of custom resources tells of spec and status") {
    const std::string version =
        play.send(play.requests.list(kube::modelDeployments(), play.space(), {}), 200).version();
    play.create(kube::modelDeployments(), play.modelDeployment("a"));
    Watching watching = play.watchFrom(kube::modelDeployments(), version);
    play.equal(watching.told(1), "ADDED a", "the first event");
    play.send(play.bare("PATCH", kube::modelDeployments().objectPath(play.space(), play.name("a"), "status"),
                        R"({"status":{"phase":"Stable"}})", "application/merge-patch+json"),
              200);
    const Event event = watching.next();
    play.equal(event.type, "MODIFIED", "the second event");
    play.equal(event.object["status"]["phase"], "Stable", "its phase");
    play.equal(fake::textAt(event.object, "kind"), "ModelDeployment", "its kind");
}

SERIN_CASE("objects in a watch have their kind") {
    const std::string version = present(play);
    play.create(services(), play.service("a"));
    Watching watching = play.watchFrom(services(), version);
    const Event event = watching.next();
    play.equal(fake::textAt(event.object, "kind"), "Service", "the kind");
    play.equal(fake::textAt(event.object, "apiVersion"), "v1", "the version");
}

SERIN_CASE("DELETED carries the last state under the version of the deletion") {
    const Answer made = play.create(services(), play.service("a", {{"a", "b"}}));
    Watching watching = play.watchFrom(services(), made.version());
    remove(play, "a");
    const Event event = watching.next();
    play.equal(event.type, "DELETED", "the event");
    play.equal(fake::labelOf(event.object, "a"), "b", "the label");
    play.newer(fake::textAt(fake::metadataOf(event.object), "resourceVersion"), made.version());
}

SERIN_CASE("a deletion that is held is told twice: when it is marked and when it is done") {
    Json object = play.service("a");
    object["metadata"]["finalizers"] = {"serin.dev/conformance"};
    const Answer made = play.create(services(), object);
    remove(play, "a");
    play.send(play.requests.mergePatch(services(), play.space(), play.name("a"),
                                       R"({"metadata":{"finalizers":null}})"),
              200);
    Watching watching = play.watchFrom(services(), made.version());
    const Event marked = watching.next();
    play.equal(marked.type, "MODIFIED", "the first event");
    play.that(fake::isDeleting(marked.object), "it is marked");
    const Event gone = watching.next();
    play.equal(gone.type, "DELETED", "the second event");
}

SERIN_CASE("what changes nothing and what is only tried is not told") {
    const Answer made = play.create(services(), play.service("a"));
    Watching watching = play.watchFrom(services(), made.version());
    label(play, "a", "{}");
    play.send(play.with(play.requests.mergePatch(services(), play.space(), play.name("a"),
                                                 R"({"metadata":{"labels":{"a":"b"}}})"),
                        "dryRun=All"),
              200);
    play.create(services(), play.service("fence"));
    play.equal(watching.told(1), "ADDED fence", "the first event");
}

SERIN_CASE("an object that comes to match is added, and one that ceases to is deleted") {
    const Answer made = play.create(services(), play.service("a"));
    Watching watching = play.watch(play.requests.watch(
        services(), play.space(),
        {.labelSelector = cat(play.selector(), ",in=yes"), .resourceVersion = made.version()}));
    label(play, "a", R"({"in":"yes"})");
    label(play, "a", R"({"in":"yes","more":"yes"})");
    const Answer left = label(play, "a", R"({"in":"no"})");
    label(play, "a", R"({"in":"yes"})");
    play.equal(watching.told(2), "ADDED a, MODIFIED a", "how it comes");
    const Event gone = watching.next();
    play.equal(gone.type, "DELETED", "how it goes");
    play.equal(fake::labelOf(gone.object, "in"), "yes", "the label in the last state that matched");
    play.equal(fake::textAt(fake::metadataOf(gone.object), "resourceVersion"), left.version(), "its version");
    play.equal(watching.told(1), "ADDED a", "how it comes again");
}

SERIN_CASE("a watch of one name tells of no other") {
    const Answer made = play.create(services(), play.service("a"));
    play.create(services(), play.service("b"));
    label(play, "a", R"({"a":"b"})");
    Watching watching = play.watch(watch(
        play, cat("resourceVersion=", made.version(), "&fieldSelector=metadata.name%3D", play.name("a"))));
    play.equal(watching.told(1), "MODIFIED a", "the first event");
}

SERIN_CASE("a watch without a version begins with all there is") {
    play.create(services(), play.service("a"));
    play.create(services(), play.service("b"));
    Watching watching = play.watch(watch(play, "timeoutSeconds=60"));
    play.equal(watching.told(2), "ADDED a, ADDED b", "the beginning");
    remove(play, "a");
    play.equal(watching.told(1), "DELETED a", "what happens then");
}

SERIN_CASE("a watch from version 0 begins with all there is") {
    const Answer made = play.create(services(), play.service("a"));
    play.eventually(
        play.bare("GET", cat(services().collectionPath(play.space()),
                             "?resourceVersion=0&labelSelector=case%3D", play.selector().substr(5))),
        [](const Answer& answer) { return answer.at("/items").size() == 1; });
    Watching watching = play.watch(watch(play, "resourceVersion=0&timeoutSeconds=60"));
    const Event event = watching.next();
    play.equal(event.type, "ADDED", "the event");
    play.equal(fake::textAt(fake::metadataOf(event.object), "resourceVersion"), made.version(),
               "its version");
}

SERIN_CASE("a watch from before the history gets one ERROR event, and its end in order") {
    Watching watching = play.watch(watch(play, "resourceVersion=1"));
    const Event event = watching.next();
    play.equal(event.type, "ERROR", "the event");
    play.equal(event.object["code"], 410, "its code");
    play.equal(event.object["reason"], "Expired", "its reason");
    play.equal(watching.end().status, 200, "the status of the answer");
}

SERIN_CASE("a watch from a version that is no number is refused") {
    play.equal(play.watch(watch(play, "resourceVersion=new")).end().status, 500, "the status");
}

SERIN_CASE("a watch ends in order when its time is over") {
    Watching watching = play.watch(watch(play, cat("timeoutSeconds=1&resourceVersion=", present(play))));
    play.equal(watching.end().status, 200, "the status");
}

// Only when something of the kind has happened that the watch does not tell.
SERIN_CASE("a bookmark comes before the end to who asked for it, and a watch from it misses nothing") {
    const Answer made = play.create(services(), play.service("a"));
    Watching watching = play.watch(
        watch(play, cat("allowWatchBookmarks=true&timeoutSeconds=5&resourceVersion=", made.version())));
    Watching silent = play.watch(watch(play, cat("timeoutSeconds=5&resourceVersion=", made.version())));
    play.create(services(), play.service("b"));
    play.equal(watching.told(1), "ADDED b", "the event that shows that the watch is open");
    Json other = play.service("other");
    other["metadata"].erase("labels");
    play.create(services(), other);
    const Event bookmark = watching.next();
    play.equal(bookmark.type, "BOOKMARK", "the event");
    play.equal(fake::textAt(bookmark.object, "kind"), "Service", "its kind");
    const std::string version = fake::textAt(fake::metadataOf(bookmark.object), "resourceVersion");
    play.that(!version.empty(), "it has a version");
    play.create(services(), play.service("c"));
    Watching resumed = play.watchFrom(services(), version);
    play.equal(resumed.told(1), "ADDED c", "what comes after the bookmark");
    play.equal(silent.told(2), "ADDED b, ADDED c", "what the other watch tells");
    play.equal(silent.end().status, 200, "its end, with nothing before it");
}

SERIN_CASE("bookmarks come to who asked for them alone") {
    Watching watching = play.watch(watch(play, cat("timeoutSeconds=3&resourceVersion=", present(play))));
    play.equal(watching.end().status, 200, "the status of the end, with nothing before it");
}

SERIN_CASE("a streaming list tells every object, then a bookmark that says so, then what happens") {
    play.create(services(), play.service("a"));
    play.create(services(), play.service("b"));
    Watching watching = play.watch(play.requests.watch(
        services(), play.space(),
        {.labelSelector = play.selector(), .resourceVersion = "", .sendInitialEvents = true}));
    play.equal(watching.told(2), "ADDED a, ADDED b", "the objects");
    const Event bookmark = watching.next();
    play.equal(bookmark.type, "BOOKMARK", "the event after them");
    play.equal(
        fake::textAt(fake::at(fake::metadataOf(bookmark.object), "annotations"), kube::kInitialEventsEnd),
        "true", "its annotation");
    remove(play, "a");
    play.equal(watching.told(1), "DELETED a", "what happens then");
}

SERIN_CASE("a streaming list of nothing is a bookmark") {
    Watching watching = play.watch(play.requests.watch(
        kube::modelDeployments(), play.space(),
        {.labelSelector = play.selector(), .resourceVersion = "", .sendInitialEvents = true}));
    play.equal(watching.told(1), "BOOKMARK", "the first event");
    play.create(kube::modelDeployments(), play.modelDeployment("a"));
    play.equal(watching.told(1), "ADDED a", "what happens then");
}

SERIN_CASE("a streaming list not older than a version holds what was written at it") {
    const Answer made = play.create(services(), play.service("a"));
    Watching watching = play.watch(play.requests.watch(
        services(), play.space(),
        {.labelSelector = play.selector(), .resourceVersion = made.version(), .sendInitialEvents = true}));
    play.equal(watching.told(2), "ADDED a, BOOKMARK", "the list");
}

SERIN_CASE("a streaming list states all that belongs to it") {
    for (const char* query : {"sendInitialEvents=true", "resourceVersionMatch=NotOlderThan",
                              "sendInitialEvents=true&resourceVersionMatch=Exact&allowWatchBookmarks=true",
                              "resourceVersion=1&resourceVersionMatch=NotOlderThan"}) {
        const Answer refused = play.watch(watch(play, query)).end();
        play.equal(refused.status, 422, query);
    }
}

SERIN_CASE("sendInitialEvents=false begins with what happens now") {
    play.create(services(), play.service("a"));
    Watching watching = play.watch(watch(
        play,
        "sendInitialEvents=false&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true&timeoutSeconds=60"
        "&resourceVersion=" +
            present(play)));
    play.create(services(), play.service("b"));
    play.equal(watching.told(1), "ADDED b", "the first event");
}

SERIN_CASE("a watch with a selector that cannot be read is refused") {
    play.equal(play.watch(play.bare("GET", cat(services().collectionPath(play.space()),
                                               "?watch=true&labelSelector=app+in+x")))
                   .end()
                   .status,
               400, "the status");
}

SERIN_CASE("a watch of a kind that is not there is refused") {
    play.equal(play.watch(play.bare("GET", "/apis/serin.dev/v1alpha1/nothings?watch=1")).end().status, 404,
               "the status");
}

}  // namespace serin::conformance
