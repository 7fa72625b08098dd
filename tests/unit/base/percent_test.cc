#include "base/percent.h"

#include <gtest/gtest.h>

namespace serin {
namespace {

TEST(PercentEncode, LeavesUnreservedCharactersAsTheyAre) {
    EXPECT_EQ(percentEncode("aZ09-._~"), "aZ09-._~");
    EXPECT_EQ(percentEncode("a b/c?\xC3\xA4"), "a%20b%2Fc%3F%C3%A4");
    EXPECT_EQ(percentEncode(std::string_view("\0\xFF", 2)), "%00%FF");
}

TEST(PercentEncode, LeavesWhatIsNamedPlain) {
    EXPECT_EQ(percentEncode("a~b.c", "."), "a%7Eb.c");
    EXPECT_EQ(percentEncode("a-b", ""), "a%2Db");
}

}  // namespace
}  // namespace serin
