#include "judge/lazy.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>

#include "judge/judge.h"
#include "judge/memory.h"
#include "judge/shared_value.h"
#include "judge/state_codec.h"

namespace serin::judge {
namespace {

TEST(Lazy, ReadsAsTheUnchangedValueUntilItIsMade) {
    Lazy<LookMemory> look;
    EXPECT_EQ(*look, LookMemory{});
    EXPECT_FALSE(look->value.has_value());
    EXPECT_EQ(look.ifMade(), nullptr) << "reading makes nothing";
    look.made().trouble = "no answer";
    EXPECT_EQ(look->trouble, "no answer");
    ASSERT_NE(look.ifMade(), nullptr);
    look.reset();
    EXPECT_EQ(look.ifMade(), nullptr);
    EXPECT_EQ(look->trouble, "");
}

TEST(Lazy, CopiesAreIndependent) {
    Lazy<LookMemory> first;
    first.made().value = 1;
    Lazy<LookMemory> second = first;
    second.made().value = 2;
    EXPECT_EQ(first->value, 1);
    first = second;
    second.made().value = 3;
    EXPECT_EQ(first->value, 2);
    first = Lazy<LookMemory>();
    EXPECT_EQ(first.ifMade(), nullptr);
}

TEST(Lazy, EqualsByWhatItReadsAs) {
    Lazy<LookMemory> made, never;
    made.made();
    EXPECT_EQ(made, never);
    made.made().value = 1;
    EXPECT_NE(made, never);
}

TEST(Lazy, OfWhatWasPersistedTakesRoomOnlyWhereItIsChanged) {
    Memory memory;
    memory.attempt.metrics.resize(1);
    MetricMemory& metric = memory.attempt.metrics.front();
    metric.rate.rates.resize(1);
    metric.mean.made();
    metric.look.made().trouble = "no answer";
    std::optional<Memory> found = decodeState(encodeState(memory));
    ASSERT_TRUE(found.has_value());
    EXPECT_EQ(found->attempt, memory.attempt);
    EXPECT_EQ(found->attempt.metrics.front().mean.ifMade(), nullptr);
    EXPECT_EQ(found->attempt.metrics.front().drift.ifMade(), nullptr);
    EXPECT_NE(found->attempt.metrics.front().look.ifMade(), nullptr);
}

TEST(SharedValue, IsComparedByItsValue) {
    const SharedValue<std::string> nothing, one(std::string("a")), other(std::string("a"));
    EXPECT_EQ(*nothing, "");
    EXPECT_EQ(one, other);
    EXPECT_NE(one, nothing);
}

TEST(SharedValue, OfAMetricIsTheAnalysisOwn) {
    auto analysis = std::make_shared<api::Analysis>();
    analysis->metrics.resize(1);
    Judge judge(std::shared_ptr<const api::Analysis>(std::move(analysis)));
    judge.order({api::JudgeMode::Compare, "old", "new", 1, 0, Timestamp{}});
    ASSERT_EQ(judge.memory().attempt.metrics.size(), 1U);
    EXPECT_EQ(&*judge.memory().attempt.metrics.front().definition, &judge.analysis().metrics.front());
    Judge restored(judge.analysis());
    restored.restore(judge.wholeState());
    EXPECT_EQ(&*restored.memory().attempt.metrics.front().definition, &restored.analysis().metrics.front());
}

}  // namespace
}  // namespace serin::judge
