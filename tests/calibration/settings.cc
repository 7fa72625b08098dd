#include "settings.h"

#include <utility>

namespace serin::calibration {

api::Metric errorRate() {
    api::Metric out;
    out.name = "errors";
    out.worseOddsRatio = 1.2;
    return out;
}

api::Metric latency() {
    api::Metric out = errorRate();
    out.name = "latency";
    out.kind = api::MetricKind::Latency;
    out.histogram = "request_duration_seconds";
    return out;
}

api::Metric drift(double psi) {
    api::Metric out;
    out.name = "scores";
    out.kind = api::MetricKind::HistogramDrift;
    out.histogram = "model_score";
    out.psi = psi;
    return out;
}

api::Metric classes() {
    api::Metric out = drift(.25);
    out.name = "classes";
    out.histogram = "predictions_total";
    out.byLabel = "class";
    out.collapse = true;
    return out;
}

api::Metric limit(double max) {
    api::Metric out;
    out.name = "errors";
    out.max = max;
    return out;
}

api::Analysis shipped(std::vector<api::Metric> metrics) {
    api::Analysis out;
    out.metrics = std::move(metrics);
    return out;
}

api::Analysis textbook(api::Metric metric) {
    metric.weight = 1000;
    metric.worseOddsRatio = 1;
    metric.worseDifference = 0;
    api::Analysis out = shipped({std::move(metric)});
    out.falseAlarm = .05;
    out.warmUp = Duration(0);
    return out;
}

}  // namespace serin::calibration
