// What a model's files have to be, before and after they are fetched.
#include "fetch/expectation.h"

#include <gmock/gmock.h>

#include "base/sha256.h"

namespace serin::fetch {
namespace {

using sources::File;
using testing::AllOf;
using testing::HasSubstr;

const std::string kA = sha256Hex("a");
const std::string kB = sha256Hex("b");
const api::ModelSource kAll;

Expectation stated(const std::string& sha256) {
    const auto expected = statedExpectation(sha256);
    EXPECT_TRUE(expected.ok());
    return *expected;
}
std::string problem(const Result<void>& result) {
    return result ? "" : result.error().message;
}
std::string before(std::vector<File> files, const Expectation& expected,
                   const api::ModelSource& source = kAll) {
    return problem(expectOf(files, expected, source));
}

api::ModelSource withSignature() {
    api::ModelSource out;
    out.publicKeyKey = "cosign.pub";
    return out;
}

TEST(Expectation, ADigestOfOneFileBecomesItsOwn) {
    std::vector<File> files{{"model.bin", 1, "", ""}, {"SHA256SUMS", 9, "", ""}};
    ASSERT_EQ(problem(expectOf(files, stated(kA), withSignature())), "");
    EXPECT_EQ(files[0].sha256, kA);
    EXPECT_EQ(files[1].sha256, "");
}

TEST(Expectation, ADigestOfSeveralFilesIsOfTheirManifest) {
    std::vector<File> files{{"b", 1, "", ""}, {"a", 1, "", ""}};
    const Expectation expected = stated(sha256Hex(kA + "  a\n" + kB + "  b\n"));
    ASSERT_EQ(problem(expectOf(files, expected, kAll)), "");
    EXPECT_EQ(files[0].sha256, "");
    EXPECT_EQ(problem(checkDigests({{"a", kA}, {"b", kB}, {"SHA256SUMS", kB}}, expected, withSignature())),
              "");
    EXPECT_THAT(problem(checkDigests({{"a", kB}, {"b", kB}}, expected, kAll)),
                AllOf(HasSubstr("the manifest of the model's 2 files"),
                      HasSubstr(sha256Hex(kB + "  a\n" + kB + "  b\n")), HasSubstr(expected.digest),
                      HasSubstr("it never serves")));
    EXPECT_THAT(problem(checkDigests({{"a", kA}, {"b", kB}, {"c", kB}}, expected, kAll)),
                HasSubstr("the model's 3 files"));
}

TEST(Expectation, WhatTheStoreItselfTellsOtherwiseFailsBeforeAnythingIsFetched) {
    EXPECT_THAT(before({{"a", 1, kB, ""}}, stated(kA)),
                HasSubstr("a: its SHA-256 is " + kB + ", and spec.model.source.sha256 says " + kA));
    EXPECT_THAT(before({{"a", 1, kB, ""}}, stated(kA + "  a")), HasSubstr("a: its SHA-256 is " + kB));
}

TEST(Expectation, AFileThatIsMissingOrThatNobodyNamedIsRefused) {
    const Expectation expected = stated(kA + "  a\n" + kB + "  deep/b\n");
    EXPECT_EQ(before({{"a", 1, "", ""}, {"deep/b", 1, "", ""}}, expected), "");
    EXPECT_THAT(before({{"a", 1, "", ""}}, expected),
                HasSubstr("deep/b is missing: spec.model.source.sha256 has"));
    EXPECT_THAT(before({{"a", 1, "", ""}, {"c", 1, "", ""}, {"deep/b", 1, "", ""}}, expected),
                HasSubstr("c is not in spec.model.source.sha256"));
    EXPECT_THAT(problem(checkDigests({{"a", kA}}, expected, kAll)), HasSubstr("deep/b is missing"));
    EXPECT_THAT(problem(checkDigests({{"a", kA}, {"c", kB}, {"deep/b", kB}}, expected, kAll)),
                HasSubstr("c (SHA-256 " + kB + ") is not in"));
    EXPECT_THAT(problem(checkDigests({{"a", kA}, {"deep/b", kA}}, expected, kAll)),
                HasSubstr("deep/b: its SHA-256 is " + kA + ", and spec.model.source.sha256 says " + kB));
}

TEST(Expectation, AManifestThatNobodySignedIsAFileAsOthersAre) {
    const Expectation one = stated(kA);
    EXPECT_THAT(problem(checkDigests({{"a", kA}, {"SHA256SUMS", kB}}, one, kAll)),
                HasSubstr("the manifest of the model's 2 files"));
    EXPECT_THAT(problem(checkDigests({{"SHA256SUMS", kB}}, one, kAll)),
                HasSubstr("SHA256SUMS: its SHA-256 is " + kB));
    const Expectation named = stated(kA + "  a\n");
    EXPECT_THAT(before({{"a", 1, "", ""}, {"SHA256SUMS.sig", 1, "", ""}}, named),
                HasSubstr("SHA256SUMS.sig is not in"));
    EXPECT_EQ(before({{"a", 1, "", ""}, {"SHA256SUMS.sig", 1, "", ""}}, named, withSignature()), "");
    EXPECT_THAT(before({{"a", 1, "", ""}}, stated(kA + "  a\n" + kB + "  SHA256SUMS\n")),
                HasSubstr("SHA256SUMS is missing"));
    EXPECT_EQ(problem(checkDigests({{"a", kA}, {"SHA256SUMS", kB}},
                                   stated(kA + "  a\n" + kB + "  SHA256SUMS\n"), kAll)),
              "");
}

TEST(Expectation, WhatIncludeAndExcludeLeaveOutIsNotMissing) {
    api::ModelSource source;
    source.exclude = {"deep/"};
    EXPECT_EQ(before({{"a", 1, "", ""}}, stated(kA + "  a\n" + kB + "  deep/b\n"), source), "");
}

}  // namespace
}  // namespace serin::fetch
