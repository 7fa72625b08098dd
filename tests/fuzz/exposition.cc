// The input is a pod's page of metrics, read as by preset mlserver with a drift metric and a regular
// expression.
#include "signals/exposition.h"

#include "api/presets.h"
#include "base/text.h"
#include "signals/pod_reading.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/reading.h"

namespace serin::fuzz {
namespace {

signals::Selection selection() {
    api::Runtime runtime = *api::presetRuntime("mlserver", "fraud");
    runtime.errors.bad.push_back("x_total{code=~\"5..|(a|b)*c\"}");
    runtime.errors.total.push_back("x_total");
    api::Metric errors;
    errors.name = "errors";
    api::Metric drift;
    drift.name = "score";
    drift.kind = api::MetricKind::HistogramDrift;
    drift.histogram = "model_score";
    api::Metric latency;
    latency.name = "latency";
    latency.kind = api::MetricKind::Latency;
    latency.histogram = runtime.latency;
    api::Metric classes = drift;
    classes.name = "class";
    classes.histogram = "predictions_total";
    classes.byLabel = "class";
    api::Metric mean;
    mean.name = "value";
    mean.kind = api::MetricKind::Mean;
    mean.mean = {"value_sum", "value_count", true};
    auto made = signals::compileSelection(runtime, {errors, drift, latency, classes, mean});
    require(made.ok(), "the selection of this target is valid");
    return std::move(made).value();
}

}  // namespace

void one(std::string_view input) {
    static const signals::Selection selected = selection();
    const auto reading = signals::readPage(input, selected, false);
    if (!reading) {
        require(reading.error().message.size() < 1000, "a complaint is short");
        return;
    }
    for (const signals::SourceReading& source : reading->sources) checkSeries(source);
    const auto again = signals::readPage(cat("# HELP of nothing\n\n", input), selected, false);
    require(again && same(*reading, *again), "comments and empty lines change nothing");
}

}  // namespace serin::fuzz
