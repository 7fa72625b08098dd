#include <limits>

#include "api/status_codec.h"
#include "tests/unit/api/objects.h"

namespace serin::api {
namespace {

using nlohmann::json;

Timestamp at(const char* text) {
    return *parseTime(text);
}

RolloutStatus fullRollout() {
    RolloutStatus rollout;
    rollout.revision = "9fw4d0c1ze";
    rollout.attempt = 2;
    rollout.phase = Phase::RollingBack;
    rollout.step = 1;
    rollout.steps = {{{25, std::chrono::seconds(90), false}, 1}, {{0, Duration(0), true}, 1}};
    rollout.floor = 4;
    rollout.startedAt = at("2026-01-02T03:00:00.001Z");
    rollout.phaseStartedAt = at("2026-01-02T03:01:00.020Z");
    rollout.scaledAt = at("2026-01-02T03:02:00.300Z");
    rollout.stepStartedAt = at("2026-01-02T03:03:00.999Z");
    rollout.routedAt = at("2026-01-02T03:04:00.5Z");
    rollout.extendedAt = at("2026-01-02T03:05:00Z");
    rollout.inconclusiveAt = at("2026-01-02T03:06:00Z");
    rollout.end = Phase::RolledBack;
    rollout.replacedPod = "fraud-9fw4d0c1ze-x7k2p";
    rollout.reason = "drift of predictions";
    rollout.next = "kubectl annotate md fraud serin.dev/retry=9fw4d0c1ze.2";
    return rollout;
}

MetricVerdict fullMetric() {
    MetricVerdict metric;
    metric.name = "errors";
    metric.guard = false;
    metric.verdict = Verdict::Harm;
    metric.stable = 0.0041;
    metric.canary = 0.0412;
    metric.slowerThan = 0.25;
    metric.ratioLow = 3.25;
    metric.ratioHigh = std::numeric_limits<double>::infinity();
    metric.samples = 5120;
    metric.samplesNeeded = 12;
    metric.secondsNeeded = 34;
    metric.evidence = -0.125;
    metric.message = "worse";
    metric.effects = {{"different", 7.5}, {"totalVariation", 0.0625}};
    metric.labels = {{"status", "503", 182, 3}, {"path", "/v2/models/fraud/infer", 190, 40}};
    return metric;
}

// Every field has a value that is not its default.
Status fullStatus() {
    Status status;
    status.observedGeneration = 7;
    status.phase = "Judging";
    status.message = "canary errs 4.1 % against 0.5 %";
    status.selector = "serin.dev/model-deployment=fraud";
    status.replicas = 5;
    status.readyReplicas = 4;
    status.conditions = {{"Ready", "False", "Stepping", "step 1 of 3", at("2026-01-02T03:04:05Z"), 7}};
    status.source = SourceStatus{
        "mlflow://fraud@champion",
        {"mlflow:fraud/13", "13", {"8f2c", "91ab", "12 to 1", "2026-01-01T00:00:00Z"}, 5, 120481},
        "h0x4t52e5m",
        "now",
        at("2026-01-02T02:59:00Z")};
    status.report = ReportStatus{"3kq9x2m7ta Promoted 2026-01-02T02:00:00Z; canary 9fw4d0c1ze/2",
                                 "POST … answered 503", at("2026-01-02T03:00:01Z")};
    status.stable = VersionStatus{
        "3kq9x2m7ta", "12", "img:12", 80, 0, 4, 4, LoadStatus{0, 9, at("2026-01-02T03:04:05Z")}};
    status.canary = VersionStatus{
        "9fw4d0c1ze", "13", "img:13", 20,
        25,           1,    1,        LoadStatus{1'200'000'000, 4'000'000'000, at("2026-01-02T03:04:06Z")}};
    status.previous = VersionStatus{"0000000000", "11", "img:11", 0, 0, 2, 1, {}};
    status.rollout = fullRollout();
    status.watch = WatchStatus{"3kq9x2m7ta", 3, "0000000000", at("2026-01-02T02:30:00.5Z"),
                               at("2026-01-03T02:30:00.5Z")};
    status.attempts = {{"9fw4d0c1ze", 2, {0, 1}, true, true, "Aborted"}};
    status.quarantined = {{"9fw4d0c1ze", "errors", at("2026-01-02T03:07:00Z")}};
    status.analysis = AnalysisStatus{"Harm", "worse", at("2026-01-02T03:08:00Z"), {fullMetric()}, "state v1"};
    status.history = {{"3kq9x2m7ta", "12", "img:12", "Promoted", "safe", at("2026-01-02T02:00:00Z")}};
    return status;
}

TEST(StatusCodec, ReadsBackWhatItWrote) {
    EXPECT_EQ(decodeStatus(encodeStatus(fullStatus())), fullStatus());
}

TEST(StatusCodec, TheOrderInWhichTheServerKeepsConditionsMeansNothing) {
    const Status status = decodeStatus(json::parse(R"({"conditions":[
        {"type":"Stalled","status":"False","reason":"A"},{"type":"Accepted","status":"True","reason":"B"}]})"));
    ASSERT_EQ(status.conditions.size(), 2U);
    EXPECT_EQ(status.conditions[0].type, "Accepted");
    EXPECT_EQ(status.conditions[1].type, "Stalled");
}

TEST(StatusCodec, ReadsNoMoreLabelsThanThereMayBe) {
    json metric = {{"name", "errors"}};
    for (int i = 0; i < 9; ++i) metric["labels"].push_back({{"label", "path"}, {"value", std::to_string(i)}});
    metric["labels"].push_back("no label");
    const Status status = decodeStatus({{"analysis", {{"metrics", {metric}}}}});
    ASSERT_EQ(status.analysis->metrics.size(), 1U);
    EXPECT_EQ(status.analysis->metrics[0].labels.size(), kMostBlamed);
    EXPECT_EQ(status.analysis->metrics[0].labels[3], (BlamedLabel{"path", "3", 0, 0}));
}

TEST(StatusCodec, WritesNoFieldThatTheSchemaDoesNotKnowOfTheOldVersion) {
    Status status;
    status.previous = VersionStatus{"a", "1", "", 0, 0, 2, 1, LoadStatus{1, 9, at("2026-01-02T03:04:05Z")}};
    EXPECT_FALSE(encodeStatus(status).at("previous").contains("load"));
}

TEST(StatusCodec, LeavesOutOfHowManyBytesNobodyKnows) {
    Status status;
    status.canary = VersionStatus{"a", "1", "", 0, 0, 2, 1, LoadStatus{7, 0, at("2026-01-02T03:04:05Z")}};
    const json load = encodeStatus(status).at("canary").at("load");
    EXPECT_EQ(load, parsed(R"({"bytes": 7, "at": "2026-01-02T03:04:05Z"})"));
    EXPECT_EQ(decodeStatus(encodeStatus(status)).canary->load, status.canary->load);
}

TEST(StatusCodec, ReadsBackAnEmptyStatus) {
    EXPECT_EQ(decodeStatus(encodeStatus(Status())), Status());
    EXPECT_EQ(encodeStatus(Status()), parsed(R"({"replicas":0,"readyReplicas":0})"));
    EXPECT_EQ(decodeStatus(json()), Status());
}

TEST(StatusCodec, UsesTheNamesAndFormsOfTheSchema) {
    EXPECT_EQ(encodeStatus(fullStatus()), parsed(R"({
      "observedGeneration": 7, "phase": "Judging", "message": "canary errs 4.1 % against 0.5 %",
      "selector": "serin.dev/model-deployment=fraud", "replicas": 5, "readyReplicas": 4,
      "conditions": [{"type": "Ready", "status": "False", "reason": "Stepping", "message": "step 1 of 3",
        "lastTransitionTime": "2026-01-02T03:04:05Z", "observedGeneration": 7}],
      "source": {"uri": "mlflow://fraud@champion", "id": "mlflow:fraud/13", "version": "13",
        "lineage": {"run": "8f2c", "commit": "91ab", "signature": "12 to 1", "trainedAt": "2026-01-01T00:00:00Z"},
        "files": 5, "bytes": 120481, "written": "h0x4t52e5m", "refresh": "now", "resolvedAt": "2026-01-02T02:59:00Z"},
      "report": {"told": "3kq9x2m7ta Promoted 2026-01-02T02:00:00Z; canary 9fw4d0c1ze/2",
        "problem": "POST … answered 503", "at": "2026-01-02T03:00:01Z"},
      "stable": {"revision": "3kq9x2m7ta", "version": "12", "id": "img:12", "weight": 80, "replicas": 4, "ready": 4,
        "load": {"bytes": 0, "of": 9, "at": "2026-01-02T03:04:05Z"}},
      "canary": {"revision": "9fw4d0c1ze", "version": "13", "id": "img:13", "weight": 20, "wanted": 25,
        "replicas": 1, "ready": 1,
        "load": {"bytes": 1200000000, "of": 4000000000, "at": "2026-01-02T03:04:06Z"}},
      "previous": {"revision": "0000000000", "version": "11", "id": "img:11", "replicas": 2, "ready": 1},
      "rollout": {"revision": "9fw4d0c1ze", "attempt": 2, "phase": "RollingBack", "step": 1,
        "steps": [{"weight": 25, "hold": "1m30s", "replicas": 1}, {"approval": true, "replicas": 1}], "floor": 4,
        "startedAt": "2026-01-02T03:00:00.001Z", "phaseStartedAt": "2026-01-02T03:01:00.020Z",
        "scaledAt": "2026-01-02T03:02:00.300Z", "stepStartedAt": "2026-01-02T03:03:00.999Z",
        "routedAt": "2026-01-02T03:04:00.500Z", "extendedAt": "2026-01-02T03:05:00.000Z",
        "inconclusiveAt": "2026-01-02T03:06:00.000Z", "end": "RolledBack", "replacedPod": "fraud-9fw4d0c1ze-x7k2p",
        "reason": "drift of predictions",
        "next": "kubectl annotate md fraud serin.dev/retry=9fw4d0c1ze.2"},
      "watch": {"revision": "3kq9x2m7ta", "attempt": 3, "returnTo": "0000000000",
        "startedAt": "2026-01-02T02:30:00.500Z", "until": "2026-01-03T02:30:00.500Z"},
      "attempts": [{"revision": "9fw4d0c1ze", "attempt": 2, "approved": [0, 1], "promoted": true, "aborted": true,
        "outcome": "Aborted"}],
      "quarantined": [{"revision": "9fw4d0c1ze", "reason": "errors", "at": "2026-01-02T03:07:00Z"}],
      "analysis": {"verdict": "Harm", "message": "worse", "updatedAt": "2026-01-02T03:08:00Z", "state": "state v1",
        "metrics": [{"name": "errors", "role": "Observe", "verdict": "Harm", "stable": 0.0041, "canary": 0.0412, "slowerThan": 0.25,
          "ratioLow": 3.25, "samples": 5120, "samplesNeeded": 12, "secondsNeeded": 34, "evidence": -0.125, "message": "worse",
          "effects": {"different": 7.5, "totalVariation": 0.0625},
          "labels": [{"label": "status", "value": "503", "canary": 182, "stable": 3},
            {"label": "path", "value": "/v2/models/fraud/infer", "canary": 190, "stable": 40}]}]},
      "history": [{"revision": "3kq9x2m7ta", "version": "12", "id": "img:12", "outcome": "Promoted",
        "reason": "safe", "at": "2026-01-02T02:00:00Z"}]})"));
}

TEST(StatusCodec, KeepsAStepInItsListWhateverWasWrittenByHand) {
    for (const char* step : {"-1", "2", "2147483647", "1e300"}) {
        const Status status =
            decodeStatus(parsed(R"({"rollout":{"phase":"Stepping","attempt":0,"step":)" + std::string(step) +
                                R"(,"steps":[{"weight":10,"hold":"1s"},{"weight":50,"hold":"1s"}]}})"));
        EXPECT_GE(status.rollout->step, 0) << step;
        EXPECT_LT(status.rollout->step, 2) << step;
        EXPECT_EQ(status.rollout->attempt, 1);
    }
    EXPECT_EQ(decodeStatus(parsed(R"({"rollout":{"phase":"Stepping","step":3}})")).rollout->phase,
              Phase::Evaluating);
}

TEST(Normalised, HasTheResolutionThatIsStoredAndStaysAsItIs) {
    Status status = fullStatus();
    status.conditions[0].lastTransitionTime += Duration(7);
    status.analysis->metrics[0].evidence = 1.0 / 3;
    status.analysis->metrics[0].stable = -0.0;
    status.analysis->metrics[0].canary = std::numeric_limits<double>::quiet_NaN();
    const Status once = normalised(status);
    EXPECT_EQ(once.conditions[0].lastTransitionTime, at("2026-01-02T03:04:05Z"));
    EXPECT_EQ(once.analysis->metrics[0].evidence, 0.333333);
    EXPECT_EQ(once.analysis->metrics[0].canary, 0);
    EXPECT_EQ(normalised(once), once);
    // Also through the text that the API server stores and gives back.
    EXPECT_EQ(decodeStatus(json::parse(encodeStatus(once).dump())), once);
}

TEST(StatusCodec, ToleratesWhatAnotherVersionWrote) {
    const Status status = decodeStatus(parsed(R"({"phase":7,"conditions":{},"stable":"x","later":{"a":1},
        "rollout":{"phase":"Teleporting","end":"Lost","startedAt":"yesterday","attempt":3,"steps":[{"hold":"long"},7]},
        "attempts":[{"approved":["a",2]}],"analysis":{"metrics":[{"verdict":"Odd","samples":-4}]}})"));
    EXPECT_EQ(status.phase, "");
    EXPECT_FALSE(status.stable);
    ASSERT_TRUE(status.rollout);
    EXPECT_EQ(status.rollout->phase, Phase::Evaluating);
    EXPECT_EQ(status.rollout->end, std::nullopt);
    EXPECT_EQ(status.rollout->attempt, 3);
    EXPECT_EQ(status.rollout->steps.size(), 2u);
    EXPECT_EQ(status.attempts[0].approved, std::vector<int>{2});
    EXPECT_EQ(status.analysis->metrics[0].verdict, Verdict::Continue);
    EXPECT_EQ(status.analysis->metrics[0].samples, 0u);
}

TEST(StatusCodec, KnowsEveryPhaseByName) {
    for (const Phase phase :
         {Phase::Evaluating, Phase::Starting, Phase::Stepping, Phase::Promoting, Phase::Soaking,
          Phase::RollingBack, Phase::RolledBack, Phase::Withdrawn, Phase::Aborted}) {
        Status status;
        status.rollout = RolloutStatus();
        status.rollout->phase = phase;
        status.rollout->steps = {{{50, Duration(0), false}, 1}};
        status.rollout->end = phase;
        EXPECT_EQ(normalised(status), status);
    }
}

TEST(StatusBody, NamesTheObjectItWasPlannedFrom) {
    const ModelDeployment object = objectWith(smallSpec());
    Status status;
    status.phase = "Stable";
    EXPECT_EQ(parsed(statusBody(object, status)),
              parsed(R"({"apiVersion":"serin.dev/v1alpha1","kind":"ModelDeployment",
        "metadata":{"name":"fraud","namespace":"ml","uid":"0c2a","resourceVersion":"77"},
        "status":{"phase":"Stable","replicas":0,"readyReplicas":0}})"));
}

TEST(StatusBody, SurvivesTextThatIsNotUtf8) {
    Status status;
    status.message = "\xff broken";
    EXPECT_EQ(parsed(statusBody(objectWith(smallSpec()), status))["status"]["message"],
              "\xEF\xBF\xBD broken");
}

TEST(ModelDeployment, IsReadWithItsStatus) {
    auto raw = rawObject(smallSpec());
    raw["status"] = encodeStatus(fullStatus());
    EXPECT_EQ(decodeModelDeployment(raw)->status, fullStatus());
}

}  // namespace
}  // namespace serin::api
