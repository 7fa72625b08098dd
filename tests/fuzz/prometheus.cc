// The input is Prometheus' answer, read as the number of a query, and for the pods a and b and put into a
// book.
#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "signals/counter_book.h"
#include "signals/prometheus_answer.h"
#include "signals/prometheus_reading.h"
#include "signals/query_answer.h"
#include "tests/fuzz/fuzz.h"

namespace serin::fuzz {
namespace {

constexpr Timestamp kNow{std::chrono::seconds(1'764'000'100)};

std::shared_ptr<const signals::Selection> selection() {
    api::Runtime runtime;
    runtime.errors = {{"requests_total"}, {"requests_total{code=~\"5..\"}"}};
    api::Metric errors;
    errors.name = "errors";
    api::Metric latency;
    latency.name = "latency";
    latency.kind = api::MetricKind::Latency;
    latency.histogram = "took_seconds";
    auto made = signals::compileSelection(runtime, {errors, latency});
    require(made.ok(), "the selection of this target is valid");
    return std::make_shared<const signals::Selection>(std::move(made).value());
}

void checkReading(const signals::PodReading& reading) {
    require(reading.at.has_value(), "a scrape has a time");
    require(reading.sources.size() == 2, "every source is there");
    for (const signals::SourceReading& source : reading.sources) {
        for (const signals::SeriesNumber& number : source.series) {
            require(std::isfinite(number.value) && number.value >= 0, "what is counted is a count");
        }
    }
}

void checkReason(const std::string& why) {
    require(!why.empty() && why.size() < 4000, "a refusal has a short reason");
    require(std::ranges::none_of(why, [](char c) { return c == '\n' || c == '\x1b'; }),
            "which a terminal does not obey");
}

void checkPod(const signals::PodResult& pod) {
    for (const signals::PodReading& earlier : pod.earlier) checkReading(earlier);
    if (!pod.reading) {
        const std::string& why = pod.reading.error().message;
        require(!why.empty() && why.size() < 4000, "a failure has a short reason");
        return;
    }
    checkReading(*pod.reading);
    require(kNow - *pod.reading->at <= std::chrono::milliseconds(37'500), "what is read is fresh");
    for (const signals::PodReading& earlier : pod.earlier) {
        require(*earlier.at <= *pod.reading->at, "the newest scrape is the last one");
    }
}

}  // namespace

void one(std::string_view input) {
    static const auto selected = selection();
    const signals::PrometheusLimits limits{1'000, 10'000, 10'000};
    const auto number = signals::decodeNumber(200, input, kNow - std::chrono::seconds(10), limits);
    if (!number) checkReason(number.error().message);
    require(!number || std::isfinite(*number), "what answers a query is a number");
    const auto series = signals::decodePrometheus(200, input, limits);
    if (!series) return checkReason(series.error().message);
    const signals::PrometheusOrigin origin{{"http://prometheus:9090", std::chrono::seconds(15)}, "ml"};
    signals::Round round;
    round.at = kNow;
    round.selection = selected;
    round.pods.resize(2);
    for (size_t i = 0; i < 2; ++i) {
        round.pods[i].target.podUid = round.pods[i].target.podName = i == 0 ? "a" : "b";
        round.pods[i].target.metricsPort = 8082;
    }
    signals::readPrometheus(*series, origin, "{query}", round);
    for (const signals::PodResult& pod : round.pods) checkPod(pod);
    signals::CounterBook book;
    book.add(round, {kNow, Duration{0}});
    round.at += std::chrono::minutes(2);
    const auto stratum = book.add(round, {kNow, Duration{0}});
    require(stratum.has_value(), "two rounds make an interval");
    for (const api::PodSample& pod : stratum->stable) {
        for (const auto& [name, counts] : pod.counts) {
            require(counts.total == 0 && counts.bad == 0, "what was read before is not counted again");
        }
    }
}

}  // namespace serin::fuzz
