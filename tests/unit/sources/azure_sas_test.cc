#include "sources/azure_sas.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "base/time.h"

namespace serin::sources {
namespace {

const Timestamp kNow = *parseTime("2026-11-26T12:00:00Z");

// As azure-storage-blob 12.31.1 for Python signs the same.
TEST(AzureSas, IsThatOfAzuresOwnClient) {
    EXPECT_EQ(containerSas("acct1", "models", "serin's key of tests", "https", kNow),
              "se=2026-11-26T12%3A15%3A00Z&sig=db9W5lVnjo5ktRpRDjG3SZf5hQGnoN3vKXk943nz1qI%3D&sp=rl&spr=https"
              "&sr=c&st=2026-11-26T11%3A45%3A00Z&sv=2021-12-02");
}

TEST(AzureSas, OfAnotherContainerOrTimeIsAnother) {
    const std::string one = containerSas("acct1", "models", "key", "https", kNow);
    EXPECT_NE(containerSas("acct1", "other", "key", "https", kNow), one);
    EXPECT_NE(containerSas("acct2", "models", "key", "https", kNow), one);
    EXPECT_NE(containerSas("acct1", "models", "yek", "https", kNow), one);
    EXPECT_NE(containerSas("acct1", "models", "key", "https,http", kNow), one);
}

TEST(AzureSas, OneThatLivesAndMayReadAndListHasNoFault) {
    for (const char* sas : {"sv=2021-12-02&sr=c&sp=rl&st=2026-11-26T11:00:00Z&se=2026-11-26T13:00:00Z&sig=x",
                            "sv=2021-12-02&ss=b&srt=co&sp=rwdl&se=2026-11-27&sig=x",
                            "sv=2021-12-02&sr=c&si=policy&sig=x", "sig=x&se=not-a-time"}) {
        EXPECT_EQ(sasFault(sas, kNow), "") << sas;
    }
}

TEST(AzureSas, ItsEndIsToldByName) {
    for (const char* end :
         {"2026-11-26T11:59:59Z", "2026-11-26T11%3A59%3a59Z", "2026-11-26T11:59Z", "2026-11-26"}) {
        const std::string fault = sasFault(cat("sp=rl&se=", end, "&sig=x"), kNow);
        EXPECT_TRUE(fault.starts_with("ended at 2026-11-26")) << fault;
        EXPECT_NE(fault.find("(se): put a new one there"), std::string::npos) << fault;
    }
}

TEST(AzureSas, WhatItDoesNotOpenIsToldByName) {
    EXPECT_EQ(sasFault("sp=r&sig=x", kNow), "allows sp=r, and r and l are needed, to read and to list");
    EXPECT_NE(sasFault("sp=l&sig=x", kNow), "");
    EXPECT_TRUE(sasFault("sp=rl&sr=b&sig=x", kNow).starts_with("is of one blob (sr=b)"));
    EXPECT_TRUE(
        sasFault("sp=rl&sr=c&st=2026-11-27&sig=x", kNow).starts_with("begins at 2026-11-27 only (st)"));
}

}  // namespace
}  // namespace serin::sources
