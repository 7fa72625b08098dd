#include "fetch/part_plan.h"

#include <gtest/gtest.h>

namespace serin::fetch {
namespace {

constexpr uint64_t kMebibyte = 1'048'576;

TEST(PartPlan, PartsAreAsLongAsAFileIsLargeWithinBounds) {
    EXPECT_EQ(partBytes(1, 4), 32 * kMebibyte);
    EXPECT_EQ(partBytes(1600 * kMebibyte, 4), 100 * kMebibyte);
    EXPECT_EQ(partBytes(40'000'000'000, 4), 256 * kMebibyte);
}

TEST(PartPlan, PartsCoverAFileWithoutGapsOrOverlaps) {
    for (const uint64_t size : {uint64_t{1}, uint64_t{99}, uint64_t{100}, uint64_t{101}, uint64_t{1000}}) {
        uint64_t reached = 0;
        const size_t count = partCount(size, 100);
        for (size_t i = 0; i < count; ++i) {
            const Span span = partSpan(size, 100, i);
            EXPECT_EQ(span.begin, reached);
            EXPECT_LE(span.end - span.begin, 100u);
            reached = span.end;
        }
        EXPECT_EQ(reached, size);
    }
}

TEST(PartPlan, AnEmptyFileIsOneEmptyPart) {
    EXPECT_EQ(partCount(0, 100), 1u);
    EXPECT_EQ(partSpan(0, 100, 0), (Span{0, 0}));
}

}  // namespace
}  // namespace serin::fetch
