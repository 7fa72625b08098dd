#include "signals/shared_selection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/presets.h"

namespace serin::signals {
namespace {

std::vector<api::Metric> drift(const std::string& histogram) {
    api::Metric metric;
    metric.name = "score";
    metric.kind = api::MetricKind::HistogramDrift;
    metric.histogram = histogram;
    return {metric};
}

std::vector<api::Metric> errors(const std::string& name = "errors") {
    api::Metric metric;
    metric.name = name;
    return {metric};
}

TEST(SharedSelection, IsOneForAllWhoAskForTheSame) {
    const auto one = sharedSelection(*api::presetRuntime("mlserver", "fraud"), errors());
    const auto other = sharedSelection(*api::presetRuntime("mlserver", "spam"), errors());
    ASSERT_TRUE(one.ok());
    ASSERT_TRUE(other.ok());
    EXPECT_EQ(one->get(), other->get());
}

TEST(SharedSelection, IsAnotherForOtherSeriesOrNames) {
    const api::Runtime runtime = *api::presetRuntime("mlserver", "fraud");
    api::Runtime custom = runtime;
    custom.errors.bad = {"failures_total"};
    const auto known = sharedSelection(runtime, errors());
    EXPECT_NE(sharedSelection(custom, errors())->get(), known->get());
    EXPECT_EQ((*sharedSelection(runtime, errors("failures")))->metrics.front().name, "failures");
    EXPECT_NE(sharedSelection(runtime, drift("score"))->get(),
              sharedSelection(runtime, drift("value"))->get());
}

TEST(SharedSelection, EndsWithItsLastHolder) {
    const api::Runtime runtime = *api::presetRuntime("mlserver", "fraud");
    std::weak_ptr<const Selection> seen = *sharedSelection(runtime, drift("last_holder"));
    EXPECT_TRUE(seen.expired());
    const auto again = sharedSelection(runtime, drift("last_holder"));
    EXPECT_EQ((*again)->sources.size(), 1u);
}

TEST(SharedSelection, FailsAsCompilingDoes) {
    api::Runtime runtime;
    EXPECT_EQ(sharedSelection(runtime, errors()).error().message,
              compileSelection(runtime, errors()).error().message);
}

}  // namespace
}  // namespace serin::signals
