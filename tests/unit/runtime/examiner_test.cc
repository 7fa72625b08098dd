#include "runtime/examiner.h"

#include <gtest/gtest.h>

#include "judge/replay.h"
#include "runtime/recording_shelf.h"
#include "tests/unit/runtime/examiner_fixture.h"

namespace serin::runtime {
namespace {

TEST_F(ExaminerTest, JudgesFromTheSecondRoundOn) {
    Examiner examiner(object);
    EXPECT_FALSE(examiner.wanted());
    order(examiner, 0);
    EXPECT_TRUE(examiner.wanted());
    EXPECT_FALSE(examiner.finish(scrape(examiner, 1, 100, 0)).stratum);
    EXPECT_FALSE(examiner.judgement());
    const auto finding = examiner.finish(scrape(examiner, 2, 100, 0));
    EXPECT_TRUE(finding.news);
    ASSERT_TRUE(finding.stratum);
    EXPECT_EQ(finding.stratum->stable.size(), 2u);
    ASSERT_TRUE(examiner.judgement());
    EXPECT_EQ(examiner.judgement()->order, plan.order);
    EXPECT_EQ(examiner.judgement()->canaryRequestsInStep, 100u);
}

TEST_F(ExaminerTest, ReadsFromPrometheusWhereTheSpecSaysSoAndAsksThePodsThemselves) {
    object.meta.ns = "ml";
    object.spec.analysis.prometheus =
        api::PrometheusSource{"http://prometheus:9090", std::chrono::seconds(2)};
    object.spec.analysis.interval = std::chrono::seconds(16);
    Examiner examiner(object);
    order(examiner, 0);
    const auto round = examiner.round(split);
    ASSERT_TRUE(round && round->prometheus);
    EXPECT_EQ(round->prometheus->source, *object.spec.analysis.prometheus);
    EXPECT_EQ(round->prometheus->space, "ml");
    EXPECT_EQ(round->interval, std::chrono::seconds(16));
    EXPECT_EQ(examiner.interval(), std::chrono::seconds(16));
    EXPECT_EQ(examiner.askInterval(), std::chrono::seconds(10));
    const auto questions = examiner.questions(split, Examiner::Whom::NeverAsked);
    ASSERT_TRUE(questions);
    EXPECT_FALSE(questions->read);
}

TEST_F(ExaminerTest, HearsBetweenLooksThatTheCanaryIsSilent) {
    Examiner examiner(object);
    order(examiner, 0);
    examiner.finish(scrape(examiner, 1, 100, 0));
    signals::Round questions;
    questions.pods.resize(1);
    questions.pods[0].target.arm = signals::Arm::Canary;
    questions.pods[0].target.podUid = "n1";
    questions.pods[0].target.ready = true;
    questions.pods[0].model = api::ModelAnswer::Silent;
    examiner.finishQuestions(questions, Examiner::Whom::All);
    examiner.finishQuestions(questions, Examiner::Whom::All);
    examiner.finishQuestions(questions, Examiner::Whom::NeverAsked);  // of some pods only
    signals::Round look = scrape(examiner, 9, 100, 0);
    for (signals::PodResult& pod : look.pods) {
        if (pod.model) pod.model = api::ModelAnswer::Silent;
    }
    EXPECT_EQ(examiner.finish(look).stratum->canarySilentRounds, 3);
    EXPECT_TRUE(examiner.judgement()->starved);
}

TEST_F(ExaminerTest, FindsHarmInACanaryThatErrs) {
    Examiner examiner(object);
    order(examiner, 0);
    for (int second = 1; second <= 10; ++second) examiner.finish(scrape(examiner, second, 100, 40));
    EXPECT_TRUE(examiner.judgement()->harm);
}

// A page with errors of two codes, and requests of two paths that take longer or shorter than 0.25 s.
std::string labelledPage(int second, int timeouts, int slowOnB) {
    const auto line = [](const std::string& series, int count) {
        return series + " " + std::to_string(count) + "\n";
    };
    const std::string durations = "request_duration_seconds";
    std::string page = "process_start_time_seconds 1000\n" +
                       line("requests_total{code=\"200\"}", 100 * second) +
                       line("requests_total{code=\"500\"}", second) +
                       line("requests_total{code=\"504\"}", timeouts * second);
    for (const auto& [path, slow] : {std::pair("/a", 1), std::pair("/b", slowOnB)}) {
        const std::string label = std::string("path=\"") + path + "\"";
        page += line(durations + "_bucket{" + label + ",le=\"0.1\"}", 40 * second) +
                line(durations + "_bucket{" + label + ",le=\"0.25\"}", 45 * second) +
                line(durations + "_bucket{" + label + ",le=\"+Inf\"}", (45 + slow) * second) +
                line(durations + "_count{" + label + "}", (45 + slow) * second);
    }
    return page;
}

TEST_F(ExaminerTest, TellsWhichLabelValuesMostOfTheHarmHasAndAReplayTellsTheSame) {
    object.spec.runtime.errors = {{"requests_total"}, {"requests_total{code=~\"5..\"}"}};
    api::Metric latency;
    latency.name = "latency";
    latency.kind = api::MetricKind::Latency;
    latency.histogram = "request_duration_seconds";
    latency.worseOddsRatio = 1.2;
    object.spec.analysis.metrics.push_back(latency);
    RecordingShelf shelf;
    Examiner examiner(object, shelf.open("ml/fraud"));
    order(examiner, 0);
    for (int second = 1; second <= 12; ++second) {
        signals::Round round = scrape(examiner, second, 100, 0);
        for (signals::PodResult& pod : round.pods) {
            const bool bad = pod.target.arm == signals::Arm::Canary;
            pod.reading =
                signals::readPage(labelledPage(second, bad ? 30 : 0, bad ? 40 : 1), *round.selection, false);
            ASSERT_TRUE(pod.reading) << pod.reading.error().message;
        }
        examiner.finish(round);
    }
    const api::Judgement said = *examiner.judgement();
    ASSERT_TRUE(said.harm);
    ASSERT_GE(said.metrics.size(), 2u);
    EXPECT_NE(said.metrics[0].message.find("; most of it with code=\"504\" ("), std::string::npos)
        << said.metrics[0].message;
    EXPECT_NE(said.metrics[1].message.find("; most of it with path=\"/b\" ("), std::string::npos)
        << said.metrics[1].message;
    EXPECT_NE(said.headline.find("; most of it with "), std::string::npos) << said.headline;
    ASSERT_EQ(said.metrics[0].labels.size(), 1u);
    EXPECT_EQ(said.metrics[0].labels[0].value, "504");
    EXPECT_EQ(said.metrics[0].labels[0].stable, 0u);
    const Result<void> replayed = judge::replay(
        shelf.text("ml/fraud", RecordingShelf::Which::Latest, "").value_or(""),
        {[](const std::string&) {}, [](const judge::ReplayedAnswer& answer) { EXPECT_TRUE(answer.same()); }});
    EXPECT_TRUE(replayed) << replayed.error().message;
}

TEST_F(ExaminerTest, GoesOnFromTheStatusAsIfNeverInterrupted) {
    Examiner whole(object);
    order(whole, 0);
    for (int second = 1; second <= 3; ++second) whole.finish(scrape(whole, second, 100, 1));
    api::ModelDeployment recorded = object;
    recorded.status.analysis = api::AnalysisStatus{};
    recorded.status.analysis->state = whole.judgement()->state;

    Examiner restarted(recorded);
    restarted.order(recorded, plan, split, kStart + std::chrono::seconds(3));
    ASSERT_TRUE(restarted.judgement());
    EXPECT_EQ(restarted.judgement()->canaryRequestsInStep, whole.judgement()->canaryRequestsInStep);
    whole.finish(scrape(whole, 4, 100, 1));
    restarted.finish(scrape(restarted, 4, 100, 1));
    EXPECT_EQ(restarted.judgement()->canaryRequestsInStep, 300u);
    EXPECT_EQ(restarted.judgement()->canaryRequestsInStep, whole.judgement()->canaryRequestsInStep);
    EXPECT_EQ(restarted.judgement()->evidence, whole.judgement()->evidence);
}

// The judge's part of what the examiner puts into the status.
std::string judgesPart(const api::Judgement& judgement) {
    return judgement.state.substr(judgement.state.find('\n') + 1);
}

TEST_F(ExaminerTest, WhatItRecordedComesToTheSameState) {
    RecordingShelf shelf;
    Examiner whole(object, shelf.open("ml/fraud"));
    order(whole, 0);
    for (int second = 1; second <= 9; ++second) {
        if (second == 5) plan.order.step = 1;
        if (second == 7) {
            object.meta.generation = 2;
            object.spec.analysis.minRequests = 7;
        }
        order(whole, second);
        whole.finish(scrape(whole, second, 100, 1));
    }
    object.status.analysis = api::AnalysisStatus{};
    object.status.analysis->state = whole.judgement()->state;
    Examiner restarted(object, shelf.open("ml/again"));
    order(restarted, 9);
    for (int second = 10; second <= 12; ++second) restarted.finish(scrape(restarted, second, 100, 3));

    const auto replayed = [&](const std::string& key, const api::Judgement& said) {
        std::vector<judge::ReplayedAnswer> answers;
        const auto text = shelf.text(key, RecordingShelf::Which::Latest, "");
        const auto done = judge::replay(
            text.value_or(""), {[](const std::string&) {},
                                [&](const judge::ReplayedAnswer& answer) { answers.push_back(answer); }});
        EXPECT_TRUE(done) << done.error().message;
        for (const judge::ReplayedAnswer& answer : answers) EXPECT_TRUE(answer.same());
        if (!answers.empty()) {
            EXPECT_EQ(answers.back().judgement.state, judgesPart(said));
            EXPECT_EQ(answers.back().judgement.evidence, said.evidence);
        }
        return answers.size();
    };
    EXPECT_EQ(replayed("ml/fraud", *whole.judgement()), 8u) << "the first round has nothing to compare with";
    EXPECT_EQ(replayed("ml/again", *restarted.judgement()), 3u);
}

TEST_F(ExaminerTest, WhatItRecordedStaysWhenTheAttemptIsOver) {
    RecordingShelf shelf;
    Examiner examiner(object, shelf.open("ml/fraud"));
    order(examiner, 0);
    for (int second = 1; second <= 3; ++second) examiner.finish(scrape(examiner, second, 100, 0));
    const auto live = shelf.text("ml/fraud", RecordingShelf::Which::Latest, "");
    ASSERT_TRUE(live);
    const api::JudgeOrder ordered = plan.order;
    plan.order = {};
    order(examiner, 4);
    EXPECT_EQ(shelf.text("ml/fraud", RecordingShelf::Which::Latest, ""), live);
    plan.order = ordered;
    plan.order.attempt = 2;
    order(examiner, 5);
    EXPECT_EQ(shelf.text("ml/fraud", RecordingShelf::Which::Previous, ""), live);
    EXPECT_NE(shelf.text("ml/fraud", RecordingShelf::Which::Latest, ""), live);
}

TEST_F(ExaminerTest, SaysNothingOfAStepThatBeganAfterTheRecord) {
    Examiner whole(object);
    order(whole, 0);
    for (int second = 1; second <= 3; ++second) whole.finish(scrape(whole, second, 100, 0));
    object.status.analysis = api::AnalysisStatus{};
    object.status.analysis->state = whole.judgement()->state;
    plan.order.step = 1;
    plan.order.stepStartedAt = kStart + std::chrono::seconds(9);
    Examiner restarted(object);
    order(restarted, 10);
    EXPECT_FALSE(restarted.judgement());
}

TEST_F(ExaminerTest, AsksEachReadyPodOnceAtOnce) {
    plan.order = {};
    Examiner examiner(object);
    order(examiner, 0);
    auto request = examiner.questions(split, Examiner::Whom::NeverAsked);
    ASSERT_TRUE(request);
    ASSERT_EQ(request->targets.size(), 1u);
    EXPECT_EQ(request->targets[0].podUid, "n1");
    signals::Round round;
    round.pods.emplace_back().target = request->targets[0];
    round.pods[0].model = api::ModelAnswer::NotReady;
    EXPECT_TRUE(examiner.finishQuestions(round, Examiner::Whom::NotJudged).news);
    EXPECT_FALSE(examiner.finishQuestions(round, Examiner::Whom::NotJudged).news);
    EXPECT_EQ(examiner.modelAnswers().at("n1"), api::ModelAnswer::NotReady);
    EXPECT_FALSE(examiner.questions(split, Examiner::Whom::NeverAsked));
    EXPECT_TRUE(examiner.questions(split, Examiner::Whom::NotJudged));
    split.versions["new"].endpoints.clear();
    order(examiner, 1);
    EXPECT_TRUE(examiner.modelAnswers().empty());
}

TEST_F(ExaminerTest, RemembersTheRuntimeOfARevisionThatASourceMadeOfTheSameGeneration) {
    Examiner examiner(object);
    order(examiner, 0);
    object.spec.revision = "newer";  // the alias moved
    order(examiner, 1);
    ++object.meta.generation;
    object.spec.revision = "next";
    object.spec.runtime.ports.metrics = 9999;
    plan.order.stable = "newer";
    plan.order.canary = "next";
    split.versions["newer"] = split.versions["old"];
    split.versions["next"] = split.versions["new"];
    order(examiner, 2);
    const auto request = examiner.round(split);
    ASSERT_TRUE(request);
    for (const signals::Target& target : request->targets) {
        EXPECT_EQ(target.metricsPort, target.arm == signals::Arm::Canary ? 9999 : 8082);
    }
    EXPECT_EQ(request->targets.size(), 3u);
}

TEST_F(ExaminerTest, LetsTheProbeSpeakWhereThereIsNothingToAsk) {
    object.spec.runtime.readyPath.clear();
    Examiner examiner(object);
    order(examiner, 0);
    EXPECT_EQ(examiner.modelAnswers().at("n1"), api::ModelAnswer::Ready);
    EXPECT_FALSE(examiner.questions(split, Examiner::Whom::NeverAsked));
}

TEST_F(ExaminerTest, ForgetsWhenNothingIsJudged) {
    Examiner examiner(object);
    order(examiner, 0);
    for (int second = 1; second <= 3; ++second) examiner.finish(scrape(examiner, second, 100, 0));
    plan = {};
    order(examiner, 4);
    EXPECT_FALSE(examiner.wanted());
    EXPECT_FALSE(examiner.judgement());
    EXPECT_FALSE(examiner.round(split));
}

// A spec with a query beside the errors.
class QueryExaminerTest : public ExaminerTest {
  protected:
    QueryExaminerTest() {
        object.meta.ns = "ml";
        api::Metric value;
        value.name = "value";
        value.kind = api::MetricKind::Query;
        value.max = api::kMostBadLooks;
        value.query.promql =
            "sum(rate(a{v=\"{{revision}}\",w=\"{{stable}}\",n=\"{{namespace}}/{{name}}\"}[{{interval}}]))";
        value.query.min = 20;
        value.query.source = api::PrometheusSource{"http://prometheus:9090"};
        object.spec.analysis.metrics.push_back(value);
    }
    std::vector<signals::Query> asked(const Examiner& examiner) {
        const auto request = examiner.round(split);
        return request ? request->queries : std::vector<signals::Query>{};
    }
    // One more interval, in which nothing fails and the query is answered so.
    void look(Examiner& examiner, int second, const Result<double>& answer) {
        signals::Round round = scrape(examiner, second, 100, 0);
        for (const signals::Query& query : asked(examiner)) round.queries.push_back({query, answer});
        examiner.finish(round);
    }
};

TEST_F(QueryExaminerTest, IsAskedOfTheCanaryWithItsWordsFilledIn) {
    Examiner examiner(object);
    order(examiner, 0);
    const auto queries = asked(examiner);
    ASSERT_EQ(queries.size(), 1u);
    EXPECT_EQ(queries[0].metric, "value");
    EXPECT_EQ(queries[0].promql, "sum(rate(a{v=\"new\",w=\"old\",n=\"ml/fraud\"}[1s]))");
    EXPECT_EQ(queries[0].source.address, "http://prometheus:9090");
    EXPECT_TRUE(examiner.questions(split, Examiner::Whom::All)->queries.empty());
}

TEST_F(QueryExaminerTest, IsNotAskedBeforeThereIsACanary) {
    Examiner examiner(object);
    plan.order.mode = api::JudgeMode::Evaluate;
    plan.order.canary.clear();
    order(examiner, 0);
    EXPECT_TRUE(asked(examiner).empty());
    EXPECT_TRUE(examiner.round(split).has_value());
    plan.order.mode = api::JudgeMode::Compare;
    plan.order.canary = "new";
    order(examiner, 1);
    EXPECT_EQ(asked(examiner).size(), 1u);
    split.versions["new"].endpoints.clear();
    EXPECT_TRUE(asked(examiner).empty()) << "nor while no pod of it has an endpoint";
}

TEST_F(QueryExaminerTest, TakesBackACanaryThatIsBeyondItsLimit) {
    Examiner examiner(object);
    order(examiner, 0);
    int second = 1;
    for (; second < 60 && !(examiner.judgement() && examiner.judgement()->harm); ++second) {
        look(examiner, second, 18.25);
    }
    ASSERT_TRUE(examiner.judgement()->harm);
    EXPECT_EQ(examiner.judgement()->headline, "value is 18.2, below 20 in 13 of 13 looks");
    EXPECT_EQ(second, 16) << "a baseline, an interval until it is known to answer, and thirteen looks";
}

TEST_F(QueryExaminerTest, HoldsWhileItIsNotAnswered) {
    Examiner examiner(object);
    order(examiner, 0);
    for (int second = 1; second < 6; ++second) look(examiner, second, 24.0);
    EXPECT_FALSE(examiner.judgement()->noDataSince);
    look(examiner, 6, Error{ErrorCode::Unavailable, "Prometheus at http://prometheus:9090: HTTP 503"});
    EXPECT_TRUE(examiner.judgement()->noDataSince);
    EXPECT_EQ(examiner.judgement()->holding, "value: Prometheus at http://prometheus:9090: HTTP 503");
}

TEST_F(QueryExaminerTest, StaysTheOneOfTheLastGoodSpec) {
    Examiner examiner(object);
    order(examiner, 0);
    object.spec.analysis.metrics[1].query.promql = "other";
    object.spec.analysis.interval = std::chrono::seconds(9);
    object.spec.problems = {"spec.analysis.metrics[0]: is wrong"};
    ++object.meta.generation;
    order(examiner, 1);
    ASSERT_EQ(asked(examiner).size(), 1u);
    EXPECT_EQ(asked(examiner)[0].promql, "sum(rate(a{v=\"new\",w=\"old\",n=\"ml/fraud\"}[1s]))")
        << "the judge goes on with that, too";
    EXPECT_EQ(examiner.interval(), std::chrono::seconds(1));
    EXPECT_EQ(examiner.askInterval(), std::chrono::seconds(1));
    EXPECT_EQ(examiner.round(split)->interval, std::chrono::seconds(1));
}

// A spec whose histogram is compared with a profile in a ConfigMap.
class ReferenceExaminerTest : public ExaminerTest {
  protected:
    ReferenceExaminerTest() {
        api::Metric amount;
        amount.name = "amount";
        amount.kind = api::MetricKind::HistogramDrift;
        amount.histogram = "feature_amount";
        amount.referenceFeature = "amount";
        object.spec.analysis.metrics.push_back(amount);
        object.spec.analysis.reference = source;
    }
    static ReferenceReading good() {
        api::Profile profile;
        profile.features["amount"].edges = {1, 2};
        profile.features["amount"].buckets = {1, 1, 1};
        profile.features["amount"].total = 3;
        return {{profile, ""}, false};
    }
    // What is wrong with the reference, after one more interval.
    std::string troubleAfter(Examiner& examiner, int second) {
        examiner.finish(scrape(examiner, second, 100, 0));
        return examiner.judgement()->dataDrift->trouble;
    }

    const api::ConfigMapKey source{"training", "profile.json"};
    const Duration now = std::chrono::hours(1);
};

TEST_F(ReferenceExaminerTest, TheProfileIsReadWhenSomethingIsJudgedAndAgainAfterMinutes) {
    Examiner examiner(object);
    EXPECT_FALSE(examiner.referenceDue(now));
    order(examiner, 0);
    EXPECT_EQ(examiner.referenceDue(now), source);
    examiner.learnReference(source, good(), now);
    EXPECT_FALSE(examiner.referenceDue(now + std::chrono::minutes(4)));
    EXPECT_EQ(examiner.referenceDue(now + std::chrono::minutes(5)), source);
    plan.order = {};
    order(examiner, 1);
    EXPECT_FALSE(examiner.referenceDue(now + std::chrono::hours(1)));
}

TEST_F(ReferenceExaminerTest, WhatCouldNotBeReadIsTriedAgainSooner) {
    Examiner examiner(object);
    order(examiner, 0);
    examiner.learnReference(source, {{std::nullopt, "there is none"}, false}, now);
    EXPECT_FALSE(examiner.referenceDue(now + std::chrono::seconds(59)));
    EXPECT_EQ(examiner.referenceDue(now + std::chrono::minutes(1)), source);
}

TEST_F(ReferenceExaminerTest, AnotherNameIsReadAtOnceAndALateAnswerOfTheOldOneIsLeftOut) {
    Examiner examiner(object);
    order(examiner, 0);
    examiner.learnReference(source, good(), now);
    object.spec.analysis.reference->configMap = "other";
    ++object.meta.generation;
    order(examiner, 1);
    examiner.learnReference(source, good(), now);
    EXPECT_EQ(examiner.referenceDue(now), object.spec.analysis.reference);
    examiner.finish(scrape(examiner, 1, 100, 0));
    EXPECT_EQ(troubleAfter(examiner, 2), "amount: the profile was not read yet");
}

TEST_F(ReferenceExaminerTest, AServerThatDoesNotAnswerTakesNothingFromWhatIsKnown) {
    Examiner examiner(object);
    order(examiner, 0);
    examiner.learnReference(source, good(), now);
    examiner.learnReference(source, {{std::nullopt, "it did not answer"}, true}, now);
    examiner.finish(scrape(examiner, 1, 100, 0));
    EXPECT_EQ(troubleAfter(examiner, 2), "");
    examiner.learnReference(source, {{std::nullopt, "it is gone"}, false}, now);
    EXPECT_EQ(troubleAfter(examiner, 3), "amount: it is gone");
}

TEST_F(ExaminerTest, AQueryThatComparesIsNotAskedWhereThereIsNoOtherVersion) {
    api::Metric query;
    query.name = "value";
    query.kind = api::MetricKind::Query;
    query.max = api::kMostBadLooks;
    query.query.source = api::PrometheusSource{.address = "http://prometheus:9090"};
    query.query.promql = "a{v=\"{{revision}}\"}";
    object.spec.analysis.metrics.push_back(query);
    query.name = "ratio";
    query.query.promql = "a{v=\"{{revision}}\"} / a{v=\"{{stable}}\"}";
    object.spec.analysis.metrics.push_back(query);
    plan.order.mode = api::JudgeMode::Watch;
    Examiner examiner(object);
    order(examiner, 0);
    EXPECT_EQ(examiner.round(split)->queries.size(), 2u);
    plan.order.stable.clear();
    order(examiner, 1);
    const auto round = examiner.round(split);
    ASSERT_EQ(round->queries.size(), 1u);
    EXPECT_EQ(round->queries[0].metric, "value");
}

}  // namespace
}  // namespace serin::runtime
