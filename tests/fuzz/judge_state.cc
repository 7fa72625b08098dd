// The input is a judge's persisted state. A judge that takes it goes on with strata of any kind.
#include "judge/judge.h"
#include "judge/state_codec.h"
#include "tests/fuzz/fuzz.h"

namespace serin::fuzz {
namespace {

api::Analysis analysis() {
    api::Analysis out;
    out.interval = std::chrono::seconds(10);
    api::Metric errors;
    errors.name = "errors";
    errors.worseOddsRatio = 1.2;
    errors.max = 0.05;
    api::Metric drift;
    drift.name = "score";
    drift.kind = api::MetricKind::HistogramDrift;
    drift.histogram = "model_score";
    drift.psi = 1.0;
    drift.collapse = true;
    api::Metric latency;
    latency.name = "latency";
    latency.kind = api::MetricKind::Latency;
    latency.histogram = "request_duration_seconds";
    latency.worseOddsRatio = 1.2;
    api::Metric share = errors;
    share.name = "nan";
    share.kind = api::MetricKind::Share;
    share.share = {"predictions_total", "predictions_total{class=\"NaN\"}", ""};
    api::Metric mean;
    mean.name = "value";
    mean.kind = api::MetricKind::Mean;
    mean.mean = {"value_sum", "value_count", true};
    mean.meanLimits.min = 2;
    mean.max = api::kMostBadLooks;
    api::Metric classes = drift;
    classes.name = "class";
    classes.histogram = "predictions_total";
    classes.byLabel = "class";
    api::Metric query;
    query.name = "order-value";
    query.kind = api::MetricKind::Query;
    query.max = api::kMostBadLooks;
    query.query.promql = "sum(order_value)";
    query.query.min = 20;
    out.metrics = {errors, drift, latency, share, mean, classes, query};
    return out;
}

api::PodSample podOf(const std::string& name, uint64_t requests) {
    api::PodSample pod;
    pod.pod = pod.name = name;
    pod.exposure = std::chrono::seconds(10);
    pod.counted = pod.warm = true;
    const std::vector<uint64_t> parts{requests / 2, requests / 4, requests - requests / 2 - requests / 4};
    pod.counts["errors"] = {requests, requests / 7, 0, {}, {}, {}};
    pod.counts["score"] = {requests, 0, 0, {0.25, 0.5}, parts, {}};
    pod.counts["nan"] = pod.counts["errors"];
    pod.counts["value"] = {requests, 0, 2.5 * static_cast<double>(requests), {}, {}, {}};
    pod.counts["class"] = {requests, 0, 0, {}, parts, {"ham", "other", "spam"}};
    pod.counts["latency"] = pod.counts["score"];
    return pod;
}

void goOn(judge::Judge& judge, api::JudgeMode mode) {
    Timestamp at(std::chrono::hours(24 * 365 * 56));
    const bool evaluates = mode == api::JudgeMode::Evaluate;
    judge.order({mode, "aaaaaaaaaa", evaluates ? "" : "bbbbbbbbbb", 1, evaluates ? -1 : 0, at});
    for (uint64_t tick = 1; tick <= 3; ++tick) {
        api::Stratum stratum;
        stratum.from = at;
        stratum.to = at += std::chrono::seconds(10);
        stratum.stable = {podOf("s", 100 * tick)};
        stratum.canary = {podOf("c", 30 * tick)};
        stratum.canary.front().serving = std::chrono::minutes(1);
        stratum.looks["order-value"] = {{at, 10.0 * static_cast<double>(tick), ""}};
        judge.add(stratum);
    }
}

// The state of another process that goes on from there.
std::string resumed(const api::Judgement& said) {
    judge::Judge judge(analysis());
    judge.restore(said.state);
    judge.order(said.order);
    return judge.judgement().state;
}

}  // namespace

void one(std::string_view input) {
    const std::string text(input);
    if (const auto memory = judge::decodeState(text)) {
        const std::string once = judge::encodeState(*memory);
        const auto again = judge::decodeState(once);
        require(once.size() <= judge::kMostState, "a state has a bound");
        require(!again || judge::encodeState(*again) == once, "a state reads back bit for bit");
    }
    for (const auto mode :
         {api::JudgeMode::Evaluate, api::JudgeMode::Compare, api::JudgeMode::Soak, api::JudgeMode::Watch}) {
        judge::Judge judge(analysis());
        judge.restore(text);
        goOn(judge, mode);
        const api::Judgement said = judge.judgement();
        require(said.state.size() <= judge::kMostState, "what is persisted has a bound");
        const std::string second = resumed(said);
        require(resumed({.order = said.order, .state = second}) == second,
                "who goes on stands where the other stood");
    }
}

}  // namespace serin::fuzz
