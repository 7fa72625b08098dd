// What serin-fetch tells of itself while it loads a model.
#include "api/fetch_progress.h"

#include <gtest/gtest.h>

namespace serin::api {
namespace {

TEST(FetchProgress, ReadsBackAsItIsTold) {
    const FetchProgress progress{1'200'000'000, 4'000'000'000};
    EXPECT_EQ(readFetchPage(fetchPage(progress)), progress);
    EXPECT_NE(fetchPage(progress).find("# TYPE serin_fetch_bytes gauge\nserin_fetch_bytes 1200000000\n"),
              std::string::npos);
}

TEST(FetchProgress, IsNothingBeforeAnythingIsKnown) {
    EXPECT_EQ(readFetchPage(fetchPage({})), std::nullopt);
}

TEST(FetchProgress, HasBytesAloneWhileNobodyKnowsOfHowMany) {
    const FetchProgress progress{12'000'000, 0};
    EXPECT_EQ(fetchPage(progress).find("serin_fetch_bytes_expected"), std::string::npos);
    EXPECT_EQ(readFetchPage(fetchPage(progress)), progress);
    EXPECT_EQ(readFetchPage("serin_fetch_bytes 5\nserin_fetch_bytes_expected 0\n"), (FetchProgress{5, 0}));
}

TEST(FetchProgress, WhatAnotherServerAnswersThereIsNone) {
    for (const char* page : {"", "<html>", "serin_fetch_bytes_expected 5\n",
                             "serin_fetch_bytes 5\nserin_fetch_bytes_expected 4\n",
                             "serin_fetch_bytes -1\nserin_fetch_bytes_expected 4\n",
                             "serin_fetch_bytes 1e3\nserin_fetch_bytes_expected 4000\n",
                             "serin_fetch_bytes 1\nserin_fetch_bytes_expected 18446744073709551615\n"}) {
        EXPECT_EQ(readFetchPage(page), std::nullopt) << page;
    }
}

}  // namespace
}  // namespace serin::api
