#include "kube/resource_version.h"

#include <gtest/gtest.h>

namespace serin::kube {
namespace {

TEST(ResourceVersion, ComparesByLengthThenDigits) {
    EXPECT_EQ(compareResourceVersions("9", "10"), std::strong_ordering::less);
    EXPECT_EQ(compareResourceVersions("123", "122"), std::strong_ordering::greater);
    EXPECT_EQ(compareResourceVersions("77", "77"), std::strong_ordering::equal);
    EXPECT_EQ(compareResourceVersions("340282366920938463463374607431768211455", "18446744073709551616"),
              std::strong_ordering::greater);
}

TEST(ResourceVersion, CountsEmptyAsNothingSeenYet) {
    EXPECT_TRUE(isNewer("1", ""));
    EXPECT_TRUE(isNewer("0", ""));
    EXPECT_FALSE(isNewer("", ""));
    EXPECT_FALSE(isNewer("", "1"));
}

TEST(ResourceVersion, RefusesWhatIsNoPlainNumber) {
    for (const char* odd : {"007", "1a", "-1", "1.0", " 1"}) {
        EXPECT_EQ(compareResourceVersions(odd, "5"), std::nullopt) << odd;
        EXPECT_FALSE(isNewer(odd, "5")) << odd;
        EXPECT_FALSE(isNewer("5", odd)) << odd;
    }
}

}  // namespace
}  // namespace serin::kube
