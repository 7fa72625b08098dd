#include "judge/query_ticks.h"

#include <algorithm>
#include <string>
#include <vector>

namespace serin::judge {
namespace {

bool isBad(const api::PromQuery& query, double value) {
    const bool good = (!query.min || value >= *query.min) && (!query.max || value <= *query.max);
    return !good;
}

bool servedAllOf(Duration interval, const api::Stratum& stratum, Timestamp until) {
    return std::ranges::any_of(stratum.canary, [&](const api::PodSample& pod) {
        return pod.serving > Duration{0} && pod.serving + (until - stratum.from) >= interval;
    });
}

bool isDue(const LookRule& rule, const api::Stratum& stratum, Duration delay, Timestamp at) {
    if (delay <= Duration{0}) return servedAllOf(rule.interval, stratum, at);
    return rule.answering && at - *rule.answering >= delay + rule.interval;
}

// Those that count.
std::vector<api::Look> looksAt(const api::Stratum& stratum, const LookRule& rule, const api::Metric& metric) {
    std::vector<api::Look> out;
    const auto found = stratum.looks.find(metric.name);
    if (found == stratum.looks.end()) return out;
    for (const api::Look& look : found->second) {
        if (isDue(rule, stratum, metric.query.delay, look.at)) out.push_back(look);
    }
    return out;
}

// What is wrong with a query must not be told only when its delay is over.
void noteNewest(const api::Stratum& stratum, MetricMemory& metric) {
    const auto found = stratum.looks.find(metric.definition.name);
    if (!metric.definition.isDelayed() || found == stratum.looks.end() || found->second.empty()) return;
    const api::Look& newest = found->second.back();
    metric.look.trouble = newest.value ? "" : newest.trouble;
    if (newest.value) metric.look.value = newest.value;
}

}  // namespace

void countLooks(const api::Stratum& stratum, const LookRule& rule, bool inStep, bool warm,
                MetricMemory& metric) {
    const api::PromQuery& query = metric.definition.query;
    noteNewest(stratum, metric);
    for (const api::Look& look : looksAt(stratum, rule, metric.definition)) {
        metric.look.trouble = look.value ? "" : look.trouble;
        if (!look.value) continue;
        metric.look.value = look.value;
        RateTick tick;
        tick.inStep = inStep;
        tick.canary.push_back({1, isBad(query, *look.value) ? 1U : 0U, warm, kNoGroup});
        metric.rate.rates.front().add(metric.definition, tick);
    }
}

std::string withoutAnswer(const api::Stratum& stratum, const LookRule& rule, const api::Metric& metric) {
    const std::vector<api::Look> looks = looksAt(stratum, rule, metric);
    return looks.empty() || looks.back().value ? "" : looks.back().trouble;
}

}  // namespace serin::judge
