// What opens a Prometheus or the pods' metrics: read before it is used, kept, read again, and told to nobody.
#include <gmock/gmock.h>

#include "api/codec.h"
#include "plan/plan.h"
#include "runtime/metrics.h"
#include "runtime/readings.h"
#include "runtime/recording_shelf.h"
#include "tests/unit/apply/fakes.h"
#include "tests/unit/runtime/examiner_fixture.h"

namespace serin::runtime {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view kBearer = "Bearer ";

// Remembers what it was shown, and answers with its status and the words that it was shown.
class EchoingPoster final : public net::FormPoster {
  public:
    Result<HttpResponse> post(const std::string&, const std::string&, Duration, size_t,
                              const net::Access& access) override {
        shown.push_back(access.authorization);
        return HttpResponse{status, {}, R"({"status":"error","error":"no )" + access.authorization + "\"}"};
    }
    int status = 401;
    std::vector<std::string> shown;
};

// The same of pods: the number on the page is the token.
class EchoingPods final : public net::Fetcher {
  public:
    Result<HttpResponse> get(const std::string&, int, const std::string& path, Duration, size_t,
                             const net::Access* https, net::Offer) override {
        if (path != "/metrics") return HttpResponse{200, {}, ""};  // the question for the model
        shown.push_back(https == nullptr ? "in the clear" : https->authorization);
        return HttpResponse{status, {}, "requests_total " + shown.back().substr(kBearer.size()) + "\n"};
    }
    int status = 200;
    std::vector<std::string> shown;
};

class ExaminerAccessTest : public ExaminerTest {
  protected:
    ExaminerAccessTest() {
        object.meta.ns = "ml";
        object.spec.analysis.prometheus =
            api::PrometheusSource{"https://prometheus:9090", seconds(2), seconds(10), source};
    }
    void readFromPods() {
        object.spec.analysis.prometheus.reset();
        object.spec.metricsAccess = source;
        object.spec.runtime.metricsHttps = true;
        // As this process saw it before.
        object.spec.revision = "old";
    }
    // A query that is asked elsewhere than the pods' numbers, and opened by something else.
    void askAnother() {
        api::Metric value;
        value.name = "value";
        value.kind = api::MetricKind::Query;
        value.max = api::kMostBadLooks;
        value.query.promql = "sum(order_value)";
        value.query.min = 20;
        value.query.source = api::PrometheusSource{"https://metrics", seconds(15), seconds(10), another};
        object.spec.analysis.metrics.push_back(value);
    }
    static AccessReading good(const std::string& token) { return {{"Bearer " + token, "", "", {token}}, {}}; }
    static AccessReading bad(const std::string& why, bool failed) { return {{}, {why, failed}}; }

    // The round that the examiner asks for now, as a scraper without threads makes it.
    signals::Round look(const Examiner& examiner, int second) {
        clock.now = kStart + seconds(second);
        clock.boot = seconds(second);
        signals::PrometheusReader reader(poster, clock, 0);
        signals::Scraper scraper(pods, clock, 0, &reader);
        return scraper.scrape(*examiner.round(split));
    }
    static std::string why(const signals::Round& round, size_t pod = 0) {
        const auto& reading = round.pods.at(pod).reading;
        return reading ? "read" : reading.error().message;
    }

    const api::AccessSource source{"reader", std::nullopt, ""};
    const api::AccessSource another{"business", std::nullopt, ""};
    const Duration now = std::chrono::hours(1);
    serin::testing::ManualClock clock;
    EchoingPoster poster;
    EchoingPods pods;
};

TEST_F(ExaminerAccessTest, RoundsFailWithTheReasonUntilTheAccessIsKnown) {
    Examiner examiner(object);
    EXPECT_FALSE(examiner.accessDue(now)) << "nothing is judged yet";
    order(examiner, 0);
    EXPECT_EQ(examiner.accessDue(now), source);
    EXPECT_EQ(why(look(examiner, 1)),
              "the credentials or certificates that the spec names were not read yet");
    examiner.learnAccess(source, bad("there is no Secret", false), now);
    for (size_t pod : {0U, 1U, 2U}) EXPECT_EQ(why(look(examiner, 2), pod), "there is no Secret");
    EXPECT_TRUE(poster.shown.empty());
    examiner.learnAccess(source, good("abc"), now);
    look(examiner, 3);
    EXPECT_EQ(poster.shown, std::vector<std::string>{"Bearer abc"});
}

TEST_F(ExaminerAccessTest, ARoundWithoutAccessHoldsAndSaysWhyInTheStratum) {
    Examiner examiner(object);
    order(examiner, 0);
    examiner.learnAccess(source, bad("there is no Secret", false), now);
    examiner.finish(look(examiner, 1));
    const auto finding = examiner.finish(look(examiner, 2));
    ASSERT_TRUE(finding.stratum);
    EXPECT_EQ(finding.stratum->troubles, std::vector<std::string>{"there is no Secret"});
    EXPECT_FALSE(examiner.judgement()->harm);
    EXPECT_EQ(examiner.judgement()->canaryRequestsInStep, 0u);
}

TEST_F(ExaminerAccessTest, IsReadAgainAfterMinutesAndSoonerWhereItCouldNotBeRead) {
    Examiner examiner(object);
    order(examiner, 0);
    examiner.learnAccess(source, bad("there is no Secret", false), now);
    EXPECT_FALSE(examiner.accessDue(now + seconds(59)));
    EXPECT_EQ(examiner.accessDue(now + minutes(1)), source);
    examiner.learnAccess(source, good("abc"), now);
    EXPECT_FALSE(examiner.accessDue(now + minutes(4)));
    EXPECT_EQ(examiner.accessDue(now + minutes(5)), source);
    plan.order = {};
    order(examiner, 1);
    EXPECT_FALSE(examiner.accessDue(now + minutes(5))) << "nothing is judged any more";
}

TEST_F(ExaminerAccessTest, ATokenThatIsRefusedIsReadAgainAtOnceButOnceAMinuteAtMost) {
    Examiner examiner(object);
    order(examiner, 0);
    examiner.learnAccess(source, good("old"), now);
    for (const int status : {401, 403}) {
        poster.status = status;
        EXPECT_TRUE(examiner.finish(look(examiner, status)).news);
        EXPECT_FALSE(examiner.accessDue(now + seconds(59)));
        EXPECT_EQ(examiner.accessDue(now + minutes(1)), source);
        examiner.learnAccess(source, good("new"), now);
        EXPECT_FALSE(examiner.accessDue(now + minutes(1)));
    }
    look(examiner, 500);
    EXPECT_EQ(poster.shown, (std::vector<std::string>{"Bearer old", "Bearer new", "Bearer new"}));
    poster.status = 503;
    examiner.finish(look(examiner, 501));
    EXPECT_FALSE(examiner.accessDue(now + minutes(1))) << "another trouble";
}

TEST_F(ExaminerAccessTest, WhatIsKnownStaysWhereTheApiServerDoesNotAnswerAndEndsWhereItRefuses) {
    Examiner examiner(object);
    order(examiner, 0);
    examiner.learnAccess(source, good("abc"), now);
    examiner.learnAccess(source, bad("no answer", true), now);
    look(examiner, 1);
    EXPECT_EQ(poster.shown, std::vector<std::string>{"Bearer abc"});
    examiner.learnAccess(source, bad("may not be read", false), now);
    EXPECT_EQ(why(look(examiner, 2)), "may not be read");
    EXPECT_EQ(poster.shown.size(), 1u);
}

TEST_F(ExaminerAccessTest, AnotherSecretIsReadAtOnceAndNothingOfTheOldOneIsShownToAnybody) {
    Examiner examiner(object);
    order(examiner, 0);
    examiner.learnAccess(source, good("abc"), now);
    object.spec.analysis.prometheus->access.secret = "another";
    ++object.meta.generation;
    order(examiner, 1);
    examiner.learnAccess(source, good("abc"), now);  // a late answer
    EXPECT_EQ(examiner.accessDue(now), object.spec.analysis.prometheus->access);
    look(examiner, 1);
    EXPECT_TRUE(poster.shown.empty());
}

TEST_F(ExaminerAccessTest, ASpecThatIsNotAcceptedLeadsTheAccessToNoOtherServer) {
    Examiner examiner(object);
    order(examiner, 0);
    examiner.learnAccess(source, good("abc"), now);
    object.spec.analysis.prometheus->address = "https://elsewhere";
    object.spec.problems = {"spec.model.name: is missing"};
    ++object.meta.generation;
    order(examiner, 1);
    EXPECT_EQ(examiner.round(split)->prometheus->source.address, "https://prometheus:9090");
}

TEST_F(ExaminerAccessTest, NobodyIsAskedForNumbersUntilASpecIsAccepted) {
    object.spec.problems = {"spec.model.name: is missing"};
    for (const bool fromPods : {false, true}) {
        if (fromPods) readFromPods();
        Examiner examiner(object);
        order(examiner, 0);
        EXPECT_FALSE(examiner.accessDue(now));
        for (size_t pod : {0U, 1U, 2U}) {
            EXPECT_THAT(why(look(examiner, 1), pod), HasSubstr("the spec was not accepted"));
        }
        examiner.finish(look(examiner, 1));
        const auto finding = examiner.finish(look(examiner, 2));
        ASSERT_TRUE(finding.stratum);
        ASSERT_EQ(finding.stratum->troubles.size(), 1u);
        EXPECT_THAT(finding.stratum->troubles[0], HasSubstr("the spec was not accepted"));
        EXPECT_TRUE(poster.shown.empty());
        EXPECT_TRUE(pods.shown.empty());
    }
}

TEST_F(ExaminerAccessTest, IsAskedAgainAsSoonAsASpecIsAccepted) {
    object.spec.problems = {"spec.model.name: is missing"};
    Examiner examiner(object);
    order(examiner, 0);
    object.spec.problems.clear();
    ++object.meta.generation;
    order(examiner, 1);
    EXPECT_EQ(examiner.accessDue(now), source);
    examiner.learnAccess(source, good("abc"), now);
    look(examiner, 1);
    EXPECT_EQ(poster.shown, std::vector<std::string>{"Bearer abc"});
}

TEST_F(ExaminerAccessTest, NoSecretIsKeptWhenNothingIsJudgedAnyMore) {
    Examiner examiner(object);
    order(examiner, 0);
    examiner.learnAccess(source, good("abc"), now);
    const api::JudgeOrder ordered = plan.order;
    plan.order = {};
    order(examiner, 1);
    examiner.learnAccess(source, good("abc"), now);  // a late answer
    plan.order = ordered;
    order(examiner, 2);
    EXPECT_EQ(examiner.accessDue(now), source) << "it is read anew";
    EXPECT_EQ(why(look(examiner, 2)),
              "the credentials or certificates that the spec names were not read yet");
    EXPECT_TRUE(poster.shown.empty());
}

TEST_F(ExaminerAccessTest, EachServerIsShownItsOwnAccess) {
    askAnother();
    Examiner examiner(object);
    order(examiner, 0);
    examiner.learnAccess(source, good("abc"), now);
    EXPECT_EQ(examiner.accessDue(now), another);
    const signals::Round first = look(examiner, 1);
    EXPECT_EQ(poster.shown, std::vector<std::string>{"Bearer abc"});
    EXPECT_EQ(first.queries.at(0).answer.error().message,
              "the credentials or certificates that the spec names were not read yet");
    examiner.learnAccess(another, good("xyz"), now);
    EXPECT_FALSE(examiner.accessDue(now));
    EXPECT_TRUE(examiner.finish(look(examiner, 2)).news);
    EXPECT_THAT(poster.shown, ::testing::UnorderedElementsAre("Bearer abc", "Bearer abc", "Bearer xyz"));
    EXPECT_TRUE(examiner.accessDue(now + minutes(1))) << "both were refused";
    examiner.learnAccess(source, good("abc"), now + minutes(1));
    EXPECT_EQ(examiner.accessDue(now + minutes(1)), another);
}

TEST_F(ExaminerAccessTest, OneReadingThatIsNotAnsweredIsEnoughAtATime) {
    askAnother();
    Examiner examiner(object);
    order(examiner, 0);
    AccessReading answer = bad("no answer", true);
    std::vector<std::string> asked;
    const auto keep = [&] {
        const ReadAccess read = [&](const std::string&, const api::AccessSource& from,
                                    const std::stop_token&) {
            asked.push_back(from.secret);
            return answer;
        };
        keepReadings(examiner, "ml", {}, read, clock, {});
        return asked;
    };
    EXPECT_EQ(keep(), (std::vector<std::string>{"reader"}));
    EXPECT_EQ(keep(), (std::vector<std::string>{"reader", "business"})) << "the others have their turn";
    EXPECT_EQ(keep().size(), 2u);
    clock.pass(minutes(1));
    answer = good("abc");
    EXPECT_EQ(keep(), (std::vector<std::string>{"reader", "business", "reader", "business"}));
}

TEST_F(ExaminerAccessTest, ANameForTheCertificateAloneNeedsNoReading) {
    object.spec.analysis.prometheus->access = {"", std::nullopt, "p.example.com"};
    Examiner examiner(object);
    order(examiner, 0);
    EXPECT_FALSE(examiner.accessDue(now));
    EXPECT_EQ(examiner.round(split)->access->serverName, "p.example.com");
}

TEST_F(ExaminerAccessTest, PodsThatServeInTheClearAreShownNoCredentials) {
    readFromPods();
    Examiner examiner(object);
    object.spec.revision = "new";
    object.spec.runtime.metricsHttps = false;
    ++object.meta.generation;
    order(examiner, 0);
    EXPECT_EQ(why(look(examiner, 1), 2),
              "the credentials or certificates that the spec names were not read yet");
    EXPECT_TRUE(pods.shown.empty()) << "one arm alone would be compared with nothing";
    examiner.learnAccess(source, good("abc"), now);
    look(examiner, 2);
    std::ranges::sort(pods.shown);
    EXPECT_EQ(pods.shown, (std::vector<std::string>{"Bearer abc", "Bearer abc", "in the clear"}));
}

TEST_F(ExaminerAccessTest, ARefusalOfAPodHasTheAccessReadAgain) {
    readFromPods();
    Examiner examiner(object);
    order(examiner, 0);
    examiner.learnAccess(source, good("abc"), now);
    pods.status = 401;
    EXPECT_TRUE(examiner.finish(look(examiner, 1)).news);
    EXPECT_EQ(examiner.accessDue(now + minutes(1)), source);
}

// Everything that leaves the process after a look: status, events, recordings, metrics of its own.
std::string told(Examiner& examiner, const Examiner::Finding& finding, const api::ModelDeployment& object,
                 const RecordingShelf& shelf) {
    api::Observed seen;
    seen.at = kStart + minutes(1);
    seen.object = object;
    seen.judgement = examiner.judgement();
    const api::Plan plan = plan::plan(seen);
    std::string out = plan.status ? api::statusBody(object, *plan.status) : "";
    for (const api::EventNote& note : plan.events) out += note.note;
    for (const std::string& trouble :
         finding.stratum ? finding.stratum->troubles : std::vector<std::string>()) {
        out += trouble;
    }
    if (seen.judgement) out += seen.judgement->unreachable + seen.judgement->state;
    out += shelf.text("ml/fraud", RecordingShelf::Which::Latest, "").value_or("");
    Metrics metrics;
    if (finding.stratum) metrics.counted("ml", "fraud", *finding.stratum);
    metrics.show(object, object.status, seen.judgement ? &*seen.judgement : nullptr);
    return out + metrics.text();
}

TEST_F(ExaminerAccessTest, NobodyIsToldASecretThoughTheServerRepeatsIt) {
    for (const bool fromPods : {false, true}) {
        if (fromPods) readFromPods();
        ++object.meta.generation;
        RecordingShelf shelf;
        Examiner examiner(object, shelf.open("ml/fraud"));
        order(examiner, 0);
        examiner.learnAccess(source, good("s3cret-token"), now);
        examiner.finish(look(examiner, 1));
        for (int second = 2; second <= 6; ++second) {
            poster.status = second < 4 ? 401 : 200;
            const auto finding = examiner.finish(look(examiner, second));
            ASSERT_TRUE(finding.stratum);
            EXPECT_THAT(told(examiner, finding, object, shelf),
                        AllOf(HasSubstr(fromPods ? "/metrics: line 1: \"[secret]\"" : "no Bearer [secret]"),
                              Not(HasSubstr("s3cret"))));
        }
        EXPECT_EQ((fromPods ? pods.shown : poster.shown).back(), "Bearer s3cret-token") << "it was sent";
    }
}

}  // namespace
}  // namespace serin::runtime
