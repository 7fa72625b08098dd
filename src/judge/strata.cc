#include "judge/strata.h"

#include <algorithm>

#include "judge/histogram.h"

namespace serin::judge {
namespace {

api::PodSample mergedPod(const api::PodSample& first, const api::PodSample& second) {
    api::PodSample out = second;
    out.exposure += first.exposure;
    out.notReady += first.notReady;
    out.restarts += first.restarts;
    out.lostScrapes += first.lostScrapes;
    out.warm = first.warm;
    out.serving = first.serving;
    if (!second.counted) {
        out.counts.clear();
    } else if (first.counted) {
        for (const auto& [name, counts] : first.counts) {
            const auto found = out.counts.find(name);
            if (found == out.counts.end()) {
                out.counts[name] = counts;
            } else {
                found->second = api::together(counts, found->second);
            }
        }
    }
    return out;
}

std::vector<api::PodSample> mergedArm(const std::vector<api::PodSample>& first,
                                      const std::vector<api::PodSample>& second) {
    std::vector<api::PodSample> out;
    const auto find = [](const std::vector<api::PodSample>& arm, const std::string& pod) {
        return std::find_if(arm.begin(), arm.end(), [&](const auto& sample) { return sample.pod == pod; });
    };
    for (const api::PodSample& pod : first) {
        const auto later = find(second, pod.pod);
        out.push_back(later == second.end() ? pod : mergedPod(pod, *later));
    }
    for (const api::PodSample& pod : second) {
        if (find(first, pod.pod) == first.end()) out.push_back(pod);
    }
    return out;
}

}  // namespace

api::Stratum mergedStrata(const api::Stratum& first, const api::Stratum& second) {
    api::Stratum out = second;
    out.from = first.from;
    out.stable = mergedArm(first.stable, second.stable);
    out.canary = mergedArm(first.canary, second.canary);
    out.looks = first.looks;
    for (const auto& [metric, looks] : second.looks) {
        std::vector<api::Look>& all = out.looks[metric];
        all.insert(all.end(), looks.begin(), looks.end());
    }
    return out;
}

bool misaligned(const api::Stratum& stratum) {
    return stratum.spread * 10 > stratum.to - stratum.from;
}

bool tooLong(const api::Stratum& stratum, Duration interval) {
    return stratum.to - stratum.from > std::max<Duration>(5 * interval, std::chrono::minutes(2));
}

Serving servingIn(const api::JudgeOrder& order, const api::Stratum& stratum) {
    if (order.afterPromotion()) return {order.canary, stratum.canary};
    return {order.stable, stratum.stable};
}

uint64_t requestsOf(const api::PodSample& pod, const std::vector<api::Metric>& metrics) {
    if (!pod.counted) return 0;
    uint64_t errors = 0, observed = 0;
    bool judgesErrors = false;
    for (const api::Metric& metric : metrics) {
        const auto found = pod.counts.find(metric.name);
        const uint64_t total = found == pod.counts.end() ? 0 : found->second.total;
        if (metric.kind == api::MetricKind::ErrorRate) {
            judgesErrors = true;
            errors = std::max(errors, total);
        } else {
            observed = std::max(observed, total);
        }
    }
    return judgesErrors ? errors : observed;
}

std::vector<PodCounts> countsOf(const std::vector<api::PodSample>& arm, const std::string& metric) {
    std::vector<PodCounts> out;
    for (const api::PodSample& pod : arm) {
        const auto found = pod.counts.find(metric);
        if (pod.counted && found != pod.counts.end()) {
            out.push_back({pod.pod, &found->second, pod.warm, pod.serving});
        }
    }
    return out;
}

}  // namespace serin::judge
