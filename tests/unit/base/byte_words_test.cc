#include "base/byte_words.h"

#include <gtest/gtest.h>

namespace serin {
namespace {

TEST(ByteWords, BytesAreShownWithTwoDigitsOrMore) {
    EXPECT_EQ(humanBytes(0), "0 B");
    EXPECT_EQ(humanBytes(999), "999 B");
    EXPECT_EQ(humanBytes(1000), "1.0 kB");
    EXPECT_EQ(humanBytes(209'600'000), "210 MB");
    EXPECT_EQ(humanBytes(999'600), "1.0 MB");
}

TEST(ByteWords, APartHasTheUnitOfTheWhole) {
    EXPECT_EQ(humanBytes(1'200'000'000, 4'000'000'000), "1.2 of 4.0 GB");
    EXPECT_EQ(humanBytes(600, 1'000'000), "0.0 of 1.0 MB");
    EXPECT_EQ(humanBytes(7, 9), "7 of 9 B");
}

}  // namespace
}  // namespace serin
