#include "tests/unit/api/objects.h"

namespace serin::api {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(Spec, HasASafeDefaultForEverythingThatIsNotRequired) {
    const Spec spec = specOf(smallSpec());
    EXPECT_THAT(spec.problems, IsEmpty());
    EXPECT_EQ(spec.replicas, 1);
    EXPECT_FALSE(spec.paused);
    EXPECT_EQ(spec.history, 10);
    EXPECT_THAT(spec.rollout.steps, ElementsAre(Step{10, minutes(5), false}, Step{25, minutes(5), false},
                                                Step{50, minutes(5), false}));
    EXPECT_EQ(spec.rollout.soak, minutes(30));
    EXPECT_EQ(spec.rollout.progressDeadline, minutes(10));
    ASSERT_EQ(spec.ports.size(), 1u);
    EXPECT_EQ(spec.ports[0].name, "http");
    EXPECT_EQ(spec.ports[0].port, 80);
    EXPECT_EQ(spec.ports[0].targetPort, 8080);
    EXPECT_EQ(spec.modelId, "mlserver:1");
    EXPECT_EQ(spec.revision.size(), 10u);
}

TEST(Spec, WithoutAnalysisJudgesErrorsByTheDefaultsOfTheStatistics) {
    for (const char* more : {"", R"(,"analysis":{})", R"(,"analysis":{"metrics":null})"}) {
        const Analysis analysis = specOf(smallSpec(more)).analysis;
        EXPECT_EQ(analysis.interval, seconds(10));
        EXPECT_EQ(analysis.warmUp, seconds(30));
        EXPECT_EQ(analysis.deadline, minutes(30));
        EXPECT_EQ(analysis.onInconclusive, OnInconclusive::Pause);
        EXPECT_EQ(analysis.holdAtMost, minutes(10));
        EXPECT_EQ(analysis.minRequests, 100);
        EXPECT_EQ(analysis.falseAlarm, 0.01);
        EXPECT_EQ(analysis.missedHarm, 0.05);
        EXPECT_EQ(analysis.watchFor, std::chrono::hours(24));
        Metric errors;
        errors.name = "errors";
        errors.worseOddsRatio = 1.2;
        EXPECT_THAT(analysis.metrics, ElementsAre(errors));
    }
}

TEST(Spec, WithAnEmptyListOfMetricsJudgesNothing) {
    EXPECT_THAT(specOf(smallSpec(R"(,"analysis":{"metrics":[]})")).analysis.metrics, IsEmpty());
}

TEST(Spec, ReadsWhatIsStated) {
    const Spec spec = specOf(smallSpec(R"(,
      "replicas": 4, "paused": true, "history": 0,
      "rollout": {"steps": [{"weight": 5, "hold": "2m"}, {"approval": {}}, {"weight": 50}], "soak": "0s",
                  "progressDeadline": "90s"},
      "analysis": {"interval": "1s", "warmUp": "0s", "deadline": "5m", "onInconclusive": "Rollback",
                   "holdAtMost": "30s", "minRequests": 7, "falseAlarm": 0.05, "missedHarm": 0.1}
    )"));
    EXPECT_THAT(spec.problems, IsEmpty());
    EXPECT_EQ(spec.replicas, 4);
    EXPECT_TRUE(spec.paused);
    EXPECT_EQ(spec.history, 0);
    EXPECT_THAT(spec.rollout.steps, ElementsAre(Step{5, minutes(2), false}, Step{0, seconds(0), true},
                                                Step{50, minutes(5), false}));
    EXPECT_EQ(spec.rollout.soak, seconds(0));
    EXPECT_EQ(spec.rollout.progressDeadline, seconds(90));
    EXPECT_EQ(spec.analysis.interval, seconds(1));
    EXPECT_EQ(spec.analysis.warmUp, seconds(0));
    EXPECT_EQ(spec.analysis.deadline, minutes(5));
    EXPECT_EQ(spec.analysis.onInconclusive, OnInconclusive::Rollback);
    EXPECT_EQ(spec.analysis.holdAtMost, seconds(30));
    EXPECT_EQ(spec.analysis.minRequests, 7);
    EXPECT_EQ(spec.analysis.falseAlarm, 0.05);
    EXPECT_EQ(spec.analysis.missedHarm, 0.1);
}

TEST(Spec, WatchesForAsLongAsIsStatedOrForEver) {
    const auto watchFor = [](const std::string& value) {
        const Spec spec = specOf(smallSpec(R"(,"analysis":{"watchFor":")" + value + "\"}"));
        EXPECT_THAT(spec.problems, IsEmpty());
        return spec.analysis.watchFor;
    };
    EXPECT_EQ(watchFor("2h30m"), minutes(150));
    EXPECT_EQ(watchFor("0s"), seconds(0));
    EXPECT_EQ(watchFor("Forever"), std::nullopt);
    EXPECT_THAT(
        specOf(smallSpec(R"(,"analysis":{"watchFor":"forever"})")).problems,
        ElementsAre("spec.analysis.watchFor: is \"forever\"; state Forever, or a duration such as 24h, or "
                    "0s for none"));
}

Metric metricOf(const std::string& metric) {
    const Spec spec = specOf(smallSpec(R"(,"analysis":{"metrics":[)" + metric + "]}"));
    EXPECT_THAT(spec.problems, IsEmpty()) << metric;
    EXPECT_EQ(spec.analysis.metrics.size(), 1u);
    return spec.analysis.metrics.empty() ? Metric() : spec.analysis.metrics[0];
}

TEST(ErrorMetric, ComparesWithStableUnlessOnlyALimitIsStated) {
    EXPECT_EQ(metricOf(R"({"name":"e","errorRate":{}})").worseOddsRatio, 1.2);
    EXPECT_EQ(
        metricOf(R"({"name":"e","errorRate":{},"worseThan":{"stable":{"difference":0.002}}})").worseOddsRatio,
        1.2);
    const Metric limit = metricOf(R"({"name":"e","errorRate":{},"worseThan":{"max":0.05}})");
    EXPECT_EQ(limit.worseOddsRatio, std::nullopt);
    EXPECT_EQ(limit.max, 0.05);
    const Metric both =
        metricOf(R"({"name":"e","errorRate":{},"worseThan":{"max":0.05,"stable":{"oddsRatio":2}}})");
    EXPECT_EQ(both.worseOddsRatio, 2.0);
    EXPECT_EQ(both.max, 0.05);
}

TEST(ErrorMetric, ReadsEveryThreshold) {
    const Metric metric = metricOf(R"({"name":"e","errorRate":{},"weight":3,
        "worseThan":{"stable":{"oddsRatio":1.5,"difference":0.002}},
        "safeWithin":{"oddsRatio":2,"difference":0.02}})");
    EXPECT_EQ(metric.kind, MetricKind::ErrorRate);
    EXPECT_TRUE(metric.guard());
    EXPECT_EQ(metric.weight, 3);
    EXPECT_EQ(metric.worseDifference, 0.002);
    EXPECT_EQ(metric.safeOddsRatio, 2);
    EXPECT_EQ(metric.safeDifference, 0.02);
}

TEST(LatencyMetric, ComparesWithStableAtThePresetsHistogram) {
    const Metric metric = metricOf(R"({"name":"l","latency":{}})");
    EXPECT_EQ(metric.kind, MetricKind::Latency);
    EXPECT_TRUE(metric.guard());
    EXPECT_EQ(metric.worseOddsRatio, 1.2);
    EXPECT_EQ(metric.worseDifference, 0.001);
    EXPECT_EQ(metric.safeOddsRatio, 1.5);
    EXPECT_EQ(metric.safeDifference, 0.01);
    EXPECT_EQ(metric.histogram, specOf(smallSpec()).runtime.latency);
    const Metric other = metricOf(R"({"name":"l","latency":{"histogram":"took{path=\"/x\"}"},"weight":2,
        "worseThan":{"stable":{"oddsRatio":1.5,"difference":0.02}},"safeWithin":{"oddsRatio":2,"difference":0.05}})");
    EXPECT_EQ(other.histogram, R"(took{path="/x"})");
    EXPECT_EQ(other.weight, 2);
    EXPECT_EQ(other.worseOddsRatio, 1.5);
    EXPECT_EQ(other.worseDifference, 0.02);
    EXPECT_EQ(other.safeOddsRatio, 2);
    EXPECT_EQ(other.safeDifference, 0.05);
}

TEST(LatencyMetric, MayNameOneEdgeAndLimitItsShare) {
    const Metric limit =
        metricOf(R"({"name":"l","latency":{"slowerThan":"500ms"},"worseThan":{"max":0.01}})");
    EXPECT_EQ(limit.slowerThan, 0.5);
    EXPECT_EQ(limit.max, 0.01);
    EXPECT_EQ(limit.worseOddsRatio, std::nullopt);
    const Metric compared = metricOf(R"({"name":"l","latency":{"slowerThan":"1s"}})");
    EXPECT_EQ(compared.worseOddsRatio, 1.2);
    EXPECT_EQ(compared.slowerThan, 1.0);
}

TEST(ShareMetric, CountsBadOrGoodEvents) {
    const Metric bad = metricOf(
        R"({"name":"n","share":{"total":"p_total","bad":"p_total{class=\"NaN\"}"},"worseThan":{"max":0.01}})");
    EXPECT_EQ(bad.kind, MetricKind::Share);
    EXPECT_EQ(bad.share.total, "p_total");
    EXPECT_EQ(bad.share.bad, R"(p_total{class="NaN"})");
    EXPECT_EQ(bad.max, 0.01);
    EXPECT_EQ(bad.worseOddsRatio, std::nullopt);
    EXPECT_TRUE(bad.guard());
    const Metric good = metricOf(R"({"name":"n","share":{"total":"p_total","good":"q_total"}})");
    EXPECT_EQ(good.share.good, "q_total");
    EXPECT_EQ(good.worseOddsRatio, 1.2);
}

TEST(MeanMetric, ComparesSumsAndCounts) {
    const Metric mean = metricOf(R"({"name":"v","mean":{"sum":"v_sum","count":"v_count","worse":"Lower"},
        "worseThan":{"stable":{"change":0.02}},"safeWithin":{"change":0.05}})");
    EXPECT_EQ(mean.kind, MetricKind::Mean);
    EXPECT_EQ(mean.mean, (MeanCounters{"v_sum", "v_count", true}));
    EXPECT_EQ(mean.worseChange, 0.02);
    EXPECT_EQ(mean.safeChange, 0.05);
    EXPECT_TRUE(mean.guard());
    EXPECT_FALSE(mean.isRate());
    const Metric wide = metricOf(
        R"({"name":"v","mean":{"sum":"v_sum","count":"v_count"},"worseThan":{"stable":{"change":0.2}}})");
    EXPECT_EQ(wide.safeChange, 0.4);
    EXPECT_FALSE(wide.mean.lowerIsWorse);
}

TEST(MeanMetric, MayHaveLimitsInItsOwnUnitInsteadOfTheComparisonOrBesideIt) {
    const std::string mean = R"({"name":"v","mean":{"sum":"s","count":"c","worse":"Lower"},)";
    const Metric alone = metricOf(mean + R"("worseThan":{"min":20,"max":1e6},"safeWithin":{"change":0.02}})");
    EXPECT_EQ(alone.meanLimits, (NumberLimits{20, 1e6}));
    EXPECT_EQ(alone.max, kMostBadLooks);
    EXPECT_EQ(alone.worseChange, std::nullopt);
    EXPECT_EQ(alone.safeChange, 0.02) << "the margin after promotion";
    const Metric both = metricOf(mean + R"("worseThan":{"min":0.5,"stable":{"change":0.2}}})");
    EXPECT_EQ(both.meanLimits, (NumberLimits{0.5, std::nullopt}));
    EXPECT_EQ(both.worseChange, 0.2);
    EXPECT_EQ(both.safeChange, 0.4);
    const Metric none = metricOf(mean + R"("safeWithin":{"change":0.3}})");
    EXPECT_FALSE(none.meanLimits.any());
    EXPECT_EQ(none.max, std::nullopt);
    EXPECT_EQ(none.worseChange, 0.05);
}

TEST(DriftMetric, OfPredictionsGuardsAgainstACollapseUnlessItIsToldNotTo) {
    const Metric score = metricOf(R"({"name":"s","drift":{"histogram":"model_score"}})");
    EXPECT_TRUE(score.collapse);
    EXPECT_TRUE(score.guard());
    EXPECT_EQ(score.psi, std::nullopt);
    const Metric ignored =
        metricOf(R"({"name":"s","drift":{"histogram":"model_score","collapse":"Ignore"}})");
    EXPECT_FALSE(ignored.collapse);
    EXPECT_FALSE(ignored.guard());
    EXPECT_FALSE(metricOf(R"({"name":"s","drift":{"histogram":"h"},"role":"Observe"})").guard());
}

TEST(DriftMetric, OfClassesHasAThresholdByDefault) {
    EXPECT_EQ(metricOf(R"({"name":"c","drift":{"counter":"p","by":"class"}})").psi, 0.25);
    EXPECT_EQ(
        metricOf(R"({"name":"c","drift":{"counter":"p","by":"class"},"worseThan":{"stable":{"psi":2}}})").psi,
        2.0);
    EXPECT_EQ(metricOf(R"({"name":"c","drift":{"counter":"p","by":"class","collapse":"Ignore"}})").psi,
              std::nullopt);
    EXPECT_EQ(metricOf(R"({"name":"c","drift":{"counter":"p","by":"class","of":"inputs"}})").psi,
              std::nullopt);
}

TEST(DriftMetric, OfInputsNeverDecides) {
    const Metric guard =
        metricOf(R"({"name":"s","drift":{"histogram":"model_score"},"worseThan":{"stable":{"psi":1.0}}})");
    EXPECT_EQ(guard.kind, MetricKind::HistogramDrift);
    EXPECT_EQ(guard.histogram, "model_score");
    EXPECT_EQ(guard.psi, 1.0);
    EXPECT_TRUE(guard.guard());
    EXPECT_FALSE(metricOf(R"({"name":"s","drift":{"histogram":"model_score","of":"inputs"}})").guard());
}

TEST(DriftMetric, MayCompareTheClassesOfACounter) {
    const Metric classes = metricOf(R"({"name":"c","drift":{"counter":"p_total{x=\"y\"}","by":"class"}})");
    EXPECT_EQ(classes.kind, MetricKind::HistogramDrift);
    EXPECT_EQ(classes.histogram, R"(p_total{x="y"})");
    EXPECT_EQ(classes.byLabel, "class");
}

TEST(MetricRole, ObserversAreJudgedAndDecideNothing) {
    EXPECT_FALSE(metricOf(R"({"name":"e","errorRate":{},"role":"Observe"})").guard());
    EXPECT_FALSE(metricOf(R"({"name":"l","latency":{},"role":"Observe"})").guard());
    const Metric drift = metricOf(
        R"({"name":"s","drift":{"histogram":"model_score"},"worseThan":{"stable":{"psi":1}},"role":"Observe"})");
    EXPECT_FALSE(drift.guard());
    EXPECT_EQ(drift.psi, 1.0);
    EXPECT_TRUE(metricOf(R"({"name":"e","errorRate":{},"role":"Guard"})").guard());
}

TEST(Analysis, DecidesUnlessItIsADryRunOrHasNoMetrics) {
    EXPECT_TRUE(specOf(smallSpec()).analysis.decides());
    EXPECT_FALSE(specOf(smallSpec(R"(,"analysis":{"dryRun":true})")).analysis.decides());
    EXPECT_FALSE(specOf(smallSpec(R"(,"analysis":{"metrics":[]})")).analysis.decides());
}

TEST(MlserverPreset, KnowsPortsPathsAndCounters) {
    const Runtime runtime = specOf(smallSpec()).runtime;
    EXPECT_EQ(runtime.preset, "mlserver");
    EXPECT_EQ(runtime.container, "server");
    EXPECT_EQ(runtime.ports.http, 8080);
    EXPECT_EQ(runtime.ports.grpc, 8081);
    EXPECT_EQ(runtime.ports.metrics, 8082);
    EXPECT_EQ(runtime.metricsPath, "/metrics");
    EXPECT_EQ(runtime.readyPath, "/v2/models/fraud/ready");
    ASSERT_EQ(runtime.errors.total.size(), 2u);
    ASSERT_EQ(runtime.errors.bad.size(), 2u);
    const std::string paths = R"~(path=~"/v2/models/.*/(infer|infer_stream|generate|generate_stream)")~";
    EXPECT_EQ(runtime.errors.total[0], "rest_server_requests_total{" + paths + R"(,status_code!~"4.."})");
    EXPECT_EQ(runtime.errors.bad[0], "rest_server_requests_total{" + paths + R"(,status_code=~"5.."})");
    EXPECT_EQ(runtime.latency, "rest_server_request_duration_seconds{" + paths + R"(,status_code!~"4.."})");
    EXPECT_THAT(runtime.errors.total[1],
                HasSubstr(R"(grpc_method=~"ModelInfer|ModelStreamInfer",grpc_code=~"OK|UNKNOWN)"));
    EXPECT_THAT(runtime.errors.bad[1], HasSubstr(R"(,grpc_code=~"UNKNOWN|DEADLINE_EXCEEDED)"));
}

TEST(MlserverPreset, YieldsToWhatIsStated) {
    const Spec spec =
        specOf(smallSpec(R"(,"runtime":{"preset":"mlserver","ports":{"http":9000},"metricsPath":"/m",
        "readyPath":"/ok"})"));
    EXPECT_THAT(spec.problems, IsEmpty());
    EXPECT_EQ(spec.runtime.ports.http, 9000);
    EXPECT_EQ(spec.runtime.ports.metrics, 8082);
    EXPECT_EQ(spec.runtime.metricsPath, "/m");
    EXPECT_EQ(spec.runtime.readyPath, "/ok");
    EXPECT_EQ(spec.ports[0].targetPort, 9000);
}

TEST(MlserverPreset, EscapesTheModelsNameInThePath) {
    const Spec spec =
        specOf(R"({"model":{"name":"a b/ü"},"template":{"spec":{"containers":[{"name":"s","image":"i"}]}}})");
    EXPECT_EQ(spec.runtime.readyPath, "/v2/models/a%20b%2F%C3%BC/ready");
}

TEST(CustomPreset, TakesWhatIsStated) {
    const Spec spec =
        specOf(smallSpec(R"(,"runtime":{"preset":"custom","ports":{"http":9000},"readyPath":"/ready",
        "errors":{"total":"requests_total","bad":"requests_total{code=\"500\"}"}})"));
    EXPECT_THAT(spec.problems, IsEmpty());
    EXPECT_EQ(spec.runtime.preset, "custom");
    EXPECT_EQ(spec.runtime.ports.http, 9000);
    EXPECT_EQ(spec.runtime.ports.grpc, 0);
    EXPECT_EQ(spec.runtime.ports.metrics, 9000);
    EXPECT_EQ(spec.runtime.metricsPath, "/metrics");
    EXPECT_EQ(spec.runtime.readyPath, "/ready");
    EXPECT_THAT(spec.runtime.errors.total, ElementsAre("requests_total"));
    EXPECT_THAT(spec.runtime.errors.bad, ElementsAre("requests_total{code=\"500\"}"));
}

TEST(ServicePorts, LeadToTheRuntimesPortOfThatNameUnlessATargetIsStated) {
    const Spec spec =
        specOf(smallSpec(R"(,"service":{"ports":[{"name":"http","port":80},{"name":"grpc","port":81},
        {"name":"metrics","port":82},{"name":"other","port":83},{"name":"admin","port":84,"targetPort":9999}]})"));
    EXPECT_THAT(spec.problems, IsEmpty());
    std::vector<int> targets;
    for (const ServicePort& port : spec.ports) targets.push_back(port.targetPort);
    EXPECT_THAT(targets, ElementsAre(8080, 8081, 8082, 8080, 9999));
}

TEST(ServicePorts, HaveAShorthandForOneHttpPort) {
    const Spec spec = specOf(smallSpec(R"(,"service":{"port":8080})"));
    ASSERT_EQ(spec.ports.size(), 1u);
    EXPECT_EQ(spec.ports[0].name, "http");
    EXPECT_EQ(spec.ports[0].port, 8080);
    EXPECT_EQ(spec.ports[0].targetPort, 8080);
}

}  // namespace
}  // namespace serin::api
