#include "kube/backoff.h"

#include <gtest/gtest.h>

#include "base/base64.h"

namespace serin::kube {
namespace {

using namespace std::chrono_literals;

TEST(Backoff, DoublesUpToItsCap) {
    Backoff backoff({}, [] { return 0.0; });
    std::vector<Duration> waits;
    for (int i = 0; i < 8; ++i) waits.push_back(backoff.next(Duration{1000 * i}));
    EXPECT_EQ(waits, (std::vector<Duration>{800ms, 1600ms, 3200ms, 6400ms, 12800ms, 25600ms, 30s, 30s}));
}

TEST(Backoff, AddsAShareByChance) {
    Backoff backoff({}, [] { return 0.5; });
    EXPECT_EQ(backoff.next(0ms), 1200ms);
}

TEST(Backoff, StartsOverAfterQuiet) {
    Backoff backoff({}, [] { return 0.0; });
    EXPECT_EQ(backoff.next(0ms), 800ms);
    EXPECT_EQ(backoff.next(120s), 1600ms);
    EXPECT_EQ(backoff.next(241s), 800ms);
    EXPECT_EQ(backoff.next(242s), 1600ms);
    backoff.reset();
    EXPECT_EQ(backoff.next(243s), 800ms);
}

TEST(Base64, DecodesTheVectorsOfRfc4648) {
    EXPECT_EQ(*decodeBase64(""), "");
    EXPECT_EQ(*decodeBase64("Zg=="), "f");
    EXPECT_EQ(*decodeBase64("Zm8="), "fo");
    EXPECT_EQ(*decodeBase64("Zm9v\nYmFy\r\n"), "foobar");
    EXPECT_EQ(*decodeBase64("+/+/"), "\xfb\xff\xbf");
}

TEST(Base64, RefusesAnythingElse) {
    for (const char* bad : {"Zg", "Zg=", "Zg=a", "Z===", "====", "Zm9v!A==", "Zg==Zg==", "-_-_"}) {
        EXPECT_FALSE(decodeBase64(bad).ok()) << bad;
    }
}

}  // namespace
}  // namespace serin::kube
