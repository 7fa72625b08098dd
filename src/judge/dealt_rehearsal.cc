#include "judge/dealt_rehearsal.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>

#include "judge/memory.h"
#include "judge/standing.h"

namespace serin::judge {
namespace {

struct Outcome {
    bool alarm = false;
    std::optional<Moment> safe;
};

Outcome outcomeOf(const RecordedCalls& calls, const PodDeal& deal) {
    Outcome out;
    tell(calls, &deal, [&](const Heard& look) {
        if (look.order.mode != api::JudgeMode::Compare) return !look.order.afterPromotion();
        const AttemptMemory& attempt = look.judge.memory().attempt;
        out.alarm = attempt.harm;
        if (!out.alarm && !out.safe && standingOf(look.judge.analysis(), attempt).safe) {
            out.safe = Moment{look.seconds, look.canaryRequests};
        }
        return !out.alarm;
    });
    return out;
}

uint64_t fingerprint(const PodDeal& deal, const std::vector<const api::Stratum*>& strata) {
    uint64_t out = 0;
    for (const api::Stratum* stratum : strata) out = nthSeed(out ^ deal.fingerprint(*stratum), 0);
    return out;
}

size_t podsIn(const std::vector<const api::Stratum*>& strata) {
    std::set<std::string> pods;
    for (const api::Stratum* stratum : strata) {
        for (const auto* arm : {&stratum->stable, &stratum->canary}) {
            for (const api::PodSample& pod : *arm) pods.insert(pod.pod);
        }
    }
    return pods.size();
}

}  // namespace

std::optional<DealtRehearsal> rehearseDealt(const RecordedCalls& calls, size_t splits, uint64_t seed) {
    const std::vector<const api::Stratum*> strata = comparedStrata(calls);
    DealtRehearsal out;
    out.pods = podsIn(strata);
    out.splits = splits;
    if (out.pods < kLeastPodsDealt) return std::nullopt;
    std::map<uint64_t, Outcome> known;  // few pods can be dealt in few ways
    for (size_t split = 0; split < splits; ++split) {
        const PodDeal deal(nthSeed(seed, split));
        const uint64_t which = fingerprint(deal, strata);
        auto found = known.find(which);
        if (found == known.end()) found = known.emplace(which, outcomeOf(calls, deal)).first;
        if (found->second.alarm) ++out.alarms;
        if (found->second.safe) out.safe.push_back(*found->second.safe);
    }
    out.different = known.size();
    std::sort(out.safe.begin(), out.safe.end(),
              [](const Moment& a, const Moment& b) { return a.seconds < b.seconds; });
    return out;
}

}  // namespace serin::judge
