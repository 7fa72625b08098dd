#include "fetch/safe_path.h"

#include <gtest/gtest.h>

namespace serin::fetch {
namespace {

TEST(SafePath, PathsWithinTheFolderAreFine) {
    for (const char* path : {"model.bin", "a/b/c", ".hidden", "a..b/c...", "ä/ü", "with space"}) {
        EXPECT_EQ(pathProblem(path), "") << path;
    }
}

TEST(SafePath, WhatLeavesTheFolderOrIsNoNameIsRefused) {
    for (const std::string path : {"", "/a", "..", "../a", "a/../b", "a/..", "./a", "a//b", "a/", "a\nb",
                                   "a\x7f", ".serin-complete", ".serin-partial/data/x"}) {
        EXPECT_NE(pathProblem(path), "") << path;
    }
    EXPECT_EQ(pathProblem(std::string(1024, 'a')), "");
    EXPECT_NE(pathProblem(std::string(1025, 'a')), "");
}

TEST(SafePath, LinksMayClimbAsFarAsTheyAreDeep) {
    EXPECT_EQ(linkProblem("a", "b/c"), "");
    EXPECT_EQ(linkProblem("a/b/c", "../../d"), "");
    EXPECT_EQ(linkProblem("a/b", "./.././d"), "");
    EXPECT_NE(linkProblem("a", "../d"), "");
    EXPECT_NE(linkProblem("a/b/c", "../../../d"), "");
}

TEST(SafePath, LinksThatClimbAfterANameAreRefusedForTheNameMayBeALink) {
    EXPECT_NE(linkProblem("z", "p/q/../../evil"), "");
    EXPECT_NE(linkProblem("a/b/c", "x/.."), "");
}

TEST(SafePath, LinksToAbsolutePathsAndNowhereAreRefused) {
    EXPECT_NE(linkProblem("a", "/etc/passwd"), "");
    EXPECT_NE(linkProblem("a", ""), "");
    EXPECT_NE(linkProblem("a", "b\nc"), "");
}

}  // namespace
}  // namespace serin::fetch
