#include "judge/query_ticks.h"

#include <algorithm>
#include <string>
#include <vector>

namespace serin::judge {
namespace {

bool servedAllOf(Duration interval, const api::Stratum& stratum, Timestamp until) {
    return std::ranges::any_of(stratum.canary, [&](const api::PodSample& pod) {
        return pod.serving > Duration{0} && pod.serving + (until - stratum.from) >= interval;
    });
}

bool isDue(const LookRule& rule, const api::Stratum& stratum, Duration delay, Timestamp at) {
    if (delay <= Duration{0}) return servedAllOf(rule.interval, stratum, at);
    return rule.answering && at - *rule.answering >= delay + rule.interval;
}

const std::vector<api::Look>& looksAt(const api::Stratum& stratum, const std::string& metric) {
    static const std::vector<api::Look> none;
    const auto found = stratum.looks.find(metric);
    return found == stratum.looks.end() ? none : found->second;
}

}  // namespace

void countLooks(const api::Stratum& stratum, const LookRule& rule, bool inStep, bool warm,
                MetricMemory& metric) {
    const api::PromQuery& query = metric.definition->query;
    for (const api::Look& look : looksAt(stratum, metric.definition->name)) {
        const bool due = isDue(rule, stratum, query.delay, look.at);
        // What is wrong with a delayed one must not be told only when its delay is over.
        if (!due && !metric.definition->isDelayed()) continue;
        LookMemory& newest = metric.look.made();
        newest.trouble = look.value ? "" : look.trouble;
        if (!look.value) continue;
        newest.value = look.value;
        if (!due) continue;
        const bool bad = !query.limits().keptBy(*look.value);
        metric.rate.rates.front().add(*metric.definition, RateTick::ofVersion(bad, warm, inStep));
    }
}

std::string withoutAnswer(const api::Stratum& stratum, const LookRule& rule, const api::Metric& metric) {
    const std::vector<api::Look>& looks = looksAt(stratum, metric.name);
    if (looks.empty() || looks.back().value) return "";
    // Whichever counts, the ones after it do.
    return isDue(rule, stratum, metric.query.delay, looks.back().at) ? looks.back().trouble : "";
}

}  // namespace serin::judge
