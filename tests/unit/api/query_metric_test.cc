#include "tests/unit/api/objects.h"

namespace serin::api {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

constexpr const char* kErrors = R"({"name":"errors","errorRate":{}})";
constexpr const char* kFrom = R"("from":{"prometheus":{"address":"http://prometheus:9090"}},)";

Spec specWith(const std::string& from, const std::string& metrics) {
    return specOf(smallSpec(R"(,"analysis":{)" + from + R"("metrics":[)" + metrics + "]}"));
}

// A spec with a query beside the errors; `members` are those of the query, `more` those of the metric.
Spec queried(const std::string& members, const std::string& more, const std::string& from = kFrom) {
    return specWith(from,
                    std::string(kErrors) + R"(,{"name":"value","query":{)" + members + "}" + more + "}");
}

Metric metricIn(const Spec& spec) {
    EXPECT_THAT(spec.problems, IsEmpty());
    return spec.analysis.metrics.at(1);
}

std::vector<std::string> problems(const std::string& members, const std::string& more,
                                  const std::string& from = kFrom) {
    return queried(members, more, from).problems;
}

constexpr const char* kPromql = R"~("promql":"sum(a{v=\"{{revision}}\"})")~";
constexpr const char* kMin = R"(,"worseThan":{"min":20})";

TEST(QueryMetric, IsAGuardThatLimitsTheShareOfBadLooks) {
    const Metric metric = metricIn(queried(kPromql, kMin));
    EXPECT_EQ(metric.kind, MetricKind::Query);
    EXPECT_EQ(metric.query.promql, "sum(a{v=\"{{revision}}\"})");
    EXPECT_EQ(metric.query.min, 20);
    EXPECT_EQ(metric.query.max, std::nullopt);
    EXPECT_EQ(metric.max, kMostBadLooks);
    EXPECT_EQ(metric.worseOddsRatio, std::nullopt);
    EXPECT_TRUE(metric.isRate() && metric.guard());
    const Metric both =
        metricIn(queried(kPromql, R"(,"worseThan":{"min":-1.5,"max":3e6},"weight":2,"role":"Guard")"));
    EXPECT_EQ(both.query.min, -1.5);
    EXPECT_EQ(both.query.max, 3e6);
    EXPECT_EQ(both.weight, 2);
    EXPECT_FALSE(metricIn(queried(kPromql, R"(,"worseThan":{"max":0},"role":"Observe")")).guard());
}

TEST(QueryMetric, IsPutToThePrometheusOfTheAnalysisUnlessItNamesOne) {
    EXPECT_EQ(metricIn(queried(kPromql, kMin)).query.source->address, "http://prometheus:9090");
    const std::string own = std::string(kPromql) + R"(,"prometheus":{"address":"https://other/p/"})";
    EXPECT_EQ(metricIn(queried(own, kMin)).query.source->address, "https://other/p");
    EXPECT_EQ(metricIn(queried(own, kMin, "")).query.source->address, "https://other/p");
    EXPECT_THAT(
        problems(kPromql, kMin, ""),
        ElementsAre("spec.analysis.metrics[1].query.prometheus: is missing, and analysis.from names no "
                    "Prometheus; state its address, such as {address: http://prometheus.monitoring:9090}"));
}

TEST(QueryMetric, RefusesAnAddressAndAScrapeIntervalInItsOwnField) {
    const auto own = [](const std::string& prometheus) {
        return problems(std::string(kPromql) + R"(,"prometheus":)" + prometheus, kMin);
    };
    EXPECT_THAT(own(R"({"address":"p:9090"})"),
                ElementsAre(StartsWith("spec.analysis.metrics[1].query.prometheus.address: is \"p:9090\"")));
    EXPECT_THAT(
        own(R"({"address":"http://p","scrapeInterval":"30s"})"),
        ElementsAre("spec.analysis.metrics[1].query.prometheus.scrapeInterval: is stated for a query, which "
                    "is asked once in analysis.interval however often Prometheus scrapes; remove it"));
}

TEST(QueryMetric, NeedsPromQLWithWordsThatAreKnown) {
    const std::string field = "spec.analysis.metrics[1].query.promql: ";
    EXPECT_THAT(problems("", kMin), ElementsAre(StartsWith(field + "is missing; state a query in PromQL")));
    EXPECT_THAT(problems(R"("promql":" ")", kMin), ElementsAre(StartsWith(field + "is missing")));
    EXPECT_THAT(problems(R"("promql":"a{v=\"{{version}}\"}")", kMin),
                ElementsAre(field + "has {{version}}, which means nothing; state one of {{revision}}, "
                                    "{{stable}}, {{namespace}}, {{name}}, {{interval}}"));
    EXPECT_THAT(problems(R"("promql":"a{v=\"{{revision\"}")", kMin),
                ElementsAre(StartsWith(field + "has {{ without }} after it")));
    EXPECT_THAT(problems(R"("promql":")" + std::string(4097, 'a') + "\"", kMin),
                ElementsAre(StartsWith(field + "has 4097 characters; use at most 4096")));
}

TEST(QueryMetric, NeedsALimitThatANumberCanKeepTo) {
    const std::string field = "spec.analysis.metrics[1].worseThan";
    EXPECT_THAT(problems(kPromql, ""),
                ElementsAre(field + ": states neither min nor max, and a query has no default; state the "
                                    "least number that is good, the largest one, or both"));
    EXPECT_THAT(problems(kPromql, R"(,"worseThan":{"min":2,"max":1.5})"),
                ElementsAre(field + ".min: is 2, above max 1.5, so that no number would be good; state a "
                                    "smaller min or a larger max"));
    EXPECT_THAT(problems(kPromql, R"(,"worseThan":{"min":2,"max":2})"), IsEmpty());
    EXPECT_THAT(problems(kPromql, R"(,"worseThan":{"min":"20"})"),
                ElementsAre(AllOf(StartsWith(field + ".min: is \"20\""), HasSubstr("state a number"))));
}

TEST(QueryMetric, RefusesMarginsThatWouldHaveNoEffect) {
    EXPECT_THAT(problems(kPromql, R"(,"worseThan":{"min":2,"stable":{"oddsRatio":2}})"),
                ElementsAre(AllOf(StartsWith("spec.analysis.metrics[1].worseThan.stable: "),
                                  HasSubstr("judged by itself"), HasSubstr("{{stable}}"))));
    EXPECT_THAT(problems(kPromql, R"(,"worseThan":{"min":2},"safeWithin":{"difference":0.1})"),
                ElementsAre(AllOf(StartsWith("spec.analysis.metrics[1].safeWithin: "),
                                  HasSubstr("remove safeWithin"))));
    EXPECT_THAT(problems(kPromql, R"(,"worseThan":{"min":2},"reference":{})"),
                ElementsAre(StartsWith("spec.analysis.metrics[1].reference: is stated")));
}

TEST(QueryMetric, MayComeLaterThanItsVersionButNotAfterTheWatch) {
    const std::string later = std::string(kPromql) + R"(,"delay":"6h")";
    const Metric metric = metricIn(queried(later, kMin));
    EXPECT_EQ(metric.query.delay, std::chrono::hours(6));
    EXPECT_TRUE(metric.guard() && metric.isDelayed());
    EXPECT_FALSE(metric.awaited());
    EXPECT_TRUE(metricIn(queried(kPromql, kMin)).awaited());
    const auto watched = [&](const std::string& watchFor) {
        return problems(later, kMin, std::string(kFrom) + R"("watchFor":")" + watchFor + "\",");
    };
    EXPECT_THAT(watched("Forever"), IsEmpty());
    EXPECT_THAT(watched("7h"), IsEmpty());
    for (const char* watchFor : {"6h", "0s"}) {
        EXPECT_THAT(
            watched(watchFor),
            ElementsAre(AllOf(StartsWith("spec.analysis.metrics[1].query.delay: is 6h, but the promoted "
                                         "version is watched for "),
                              HasSubstr("state a longer analysis.watchFor, or Forever"))));
    }
    EXPECT_THAT(problems(std::string(kPromql) + R"(,"delay":"1d")", kMin),
                ElementsAre(StartsWith("spec.analysis.metrics[1].query.delay: \"1d\" is not a duration")));
}

TEST(QueryMetric, IsOneKindAmongOthers) {
    EXPECT_THAT(specWith(kFrom, R"({"name":"e","errorRate":{},"query":{"promql":"a"}})").problems,
                ElementsAre(HasSubstr("more than one of errorRate, latency, share, mean, drift and query")));
}

// What tells a canary without traffic from one that is well is counted on the pods.
TEST(QueryMetric, NeedsAMetricOfThePodsBesideIt) {
    const std::string query = R"({"name":"v","query":{"promql":"a"},"worseThan":{"min":1}})";
    EXPECT_THAT(specWith(kFrom, query).problems,
                ElementsAre(AllOf(StartsWith("spec.analysis.metrics: has only queries"),
                                  HasSubstr("{name: errors, errorRate: {}}, with role: Observe"))));
    EXPECT_THAT(specWith(kFrom, R"({"name":"e","errorRate":{},"role":"Observe"},)" + query).problems,
                IsEmpty());
}

TEST(QueryMetric, IsThereTenTimesAtMost) {
    std::string metrics = kErrors;
    for (int i = 0; i < 10; ++i) {
        metrics +=
            R"(,{"name":"v)" + std::to_string(i) + R"(","query":{"promql":"a"},"worseThan":{"min":1}})";
    }
    EXPECT_THAT(specWith(kFrom, metrics).problems, IsEmpty());
    metrics += R"(,{"name":"w","query":{"promql":"a"},"worseThan":{"min":1}})";
    EXPECT_THAT(specWith(kFrom, metrics).problems,
                ElementsAre("spec.analysis.metrics: has 11 queries; keep at most 10"));
}

}  // namespace
}  // namespace serin::api
