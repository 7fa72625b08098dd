#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/text.h"
#include "signals/prometheus_reading.h"

namespace serin::signals {

// Series as Prometheus would answer them, and the round that reads them. Times are seconds after an arbitrary
// origin; the round looks at second 100, scrapes are 10 s apart.
class PrometheusWorld {
  public:
    using Labels = std::map<std::string, std::string>;

    static Timestamp at(double second) {
        return Timestamp(std::chrono::seconds(1'764'000'000)) + Duration(static_cast<int64_t>(second * 1000));
    }
    static Labels target(const std::string& pod, const std::string& job = "pods") {
        return {{"pod", pod}, {"namespace", "ml"}, {"job", job}, {"instance", cat(pod, ":8082")}};
    }

    PrometheusWorld() {
        api::Runtime runtime;
        runtime.errors = {{"requests_total"}, {"requests_total{code=~\"5..\"}"}};
        std::vector<api::Metric> metrics(1);
        metrics[0].name = "errors";
        round.selection = std::make_shared<const Selection>(*compileSelection(runtime, metrics));
        round.at = at(100);
    }

    PrometheusWorld& asks(const std::string& pod, Arm arm = Arm::Stable) {
        PodResult result;
        result.target.podUid = cat("uid-", pod);
        result.target.podName = pod;
        result.target.address = "198.18.0.1";
        result.target.metricsPort = 8082;
        result.target.arm = arm;
        result.target.ready = true;
        result.startedAt = result.endedAt = round.at;
        round.pods.push_back(std::move(result));
        return *this;
    }
    PrometheusWorld& has(const std::string& name, Labels labels,
                         const std::vector<std::pair<double, double>>& samples) {
        labels["__name__"] = name;
        PrometheusSeries one;
        one.labels.assign(labels.begin(), labels.end());
        for (const auto& [second, value] : samples) one.samples.push_back({at(second), value});
        series.push_back(std::move(one));
        return *this;
    }
    // A pod that is scraped at these seconds.
    PrometheusWorld& up(const std::string& pod, const std::vector<double>& seconds) {
        std::vector<std::pair<double, double>> samples;
        for (const double second : seconds) samples.emplace_back(second, 1);
        return has("up", target(pod), samples);
    }
    PrometheusWorld& requests(const std::string& pod, const std::string& code,
                              const std::vector<std::pair<double, double>>& samples) {
        Labels labels = target(pod);
        labels["code"] = code;
        return has("requests_total", labels, samples);
    }
    const std::vector<PodResult>& read() {
        readPrometheus(series, origin, "{the query}", round);
        return round.pods;
    }
    std::string why(size_t pod = 0) {
        const Result<PodReading>& reading = round.pods.at(pod).reading;
        if (reading) return "read";
        const std::string about = round.pods[pod].about.value_or("no name");
        return about.empty() ? reading.error().message : cat(about, ": ", reading.error().message);
    }

    PrometheusOrigin origin{{"http://prometheus:9090", std::chrono::seconds(10)}, "ml"};
    Round round;
    std::vector<PrometheusSeries> series;
};

}  // namespace serin::signals
