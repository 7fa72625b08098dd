#include <gtest/gtest.h>

#include "fetch/manifest.h"
#include "fetch/part_log.h"

namespace serin::fetch {
namespace {

Manifest manifest() {
    return {"boot-1",
            "mlflow:fraud/13 sha256:ab",
            "selection",
            {"MLmodel", "a folder"},
            {{"MLmodel", 12, "cd", ""}, {"a folder/model.bin", 5'000'000'000, "", ""}}};
}

TEST(Manifest, ReadsBackAsItWasWritten) {
    const auto read = parseManifest(manifestText(manifest()));
    ASSERT_TRUE(read.ok()) << read.error().message;
    EXPECT_EQ(*read, manifest());
}

TEST(Manifest, IsRefusedWhereverItIsCut) {
    const std::string text = manifestText(manifest());
    for (size_t length = 0; length < text.size(); ++length) {
        EXPECT_FALSE(parseManifest(text.substr(0, length)).ok()) << length;
    }
}

TEST(Manifest, OfAnotherVersionOrWithUnknownLinesIsRefused) {
    EXPECT_FALSE(parseManifest("serin-fetch/2\nend\n").ok());
    EXPECT_FALSE(parseManifest("serin-fetch/1\nmode 7\nend\n").ok());
    EXPECT_FALSE(parseManifest("serin-fetch/1\nfile x - a\nend\n").ok());
}

TEST(PartLog, ReadsBackAsItWasWritten) {
    PartLog log{100, 10, "\"tag\"", {"\"etag\"", "https://a:443"}, {0, 7}, true};
    const auto read = parsePartLog(partLogHead(log) + completeLine(7) + completeLine(0) + checkedLine());
    ASSERT_TRUE(read.ok()) << read.error().message;
    EXPECT_EQ(*read, log);
}

TEST(PartLog, ALineThatWasNotWrittenWholeCountsForNothing) {
    const PartLog log{1000, 10, "", {}, {}, false};
    const auto read = parsePartLog(partLogHead(log) + completeLine(1) + "12");
    ASSERT_TRUE(read.ok());
    EXPECT_EQ(read->complete, std::set<size_t>{1});
}

TEST(PartLog, WithoutAWholeHeadIsRefused) {
    for (const char* text :
         {"", "100\n10\n\n\n", "x\n10\n\n\n\n", "100\n0\n\n\n\n", "100\n10\n\n\n\nseven\n"}) {
        EXPECT_FALSE(parsePartLog(text).ok()) << text;
    }
}

}  // namespace
}  // namespace serin::fetch
