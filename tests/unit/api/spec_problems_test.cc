#include "tests/unit/api/objects.h"

namespace serin::api {
namespace {

using testing::AllOf;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// Expects exactly one problem, with each of these parts: the field, the value, the way out.
void expectProblem(const std::string& spec, const std::string& field, const std::string& value,
                   const std::string& wayOut) {
    EXPECT_THAT(specOf(spec).problems,
                ElementsAre(AllOf(testing::StartsWith(field + ": "), HasSubstr(value), HasSubstr(wayOut))))
        << spec;
}

TEST(SpecProblems, ContainersAreNeeded) {
    expectProblem(specWithContainers("[]"), "spec.template.spec.containers", "is empty",
                  "state the container");
    expectProblem(R"({"model":{"name":"m"},"template":{"spec":{}}})", "spec.template.spec.containers",
                  "is empty", "state the container");
}

TEST(SpecProblems, AMissingChoiceOfContainerListsTheNames) {
    const std::string two = R"([{"name":"server","image":"a"},{"name":"proxy","image":"b"}])";
    expectProblem(specWithContainers(two), "spec.runtime.container", "\"server\", \"proxy\"",
                  "state which of them");
    expectProblem(specWithContainers(two, R"(,"runtime":{"container":"sever"})"), "spec.runtime.container",
                  "\"sever\"", "one of \"server\", \"proxy\"");
    const Spec chosen = specOf(specWithContainers(two, R"(,"runtime":{"container":"proxy"})"));
    EXPECT_THAT(chosen.problems, IsEmpty());
    EXPECT_EQ(chosen.modelId, "b");
}

TEST(SpecProblems, ACustomServerMustSayHowItIsReady) {
    const std::string runtime = R"(,"runtime":{"preset":"custom","ports":{"http":80},
        "errors":{"total":"a","bad":"b"}})";
    expectProblem(specWithContainers(R"([{"name":"s","image":"i"}])", runtime), "spec.runtime.readyPath",
                  "no readinessProbe", "state a path");
    EXPECT_THAT(
        specOf(specWithContainers(
                   R"([{"name":"s","image":"i","readinessProbe":{"exec":{"command":["true"]}}}])", runtime))
            .problems,
        IsEmpty());
}

TEST(SpecProblems, ACustomServerMustSayWhatCountsAsAnError) {
    const std::string runtime = R"(,"runtime":{"preset":"custom","ports":{"http":80},"readyPath":"/r"})";
    expectProblem(smallSpec(runtime), "spec.runtime.errors", "total or bad", "without an errorRate");
    EXPECT_THAT(specOf(smallSpec(runtime + R"(,"analysis":{"metrics":[]})")).problems, IsEmpty());
}

TEST(SpecProblems, ACustomServerMustSayWhatTimesRequests) {
    const std::string runtime = R"(,"runtime":{"preset":"custom","ports":{"http":80},"readyPath":"/r"%})";
    const auto with = [&](const std::string& more, const std::string& metric) {
        std::string text = runtime;
        text.replace(text.find('%'), 1, more);
        return smallSpec(text + R"(,"analysis":{"metrics":[)" + metric + "]}");
    };
    expectProblem(with("", R"({"name":"l","latency":{}})"), "spec.analysis.metrics[0].latency.histogram",
                  "is missing", "spec.runtime.latency");
    EXPECT_THAT(specOf(with(R"(,"latency":"took")", R"({"name":"l","latency":{}})")).problems, IsEmpty());
    EXPECT_THAT(specOf(with("", R"({"name":"l","latency":{"histogram":"took"}})")).problems, IsEmpty());
}

TEST(SpecProblems, ALimitOfALatencyNeedsItsEdge) {
    expectProblem(smallSpec(R"(,"analysis":{"metrics":[{"name":"l","latency":{},"worseThan":{"max":0.5}}]})"),
                  "spec.analysis.metrics[0].worseThan.max", "longer than a time", "latency.slowerThan");
}

TEST(SpecProblems, ARoleThatHasNoEffectIsRefused) {
    const auto with = [](const std::string& metric) {
        return smallSpec(R"(,"analysis":{"metrics":[)" + metric + "]}");
    };
    expectProblem(with(R"({"name":"s","drift":{"histogram":"h","collapse":"Ignore"},"role":"Guard"})"),
                  "spec.analysis.metrics[0].role", "nothing of this drift decides", "worseThan.stable.psi");
    expectProblem(with(R"({"name":"s","drift":{"histogram":"h","of":"inputs"},"weight":2})"),
                  "spec.analysis.metrics[0].weight", "only observes", "remove weight");
    expectProblem(with(R"({"name":"e","errorRate":{},"role":"Observe","weight":2})"),
                  "spec.analysis.metrics[0].weight", "only observes", "remove weight");
    expectProblem(with(R"({"name":"e","errorRate":{},"role":"Watch"})"), "spec.analysis.metrics[0].role",
                  "\"Watch\"", "Guard or Observe");
}

TEST(SpecProblems, AShareNeedsItsEventsAndOneKindOfThem) {
    const auto with = [](const std::string& share) {
        return smallSpec(R"(,"analysis":{"metrics":[{"name":"n","share":)" + share + "}]}");
    };
    const std::string field = "spec.analysis.metrics[0].share";
    expectProblem(with(R"({"bad":"b"})"), field + ".total", "is missing", "predictions_total");
    expectProblem(with(R"({"total":"a"})"), field, "neither", "the one or the other");
    expectProblem(with(R"({"total":"a","bad":"b","good":"c"})"), field, "both", "the one or the other");
}

TEST(SpecProblems, AMeanNeedsItsSeriesAndMarginsInOrder) {
    const auto with = [](const std::string& metric) {
        return smallSpec(R"(,"analysis":{"metrics":[{"name":"v",)" + metric + "}]}");
    };
    const std::string field = "spec.analysis.metrics[0].";
    expectProblem(with(R"("mean":{"count":"c"})"), field + "mean.sum", "is missing", "order_value_sum");
    expectProblem(with(R"("mean":{"sum":"s"})"), field + "mean.count", "is missing", "order_value_count");
    expectProblem(with(R"("mean":{"sum":"s","count":"c","worse":"Both"})"), field + "mean.worse", "\"Both\"",
                  "Higher or Lower");
    expectProblem(with(R"("mean":{"sum":"s","count":"c"},"safeWithin":{"change":0.01})"),
                  field + "safeWithin.change", "not above", "a larger one");
}

TEST(SpecProblems, LimitsOfAMeanAreNumbersAboveZeroInOrderAndOfAMean) {
    const auto with = [](const std::string& more, const std::string& worseThan) {
        return smallSpec(R"(,"analysis":{"metrics":[{"name":"v","mean":{"sum":"s","count":"c")" + more +
                         R"(},"worseThan":)" + worseThan + "}]}");
    };
    const std::string lower = R"(,"worse":"Lower")";
    const std::string field = "spec.analysis.metrics[0].";
    expectProblem(with("", R"({"max":0})"), field + "worseThan.max", "is 0", "above 0");
    expectProblem(with(lower, R"({"min":-3})"), field + "worseThan.min", "is -3", "above 0");
    expectProblem(with("", R"({"max":1e16})"), field + "worseThan.max", "is 1", "at most 1e+15");
    expectProblem(with(lower, R"({"min":20,"max":20})"), field + "worseThan.min", "not below max 20",
                  "a smaller min");
    expectProblem(with("", R"({"min":20})"), field + "mean.worse", "not stated", "state Lower");
    expectProblem(with("", R"({"max":9,"quantile":{"level":0.9,"max":"1s"}})"), field + "worseThan.quantile",
                  "a mean", "worseThan.max or .min");
    expectProblem(with("", R"({"burnRate":{"objective":99,"max":2}})"), field + "worseThan.burnRate",
                  "a mean", "worseThan.max or .min");
}

TEST(SpecProblems, ADriftHasAHistogramOrACounterWithItsLabel) {
    const auto with = [](const std::string& drift) {
        return smallSpec(R"(,"analysis":{"metrics":[{"name":"d","drift":)" + drift + "}]}");
    };
    const std::string field = "spec.analysis.metrics[0].drift.";
    expectProblem(with(R"({"counter":"c"})"), field + "by", "is missing", "label");
    expectProblem(with(R"({"histogram":"h","by":"l"})"), field + "by", "without counter", "state counter");
    expectProblem(with(R"({"histogram":"h","counter":"c","by":"l"})"), field + "counter", "beside histogram",
                  "a metric of each");
    expectProblem(with("{}"), field + "histogram", "is missing", "or counter and by");
}

TEST(SpecProblems, ACollapseIsOfPredictionsAndGuardsOrIsIgnored) {
    const auto with = [](const std::string& metric) {
        return smallSpec(R"(,"analysis":{"metrics":[)" + metric + "]}");
    };
    const std::string field = "spec.analysis.metrics[0].drift.collapse";
    expectProblem(with(R"({"name":"s","drift":{"histogram":"h","collapse":"Observe"}})"), field,
                  "\"Observe\"", "Guard or Ignore");
    expectProblem(with(R"({"name":"s","drift":{"histogram":"h","of":"inputs","collapse":"Ignore"}})"), field,
                  "drift of inputs", "of: predictions");
    expectProblem(with(R"({"name":"s","drift":{"histogram":"h","collapse":"Guard"},"role":"Observe"})"),
                  field, "role Observe", "remove one of them");
}

TEST(SpecProblems, ACustomServerMustSayItsPort) {
    expectProblem(
        smallSpec(R"(,"runtime":{"preset":"custom","readyPath":"/r","errors":{"total":"a","bad":"b"}})"),
        "spec.runtime.ports.http", "is missing", "state the port");
}

TEST(SpecProblems, APresetThatCountsNoFailuresCannotJudgeErrors) {
    expectProblem(smallSpec(R"(,"runtime":{"preset":"kserve"})"), "spec.runtime.preset", "\"kserve\"",
                  "Counts no failures");
    EXPECT_THAT(specOf(smallSpec(R"(,"runtime":{"preset":"kserve"},
                               "analysis":{"metrics":[{"name":"l","latency":{}}]})"))
                    .problems,
                IsEmpty());
}

TEST(SpecProblems, APresetThatTimesNothingNeedsAHistogram) {
    expectProblem(
        smallSpec(R"(,"runtime":{"preset":"triton"},"analysis":{"metrics":[{"name":"l","latency":{}}]})"),
        "spec.analysis.metrics[0].latency.histogram", "\"triton\"", "state one here");
}

TEST(SpecProblems, APresetThatKnowsNoPortWantsIt) {
    expectProblem(smallSpec(R"(,"runtime":{"preset":"istio","readyPath":"/r"})"), "spec.runtime.ports.http",
                  "\"istio\"", "state the port");
}

TEST(SpecProblems, APresetMustBeKnown) {
    expectProblem(smallSpec(R"(,"runtime":{"preset":"tensorflow"})"), "spec.runtime.preset", "\"tensorflow\"",
                  "mlserver");
}

TEST(SpecProblems, PortsAreNumbersThatExist) {
    expectProblem(smallSpec(R"(,"runtime":{"ports":{"http":70000}})"), "spec.runtime.ports.http", "70000",
                  "1 to 65535");
    expectProblem(smallSpec(R"(,"service":{"ports":[{"name":"http","port":80,"targetPort":"web"}]})"),
                  "spec.service.ports[0].targetPort", "\"web\"", "whole number");
    expectProblem(smallSpec(R"(,"service":{"ports":[{"name":"http"}]})"), "spec.service.ports[0].port",
                  "is missing", "state the port");
}

TEST(SpecProblems, PortsHaveNamesThatFitAndDiffer) {
    expectProblem(smallSpec(R"(,"service":{"ports":[{"name":"inference1","port":80}]})"),
                  "spec.service.ports[0].name", "\"inference1\"", "1 to 9");
    expectProblem(smallSpec(R"(,"service":{"ports":[{"name":"a--b","port":80}]})"),
                  "spec.service.ports[0].name", "\"a--b\"", "single -");
    expectProblem(smallSpec(R"(,"service":{"ports":[{"name":"a","port":80},{"name":"a","port":81}]})"),
                  "spec.service.ports[1].name", "\"a\" a second time", "name of its own");
    expectProblem(smallSpec(R"(,"service":{"ports":[{"name":"a","port":80},{"name":"b","port":80}]})"),
                  "spec.service.ports[1].port", "80 a second time", "port of its own");
    expectProblem(smallSpec(R"(,"service":{"port":80,"ports":[{"name":"a","port":80}]})"),
                  "spec.service.port", "beside spec.service.ports", "keep port");
}

TEST(SpecProblems, NoOtherPortMayHaveTheNameThatSerinGives) {
    const char* name = R"([{"name":"s","image":"i","ports":[{"name":"serin-http","containerPort":9}]}])";
    expectProblem(specWithContainers(name), "spec.template.spec.containers[0].ports[0].name",
                  "\"serin-http\"", "another name");
    const char* sidecar =
        R"([{"name":"s","image":"i"},{"name":"p","image":"i","ports":[{"name":"serin-http","containerPort":8080}]}])";
    expectProblem(specWithContainers(sidecar, R"(,"runtime":{"container":"s"})"),
                  "spec.template.spec.containers[1].ports[0].name", "\"serin-http\"", "another name");
    const char* same = R"([{"name":"s","image":"i","ports":[{"name":"serin-http","containerPort":8080}]}])";
    EXPECT_THAT(specOf(specWithContainers(same)).problems, IsEmpty());
}

TEST(SpecProblems, KeysUnderSerinDevAreSerins) {
    for (const std::string map : {"labels", "annotations"}) {
        expectProblem(
            R"({"model":{"name":"m"},"template":{"metadata":{")" + map +
                R"(":{"serin.dev/revision":"x","app":"y"}},"spec":{"containers":[{"name":"s","image":"i"}]}}})",
            "spec.template.metadata." + map, "\"serin.dev/revision\"", "another prefix");
    }
}

TEST(SpecProblems, DurationsAreInGosSyntaxAndLongEnough) {
    expectProblem(smallSpec(R"(,"rollout":{"soak":"3 days"})"), "spec.rollout.soak", "\"3 days\"",
                  "30s, 5m or 1h30m");
    expectProblem(smallSpec(R"(,"rollout":{"progressDeadline":"4s"})"), "spec.rollout.progressDeadline",
                  "\"4s\"", "at least 5s");
    expectProblem(smallSpec(R"(,"analysis":{"interval":"500ms"})"), "spec.analysis.interval", "\"500ms\"",
                  "at least 1s");
    expectProblem(smallSpec(R"(,"analysis":{"deadline":30})"), "spec.analysis.deadline", "30",
                  "duration such as");
}

TEST(SpecProblems, StepsGoForwardToHalfAtMost) {
    const auto steps = [](const std::string& list) {
        return smallSpec(R"(,"rollout":{"steps":)" + list + "}");
    };
    expectProblem(steps(R"([{"weight":60}])"), "spec.rollout.steps[0].weight", "60", "1 to 50");
    expectProblem(steps(R"([{"weight":25},{"approval":{}},{"weight":10}])"), "spec.rollout.steps[2].weight",
                  "10 after 25", "small to large");
    expectProblem(steps(R"([{"hold":"5m"}])"), "spec.rollout.steps[0]", "neither", "state weight");
    expectProblem(steps(R"([{"weight":5,"approval":{}}])"), "spec.rollout.steps[0]", "weight and approval",
                  "two steps");
    expectProblem(steps(R"([{"approval":{},"hold":"5m"}])"), "spec.rollout.steps[0].hold", "no effect",
                  "move it");
}

TEST(SpecProblems, MetricsHaveOneKindAndANameOfTheirOwn) {
    const auto metrics = [](const std::string& list) {
        return smallSpec(R"(,"analysis":{"metrics":)" + list + "}");
    };
    expectProblem(metrics(R"([{"name":"a"}])"), "spec.analysis.metrics[0]", "no kind", "state errorRate");
    expectProblem(metrics(R"([{"name":"a","errorRate":{},"drift":{"histogram":"h"}}])"),
                  "spec.analysis.metrics[0]", "more than one of", "a metric of each");
    expectProblem(metrics(R"([{"name":"a","errorRate":{},"latency":{}}])"), "spec.analysis.metrics[0]",
                  "more than one of", "a metric of each");
    expectProblem(metrics(R"([{"name":"a","errorRate":{}},{"name":"a","drift":{"histogram":"h"}}])"),
                  "spec.analysis.metrics[1].name", "\"a\" a second time", "name of its own");
    expectProblem(metrics(R"([{"name":"pods","errorRate":{}}])"), "spec.analysis.metrics[0].name", "\"pods\"",
                  "choose another");
    expectProblem(metrics(R"([{"name":"a","drift":{}}])"), "spec.analysis.metrics[0].drift.histogram",
                  "is missing", "without _bucket");
    expectProblem(
        metrics(R"([{"name":"a","drift":{"histogram":"h","of":"inputs"},"worseThan":{"stable":{"psi":1}}}])"),
        "spec.analysis.metrics[0].worseThan.stable.psi", "inputs", "remove worseThan");
}

TEST(SpecProblems, NumbersStayInTheirRange) {
    expectProblem(smallSpec(R"(,"replicas":-1)"), "spec.replicas", "-1", "from 0");
    expectProblem(smallSpec(R"(,"replicas":"many")"), "spec.replicas", "\"many\"", "whole number");
    expectProblem(smallSpec(R"(,"analysis":{"falseAlarm":1})"), "spec.analysis.falseAlarm", "is 1;",
                  "at most 0.5");
    expectProblem(smallSpec(R"(,"analysis":{"missedHarm":0})"), "spec.analysis.missedHarm", "is 0;",
                  "above 0");
    expectProblem(smallSpec(R"(,"analysis":{"metrics":[{"name":"e","errorRate":{},"worseThan":{"max":5}}]})"),
                  "spec.analysis.metrics[0].worseThan.max", "is 5;", "at most 1");
}

TEST(SpecProblems, TheModelHasAName) {
    expectProblem(R"({"template":{"spec":{"containers":[{"name":"s","image":"i"}]}}})", "spec.model.name",
                  "is missing", "state the name");
}

TEST(SpecProblems, TheNameLeavesRoomForARevision) {
    auto raw = rawObject(smallSpec());
    raw["metadata"]["name"] = std::string(53, 'a');
    EXPECT_THAT(decodeModelDeployment(raw)->spec.problems,
                ElementsAre(AllOf(HasSubstr("metadata.name"), HasSubstr("53"))));
}

TEST(SpecProblems, NothingInASpecKeepsAnObjectFromBeingRead) {
    for (const char* spec :
         {"{}", "[]", "null", "7", R"({"model":1,"template":"x","runtime":[],"service":{"ports":{}},
         "rollout":"fast","analysis":{"metrics":{"a":1}},"replicas":{},"paused":"yes","history":null})"}) {
        auto raw = rawObject(spec);
        const auto decoded = decodeModelDeployment(raw);
        ASSERT_TRUE(decoded.ok()) << spec;
        EXPECT_FALSE(decoded->spec.problems.empty()) << spec;
        EXPECT_EQ(decoded->spec.revision.size(), 10u);
    }
}

TEST(ModelDeployment, WithoutMetadataIsNoObject) {
    for (const char* field : {"name", "namespace", "uid"}) {
        auto raw = rawObject(smallSpec());
        raw["metadata"].erase(field);
        const auto decoded = decodeModelDeployment(raw);
        ASSERT_FALSE(decoded.ok());
        EXPECT_THAT(decoded.error().message, HasSubstr(std::string("metadata.") + field));
    }
    EXPECT_FALSE(decodeModelDeployment(nlohmann::json::array()).ok());
}

}  // namespace
}  // namespace serin::api
