#include "tests/unit/api/objects.h"

namespace serin::api {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::string with(const std::string& metric) {
    return smallSpec(R"(,"analysis":{"metrics":[{"name":"m",)" + metric + "}]}");
}

Metric metricOf(const std::string& metric) {
    const Spec spec = specOf(with(metric));
    EXPECT_THAT(spec.problems, IsEmpty()) << metric;
    return spec.analysis.metrics.at(0);
}

// Expects exactly one problem, of this field of the metric.
void expectProblem(const std::string& metric, const std::string& field, const std::string& what,
                   const std::string& wayOut) {
    EXPECT_THAT(specOf(with(metric)).problems,
                ElementsAre(AllOf(testing::StartsWith("spec.analysis.metrics[0]." + field + ": "),
                                  HasSubstr(what), HasSubstr(wayOut))))
        << metric;
}

const std::string kOrders = R"("share":{"total":"offers_total","good":"orders_total"},)";

TEST(Limit, OfGoodEventsIsOneOfTheOthers) {
    const Metric orders = metricOf(kOrders + R"("worseThan":{"min":0.02})");
    EXPECT_DOUBLE_EQ(orders.max.value(), 0.98);
    EXPECT_EQ(orders.limitForm.min, 0.02);
    EXPECT_EQ(orders.worseOddsRatio, std::nullopt) << "nothing else was asked for";
    const Metric both = metricOf(kOrders + R"("worseThan":{"min":0.02,"stable":{"oddsRatio":1.5}})");
    EXPECT_EQ(both.worseOddsRatio, 1.5);
    EXPECT_EQ(metricOf(kOrders + R"("worseThan":{"max":0.9})").limitForm, LimitForm()) << "of the bad ones";
}

TEST(Limit, OfGoodEventsNeedsThem) {
    const std::string field = "worseThan.min";
    expectProblem(R"("share":{"total":"a","bad":"b"},"worseThan":{"min":0.02})", field,
                  "share.good is not stated", "or worseThan.max");
    expectProblem(R"("errorRate":{},"worseThan":{"min":0.99})", field, "share.good", "or worseThan.max");
    expectProblem(R"("latency":{},"worseThan":{"min":0.99})", field, "share.good", "or worseThan.max");
    expectProblem(kOrders + R"("worseThan":{"min":2})", field, "is 2;", "at most 1");
}

TEST(Limit, OfAQuantileIsOneOfWhatTakesLonger) {
    const Metric latency = metricOf(R"("latency":{},"worseThan":{"quantile":{"level":0.99,"max":"500ms"}})");
    EXPECT_EQ(latency.slowerThan, 0.5);
    EXPECT_NEAR(latency.max.value(), 0.01, 1e-12);
    EXPECT_EQ(latency.limitForm.quantile, 0.99);
    EXPECT_EQ(latency.worseOddsRatio, std::nullopt);
    const Metric plain = metricOf(R"("latency":{"slowerThan":"500ms"},"worseThan":{"max":0.01})");
    EXPECT_EQ(plain.slowerThan, latency.slowerThan);
    EXPECT_EQ(plain.limitForm, LimitForm());
}

TEST(Limit, OfAQuantileNeedsALevelAndATime) {
    const std::string field = "worseThan.quantile";
    const auto quantile = [](const std::string& value) {
        return R"("latency":{},"worseThan":{"quantile":)" + value + "}";
    };
    expectProblem(quantile(R"({"level":0.99})"), field + ".max", "is missing", "such as 500ms");
    expectProblem(quantile(R"({"max":"1s"})"), field + ".level", "is missing", "such as 0.99");
    expectProblem(quantile(R"({"level":99,"max":"1s"})"), field + ".level", "is 99;", "at most 1");
    expectProblem(quantile(R"({"level":0.99,"max":0.5})"), field + ".max", "is 0.5;", "a duration");
    expectProblem(R"("errorRate":{},"worseThan":{"quantile":{"level":0.99,"max":"1s"}})", field, "no latency",
                  "latency: {}");
    expectProblem(R"("latency":{"slowerThan":"1s"},"worseThan":{"quantile":{"level":0.99,"max":"1s"}})",
                  "latency.slowerThan", "beside worseThan.quantile", "remove it");
}

TEST(Limit, OfTimeIsNoShare) {
    for (const char* latency : {"{}", R"({"slowerThan":"1s"})"}) {
        expectProblem(R"("latency":)" + std::string(latency) + R"(,"worseThan":{"max":"500ms"})",
                      "worseThan.max", "is \"500ms\", but max is a share", "worseThan.quantile");
    }
    expectProblem(R"("errorRate":{},"worseThan":{"max":"500ms"})", "worseThan.max", "is \"500ms\";",
                  "state a number");
}

TEST(Limit, OfABurnRateIsThatMuchOfTheErrorBudget) {
    const std::string burn = R"("worseThan":{"burnRate":{"objective":99.9,"max":14.4}})";
    for (const std::string& kind :
         {std::string(R"("errorRate":{},)"), kOrders, std::string(R"("latency":{"slowerThan":"1s"},)")}) {
        const Metric metric = metricOf(kind + burn);
        EXPECT_NEAR(metric.max.value(), 0.0144, 1e-12) << kind;
        EXPECT_EQ(metric.limitForm.burnRate, (BurnRate{99.9, 14.4})) << kind;
        EXPECT_EQ(metric.worseOddsRatio, std::nullopt) << kind;
    }
    EXPECT_NEAR((BurnRate{99.9, 14.4}).budget(), 0.001, 1e-12);
}

TEST(Limit, OfABurnRateMustBeOneThatCanBePassed) {
    const std::string field = "worseThan.burnRate";
    const auto burn = [](const std::string& value) {
        return R"("errorRate":{},"worseThan":{"burnRate":)" + value + "}";
    };
    expectProblem(burn(R"({"objective":90,"max":10})"), field, "allows 10 times an error budget of 10 %",
                  "a smaller max");
    expectProblem(burn(R"({"max":10})"), field + ".objective", "is missing", "such as 99.9");
    expectProblem(burn(R"({"objective":99})"), field + ".max", "is missing", "such as 14.4");
    expectProblem(burn(R"({"objective":100,"max":1})"), field + ".objective", "is 100;", "at most 100");
    expectProblem(burn(R"({"objective":99.9,"max":0})"), field + ".max", "is 0;", "above 0");
    expectProblem(R"("latency":{},"worseThan":{"burnRate":{"objective":99.9,"max":14.4}})", field,
                  "longer than a time, which is not stated", "latency.slowerThan");
}

TEST(Limit, IsWrittenInOneForm) {
    expectProblem(kOrders + R"("worseThan":{"max":0.9,"min":0.02})", "worseThan", "states max and min",
                  "keep one of them");
    expectProblem(R"("errorRate":{},"worseThan":{"max":0.1,"burnRate":{"objective":99,"max":2}})",
                  "worseThan", "states max and burnRate", "keep one of them");
}

}  // namespace
}  // namespace serin::api
