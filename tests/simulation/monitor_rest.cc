#include <algorithm>

#include "base/text.h"
#include "monitor.h"
#include "reading.h"

// What must hold when nothing is under way: nothing is written, and what is wanted stands.
namespace serin::simulation {

using std::chrono::minutes;
using std::chrono::seconds;

void Monitor::restarted() {
    processEndedAt_ = timeline_.now();
    const bool rests = !lives(cluster_.object.status) && !cluster_.soured(stableOf(cluster_.object.status)) &&
                       timeline_.now() > std::max(quietSince_, lastWrite_) + minutes(2) &&
                       cluster_.object.status.stable &&
                       cluster_.object.status.observedGeneration == cluster_.object.meta.generation;
    if (rests) restingUntil_ = timeline_.now() + seconds(15);
}

void Monitor::ended(uint64_t writes, Duration time) {
    // A rollout that waits for a person goes on judging, and records what it knows once a minute, and what
    // it comes to think. Pods that come and go show in the status.
    const api::Status& status = cluster_.object.status;
    const auto evidence = 2 * static_cast<uint64_t>(time / minutes(1));
    // A watch notes what it sees once an hour.
    const uint64_t watchNotes = status.watch ? 1 : 0;
    if (!restless())
        check(writes <= (lives(status) ? evidence : watchNotes), 24, cat(writes, " writes at rest"));
    if (!cluster_.exists) {
        check(cluster_.sets.empty() && cluster_.services.empty(), 29,
              "objects of a deleted ModelDeployment are left");
        return;
    }
    served();
    returned();
    if (broken_.empty()) wantedReached();
}

bool Monitor::restless() const {
    return std::ranges::any_of(cluster_.pods, [](const Pod& pod) { return pod.quality == Quality::Crashes; });
}

bool Monitor::rests() const {
    const api::Status& status = cluster_.object.status;
    return !cluster_.exists || !lives(status) || !status.stable || cluster_.object.spec.paused ||
           status.phase.find("approval") != std::string::npos ||
           status.phase.find("Inconclusive") != std::string::npos;
}

void Monitor::neverRested() {
    if (!broken_.empty()) return;
    returned();
    const std::string& phase = cluster_.object.status.phase;
    if (broken_.empty())
        check(false, script_.neighbour ? 26 : kWantedState, cat("it does not come to rest: ", phase));
}

// At rest, what the spec asks for stands, or the status says what it waits for.
void Monitor::wantedReached() {
    const api::ModelDeployment& object = cluster_.object;
    const api::Status& status = object.status;
    const int unreached = script_.neighbour ? 26 : kWantedState;
    const bool handled = status.observedGeneration == object.meta.generation;
    check(handled, unreached, "the last change of the spec was not handled");
    if (!handled) return;
    const bool mayStart = object.spec.replicas > 0 && !object.spec.paused;
    if (!status.stable) {
        const bool could = mayStart && cluster_.qualityOf(object.spec.revision) == Quality::Good;
        return check(!could, unreached, "a good first version is not served");
    }
    if (lives(status)) return;  // it waits for a person
    const bool quarantined = std::ranges::any_of(
        status.quarantined, [&](const auto& entry) { return entry.revision == object.spec.revision; });
    const bool wanted = stableOf(status) == object.spec.revision;
    check(wanted || status.rollout || quarantined || !mayStart, unreached,
          cat(object.spec.revision, " is wanted and not begun"));
    restsFor(status);
    watched(status);
}

// After six quiet minutes a watched version that errs half of the time is not stable any more.
void Monitor::watched(const api::Status& status) {
    if (!status.watch || !script_.judged || !cluster_.soured(stableOf(status))) return;
    // Promoted by a person, maybe before anything was known of the version before that could limit it.
    const bool blind = std::ranges::any_of(status.attempts, [&](const api::AttemptStatus& record) {
        return record.revision == status.watch->revision && record.promoted;
    });
    if (blind || cluster_.object.spec.replicas == 0) return;
    const bool left = std::ranges::any_of(
        cluster_.sets, [&](const auto& set) { return set.revision == status.watch->returnTo; });
    check(!left, kWantedState, cat(stableOf(status), " turned bad while it was watched and serves on"));
}

void Monitor::restsFor(const api::Status& status) {
    const api::Service* main = cluster_.main();
    check(main && selectedBy(*main) == stableOf(status), kWantedState,
          "the route does not lead to the stable version alone");
    for (const api::ReplicaSet& set : cluster_.sets) {
        const int wanted = set.revision == stableOf(status) ? cluster_.object.spec.replicas : 0;
        check(set.replicas == wanted, kWantedState,
              cat(set.revision, " has ", set.replicas, " pods, and ", wanted, " are wanted"));
    }
}

}  // namespace serin::simulation
