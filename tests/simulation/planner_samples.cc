#include <algorithm>
#include <utility>

#include "api/names.h"
#include "planner_process.h"

// What a PlannerProcess asks pods, as the sampler does.
namespace serin::simulation {

using std::chrono::milliseconds;

// Asks the canary's pods for their model, as the sampler does.
void PlannerProcess::ask() {
    if (!reachable()) return;
    bool news = false;
    for (const Pod& pod : cluster_.pods) {
        if (!pod.ready || pod.terminating) continue;
        if (std::ranges::find(memory_.askModel, pod.revision) == memory_.askModel.end()) continue;
        const auto answer = pod.hangs        ? api::ModelAnswer::Silent
                            : pod.modelReady ? api::ModelAnswer::Ready
                                             : api::ModelAnswer::NotReady;
        api::ModelAnswer& known =
            memory_.answers.emplace(pod.uid, api::ModelAnswer::CannotConnect).first->second;
        news = news || known != answer;
        known = answer;
    }
    if (news) reconcileAt(timeline_.now() + milliseconds(5));
}

void PlannerProcess::round(uint64_t life) {
    if (life != life_ || !alive_) return;
    const Duration interval = spec().analysis.interval;
    timeline_.after(interval, [this, life] { round(life); });
    if (timeline_.now() < adversity_.standsStillUntil || !view_->exists) return;
    if (!memory_.askModel.empty()) ask();
    if (memory_.order.mode == api::JudgeMode::Off || !memory_.judge) return;
    if (timeline_.now() < adversity_.metricsLateUntil && std::exchange(roundLost_, !roundLost_)) {
        adversity_.feel(Kind::MetricsLate);
        return;
    }
    const auto counted = stratum();
    if (!counted) return;
    memory_.judge->add(*counted);
    memory_.judgement = memory_.judge->judgement();
    reconcileAt(timeline_.now() + milliseconds(2));
}

std::optional<api::Stratum> PlannerProcess::stratum() {
    const Timestamp now = wall();
    const auto from = std::exchange(memory_.lastRound, now);
    api::Stratum out;
    out.from = from.value_or(now);
    out.to = now;
    bool allSilent = true;
    bool anyCanary = false;
    for (const api::EndpointSlice& slice : view_->slices) {
        const bool canary = slice.service == api::childName(meta().name, memory_.order.canary);
        const bool stable = slice.service == api::childName(meta().name, memory_.order.stable);
        if (!canary && !stable) continue;
        for (const api::Endpoint& endpoint : slice.endpoints) {
            bool silent = false;
            const api::PodSample one = sample(endpoint, out.from, silent);
            (canary ? out.canary : out.stable).push_back(one);
            if (canary && endpoint.ready) {
                anyCanary = true;
                allSilent = allSilent && silent;
            }
        }
    }
    if (anyCanary && allSilent) {
        int rounds = 1000;
        for (const auto& [pod, count] : memory_.silent) rounds = std::min(rounds, count);
        out.canarySilentRounds = rounds;
    }
    if (!reachable()) {
        adversity_.feel(Kind::MetricsStop);
        out.troubles.push_back("connection refused");
    }
    if (timeline_.now() < cluster_.countersStuckUntil) adversity_.feel(Kind::MetricsLie);
    return from ? std::optional(out) : std::nullopt;
}

api::PodSample PlannerProcess::sample(const api::Endpoint& endpoint, Timestamp from, bool& silent) {
    api::PodSample out;
    out.pod = endpoint.podUid;
    out.name = endpoint.podName;
    const Timestamp now = wall();
    if (now > from) out.exposure = now - from;
    if (!endpoint.ready) out.notReady = out.exposure;
    const Pod* pod = cluster_.pod(endpoint.podUid);
    const auto before = memory_.before.find(endpoint.podUid);
    const bool known = before != memory_.before.end();
    if (!pod || pod->hangs || !reachable()) {
        out.lostScrapes = known ? 1 : 0;
        silent = pod && pod->hangs;
        if (silent) ++memory_.silent[endpoint.podUid];
        return out;
    }
    memory_.silent.erase(endpoint.podUid);
    const Memory::Counters counters{pod->total, pod->bad, pod->resets, now};
    if (known) {
        const Memory::Counters& old = before->second;
        out.counted = true;
        out.warm = true;
        const bool reset = counters.resets != old.resets || counters.total < old.total;
        if (reset) out.restarts = 1;
        api::Counts counts;
        counts.total = reset ? counters.total : counters.total - old.total;
        counts.bad = reset ? counters.bad : counters.bad - old.bad;
        if (reset) adversity_.feel(Kind::MetricsReset);
        out.counts["errors"] = counts;
    }
    memory_.before[endpoint.podUid] = counters;
    return out;
}

}  // namespace serin::simulation
