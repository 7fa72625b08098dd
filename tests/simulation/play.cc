#include "play.h"

#include <algorithm>

#include "adversity.h"
#include "api/names.h"
#include "base/text.h"

namespace serin::simulation {
namespace {

using std::chrono::minutes;

// After the last happening it has this long to come to rest, and then has to keep still.
constexpr Duration kTimeToSettle = minutes(60);
constexpr Duration kQuiet = minutes(6);
// Counts that trickle in after the last change are recorded once more.
constexpr Duration kLastWords = minutes(2);

}  // namespace

Timestamp endOf(const Script& script) {
    Timestamp last = Timeline::kStart;
    for (const Happening& happening : script.happenings) {
        const auto lasts = std::chrono::seconds(std::max(0, happening.b));
        last = std::max(last, Timeline::kStart + happening.at + lasts);
    }
    return last;
}

bool playToRest(Timeline& timeline, const Cluster& cluster, Monitor& monitor, Timestamp last,
                const std::function<uint64_t()>& writes) {
    const Timestamp settleBy = last + kTimeToSettle;
    uint64_t objectWrites = 0;
    uint64_t writesBefore = 0;
    std::string phase;
    Timestamp stillSince = timeline.now();
    bool settled = false;
    while (!settled && !timeline.empty() && monitor.broken().empty() &&
           timeline.nextAt() < settleBy + kQuiet) {
        timeline.step();
        const bool moves = monitor.objectWrites() != objectWrites || cluster.object.status.phase != phase;
        if (moves || timeline.now() < last) {
            stillSince = timeline.now();
            objectWrites = monitor.objectWrites();
            phase = cluster.object.status.phase;
        }
        if (timeline.now() < stillSince + kLastWords) writesBefore = writes();
        settled = timeline.now() >= stillSince + kQuiet && monitor.rests();
    }
    if (settled) monitor.ended(writes() - writesBefore, kQuiet - kLastWords);
    if (settled || monitor.restless()) return true;
    monitor.neverRested();
    return false;
}

Report reportOf(const Cluster& cluster, const Monitor& monitor, const Adversity& adversity) {
    Report out;
    out.broken = monitor.broken();
    out.digests = monitor.digests();
    out.felt = adversity.felt;
    out.requests = cluster.requests;
    const api::Status& status = cluster.object.status;
    if (!cluster.exists) {
        out.end = "deleted";
        return out;
    }
    out.end = cat("stable ", status.stable ? status.stable->version : "-", "; phase ", status.phase);
    for (auto entry = status.history.rbegin(); entry != status.history.rend(); ++entry) {
        out.end += cat("; ", entry->version, " ", entry->outcome);
        ++out.rollouts;
    }
    for (const api::ReplicaSet& set : cluster.sets) out.end += cat("; ", set.version, " x", set.replicas);
    if (const api::Service* main = cluster.main()) {
        const auto selected = main->selector.find(api::kRevisionLabel);
        out.end += cat("; route ", selected == main->selector.end() ? "*" : selected->second);
    }
    return out;
}

}  // namespace serin::simulation
