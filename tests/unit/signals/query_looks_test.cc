#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "book_driver.h"
#include "signals/selection.h"

namespace serin::signals {
namespace {

using testing::IsEmpty;

// A round without pods, with these answers.
Round looked(double second, std::vector<QueryResult> queries) {
    Round round;
    round.at = BookDriver::at(second);
    round.selection = std::make_shared<const Selection>();
    round.queries = std::move(queries);
    return round;
}

Query query(const std::string& metric) {
    return {metric, "sum(a)", {"http://prometheus:9090"}};
}

TEST(QueryLooks, StandInTheStratumWithTheirNumberOrTheirReason) {
    CounterBook book;
    EXPECT_FALSE(book.add(looked(0, {{query("value"), 1.0}}), {}));
    const auto stratum = book.add(
        looked(10, {{query("value"), 18.25}, {query("cost"), Error{ErrorCode::Unavailable, "HTTP 503"}}}),
        {});
    ASSERT_TRUE(stratum);
    const std::map<std::string, std::vector<api::Look>> expected{
        {"value", {{BookDriver::at(10), 18.25, ""}}},
        {"cost", {{BookDriver::at(10), std::nullopt, "HTTP 503"}}}};
    EXPECT_EQ(stratum->looks, expected);
    EXPECT_THAT(stratum->troubles, IsEmpty()) << "these are about pods";
    EXPECT_THAT(book.add(looked(20, {}), {})->looks, IsEmpty());
}

TEST(QueryLooks, AskNoPodForAnything) {
    api::Runtime runtime;
    runtime.errors = {{"requests_total"}, {"failures_total"}};
    std::vector<api::Metric> metrics(2);
    metrics[0].kind = api::MetricKind::Query;
    metrics[0].name = "value";
    metrics[0].query.promql = "sum(rate(a[10s])) / 2";
    metrics[1].name = "errors";
    const auto selection = compileSelection(runtime, metrics);
    ASSERT_TRUE(selection);
    ASSERT_EQ(selection->metrics.size(), 1u);
    EXPECT_EQ(selection->metrics[0].name, "errors");
    EXPECT_EQ(selection->sources.size(), 1u);
}

}  // namespace
}  // namespace serin::signals
