// Leases and Events: the times of microseconds, and what their fields must be.
#include "base/text.h"
#include "conformance/play.h"

namespace serin::conformance {
namespace {

HttpRequest create(const Play& play, const kube::Resource& resource, const Json& object) {
    return play.requests.create(resource, play.space(), fake::dump(object));
}

}  // namespace

SERIN_CASE("renewTime has exactly six digits of a second") {
    play.create(kube::leases(), play.lease("a"));
    for (const char* time : {"2026-01-02T03:04:06Z", "2026-01-02T03:04:06.123Z",
                             "2026-01-02T03:04:06.123456789Z", "2026-01-02 03:04:06.123456Z", "now"}) {
        Json object = play.lease("b");
        object["spec"]["renewTime"] = time;
        play.send(create(play, kube::leases(), object), 400, "BadRequest");
    }
}

SERIN_CASE("a time with an offset is told in UTC", RealOnly{"the simulated server knows UTC alone"}) {
    Json object = play.lease("a");
    object["spec"]["renewTime"] = "2026-01-02T05:04:06.123456+02:00";
    const Answer made = play.create(kube::leases(), object);
    play.equal(made.at("/spec/renewTime"), "2026-01-02T03:04:06.123456Z", "the time");
}

SERIN_CASE("a patch of a Lease obeys the strictness of its times") {
    play.create(kube::leases(), play.lease("a"));
    play.send(play.requests.mergePatch(kube::leases(), play.space(), play.name("a"),
                                       R"({"spec":{"renewTime":"2026-01-02T03:04:06.5Z"}})"),
              422, "Invalid");
}

SERIN_CASE("a Lease is renewed by PUT of the version that was read") {
    Answer held = play.create(kube::leases(), play.lease("a"));
    const Json first = held.body;
    held.body["spec"]["renewTime"] = "2026-01-02T03:04:08.000000Z";
    const Answer renewed = play.send(
        play.requests.replace(kube::leases(), play.space(), play.name("a"), fake::dump(held.body)), 200);
    play.newer(renewed.version(), held.version());
    play.send(play.requests.replace(kube::leases(), play.space(), play.name("a"), fake::dump(first)), 409,
              "Conflict");
}

SERIN_CASE("a Lease is let go by an empty holder") {
    Answer held = play.create(kube::leases(), play.lease("a"));
    held.body["spec"]["holderIdentity"] = "";
    held.body["spec"]["leaseDurationSeconds"] = 1;
    const Answer released = play.send(
        play.requests.replace(kube::leases(), play.space(), play.name("a"), fake::dump(held.body)), 200);
    play.equal(released.at("/spec/holderIdentity"), "", "the holder");
}

SERIN_CASE("a Lease of no duration is refused") {
    Json object = play.lease("a");
    object["spec"]["leaseDurationSeconds"] = 0;
    play.send(create(play, kube::leases(), object), 422, "Invalid");
    object["spec"]["leaseDurationSeconds"] = 15;
    object["spec"]["leaseTransitions"] = -1;
    play.send(create(play, kube::leases(), object), 422, "Invalid");
}

SERIN_CASE("fields of the wrong type are refused") {
    Json object = play.lease("a");
    object["spec"]["leaseDurationSeconds"] = "15";
    play.send(create(play, kube::leases(), object), 400, "BadRequest");
    object = play.lease("a");
    object["spec"]["holderIdentity"] = 7;
    play.send(create(play, kube::leases(), object), 400, "BadRequest");
}

SERIN_CASE("an Event is taken as the operator writes it") {
    play.create(kube::events(), play.event("a"));
}

SERIN_CASE("an Event's time has exactly six digits of a second") {
    Json object = play.event("a");
    object["eventTime"] = "2026-01-02T03:04:05Z";
    play.send(create(play, kube::events(), object), 400, "BadRequest");
}

SERIN_CASE("an Event states who reports what") {
    for (const char* key :
         {"eventTime", "reportingController", "reportingInstance", "action", "reason", "type"}) {
        Json object = play.event("a");
        object.erase(key);
        play.send(create(play, kube::events(), object), 422, "Invalid");
    }
}

SERIN_CASE("an Event's texts and words are bounded") {
    const auto refused = [&](const char* key, const std::string& value) {
        Json object = play.event("a");
        object[key] = value;
        play.send(create(play, kube::events(), object), 422, "Invalid");
    };
    refused("note", std::string(1025, 'n'));
    refused("reason", std::string(129, 'r'));
    refused("action", std::string(129, 'a'));
    refused("reportingInstance", std::string(129, 'i'));
    refused("reportingController", "not a name");
    refused("type", "Strange");
}

SERIN_CASE("an Event may be about what lives in another namespace") {
    Json object = play.event("a");
    object["regarding"]["namespace"] = "elsewhere";
    play.create(kube::events(), object);
}

SERIN_CASE("a series of an Event is patched, its other fields are not") {
    play.create(kube::events(), play.event("a"));
    const auto patch = [&](const char* body, int status) {
        return play.send(play.requests.mergePatch(kube::events(), play.space(), play.name("a"), body),
                         status);
    };
    const Answer second =
        patch(R"({"series":{"count":2,"lastObservedTime":"2026-01-02T03:05:05.000000Z"}})", 200);
    play.equal(second.at("/series/count"), 2, "the count");
    patch(R"({"series":{"count":3,"lastObservedTime":"2026-01-02T03:05:05Z"}})", 422);
    patch(R"({"reason":"Other"})", 422);
    patch(R"({"note":"other"})", 422);
}

}  // namespace serin::conformance
