#include "sources/listing.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "sources/globs.h"
#include "sources/json_answer.h"

namespace serin::sources {
namespace {

std::string complaint(std::vector<File> files, const api::ModelSource& source = {}) {
    const auto out = chosen(std::move(files), source, "the listing");
    return out ? "" : out.error().message;
}

TEST(JsonAnswer, HasABoundForValuesAndForHowDeepTheyStand) {
    EXPECT_TRUE(readJson(R"({"a": [1, 2, {"b": "[[[[,,,"}]})"));
    EXPECT_FALSE(readJson(std::string(1'000'000, '[')));
    EXPECT_FALSE(readJson("[" + std::string(1'000'000, ',') + "]"));
    std::string many = "[{}";
    for (size_t i = 0; i < kMostJsonValues; ++i) many += ",0";
    EXPECT_FALSE(readJson(many + "]"));
}

TEST(SafePath, IsUtf8) {
    EXPECT_TRUE(isSafePath("modèle/a.bin"));
    EXPECT_FALSE(isSafePath("mod\xe8le.bin"));
}

TEST(Globs, WithoutASlashNameAFileInAnyFolder) {
    EXPECT_TRUE(matches("*.json", "config.json"));
    EXPECT_TRUE(matches("*.json", "a/b/config.json"));
    EXPECT_FALSE(matches("*.json", "config.json.bak"));
    EXPECT_TRUE(matches("model-?.bin", "x/model-1.bin"));
    EXPECT_FALSE(matches("config", "config/a"));
}

TEST(Globs, LeaveTheManifestOfAModelThatHasToBeSigned) {
    api::ModelSource source;
    source.include = {"*.bin"};
    source.exclude = {"SHA256SUMS.sig"};
    EXPECT_FALSE(wanted(source, "SHA256SUMS"));
    source.publicKeyKey = "cosign.pub";
    EXPECT_TRUE(wanted(source, "SHA256SUMS"));
    EXPECT_TRUE(wanted(source, "SHA256SUMS.sig"));
    EXPECT_FALSE(wanted(source, "deep/SHA256SUMS"));
}

TEST(Globs, WithASlashAreOfTheWholePath) {
    EXPECT_TRUE(matches("onnx/*.bin", "onnx/a.bin"));
    EXPECT_FALSE(matches("onnx/*.bin", "onnx/b/a.bin"));
    EXPECT_FALSE(matches("onnx/*.bin", "x/onnx/a.bin"));
    EXPECT_TRUE(matches("onnx/**", "onnx/b/a.bin"));
    EXPECT_TRUE(matches("**/a.bin", "onnx/b/a.bin"));
    EXPECT_TRUE(matches("/a.bin", "a.bin"));
    EXPECT_FALSE(matches("/a.bin", "x/a.bin"));
    EXPECT_TRUE(matches("onnx/", "onnx/b/a.bin"));
    EXPECT_FALSE(matches("onnx/", "onnx2/a.bin"));
}

TEST(Globs, OfManyStarsAreMatchedQuickly) {
    std::string glob;
    for (int i = 0; i < 100; ++i) glob += "a**";
    EXPECT_FALSE(matches(glob + "/b", std::string(1000, 'a')));
}

TEST(Listing, LeavesWhatIncludeAndExcludeLeave) {
    api::ModelSource source;
    source.include = {"*.bin", "*.json"};
    source.exclude = {"old/"};
    const auto out =
        chosen({{"b.bin", 1, "", ""}, {"old/c.bin", 1, "", ""}, {"a.json", 1, "", ""}, {"d.txt", 1, "", ""}},
               source, "the listing");
    ASSERT_TRUE(out);
    ASSERT_EQ(out->size(), 2U);
    EXPECT_EQ((*out)[0].path, "a.json");
    EXPECT_EQ((*out)[1].path, "b.bin");
}

TEST(Listing, OfWhichNothingIsLeftIsNotFound) {
    api::ModelSource source;
    source.include = {"*.bin"};
    EXPECT_NE(complaint({{"a", 1, "", ""}}, source).find("include and exclude"), std::string::npos);
    EXPECT_NE(complaint({}).find("has no files"), std::string::npos);
}

TEST(Listing, OfPathsThatNoFolderMayHoldIsRefused) {
    for (const char* path : {"", "/a", "a/", "a//b", "..", "a/../b", ".", "a\\b", "a\nb"}) {
        EXPECT_NE(complaint({{path, 1, "", ""}}), "") << path;
    }
    EXPECT_NE(complaint({{std::string(2000, 'a'), 1, "", ""}}), "");
    EXPECT_EQ(complaint({{"...", 1, "", ""}, {"a b", 1, "", ""}, {".hidden", 1, "", ""}}), "");
}

TEST(Listing, ThatContradictsItselfIsRefused) {
    EXPECT_NE(complaint({{"a", 1, "", ""}, {"a", 2, "", ""}}).find("twice"), std::string::npos);
    EXPECT_NE(complaint({{"a", 1, "", ""}, {"a.b", 1, "", ""}, {"a/b", 2, "", ""}}).find("both"),
              std::string::npos);
    EXPECT_NE(complaint({{"a", uint64_t{1} << 60, "", ""}}).find("bytes"), std::string::npos);
}

TEST(Listing, HasAnotherDigestForEachThingThatMayDiffer) {
    const File file{"a", 1, "", "t"};
    const std::string digest = digestOf({file});
    EXPECT_EQ(digest, digestOf({file}));
    EXPECT_NE(digest, digestOf({{"b", 1, "", "t"}}));
    EXPECT_NE(digest, digestOf({{"a", 2, "", "t"}}));
    EXPECT_NE(digest, digestOf({{"a", 1, "", "u"}}));
    EXPECT_NE(digest, digestOf({{"a", 1, "t", ""}}));
    EXPECT_NE(digest, digestOf({file, file}));
}

}  // namespace
}  // namespace serin::sources
