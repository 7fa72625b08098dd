// What archives may become; which of their entries are refused is tested with real ones in tests/fetch.
#include "fetch/unpack.h"
#include "tests/unit/fetch/temporary_folder.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <fstream>

namespace serin::fetch {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

constexpr size_t kBlock = 512;

// One entry of a tar (POSIX.1-2001, "ustar Interchange Format"); a name that ends with a slash is a folder's.
std::string entryOf(const std::string& name, const std::string& body) {
    std::string out(kBlock, '\0');
    const auto put = [&](size_t at, const std::string& text) { out.replace(at, text.size(), text); };
    std::array<char, 16> size{};
    std::snprintf(size.data(), size.size(), "%011o", static_cast<unsigned>(body.size()));
    put(0, name);
    put(100, "0000755");
    put(124, size.data());
    put(136, "00000000000");
    put(148, "        ");
    put(156, name.ends_with('/') ? "5" : "0");
    put(257, "ustar");
    put(263, "00");
    unsigned sum = 0;
    for (const char c : out) sum += static_cast<unsigned char>(c);
    std::array<char, 16> checksum{};
    std::snprintf(checksum.data(), checksum.size(), "%06o", sum);
    put(148, std::string(checksum.data()) + '\0');
    out += body;
    out.resize((out.size() + kBlock - 1) / kBlock * kBlock, '\0');
    return out;
}

class UnpackTest : public ::testing::Test {
  protected:
    UnpackTest() : root_(makeTemporaryFolder("unpack")), tree_(root_ / "into") {}
    ~UnpackTest() override { fs::remove_all(root_); }

    Result<void> layer(
        const std::string& entries,
        const std::function<bool(const std::string&)>& wanted = [](const std::string&) { return true; }) {
        const fs::path archive = root_ / "layer";
        std::ofstream(archive, std::ios::binary) << entries << std::string(2 * kBlock, '\0');
        return unpackLayer(archive, tree_, wanted);
    }

    const fs::path root_;
    LayerTree tree_;
};

TEST_F(UnpackTest, LayersHaveSoManyEntriesTogether) {
    std::string many;
    for (int i = 0; i < 20'000; ++i) many += entryOf("./", "");
    ASSERT_TRUE(layer(many).ok());
    ASSERT_TRUE(layer(many).ok());
    const Result<void> third = layer(many);
    ASSERT_FALSE(third.ok());
    EXPECT_THAT(third.error().message, HasSubstr("it and the layers before it have more than 50000 entries"));
}

TEST_F(UnpackTest, LayersBecomeSoManyBytesTogether) {
    ASSERT_TRUE(layer(entryOf("a", "12345")).ok());
    EXPECT_EQ(tree_.expansion().bytes, 5U);
    EXPECT_EQ(tree_.expansion().packed, 4 * kBlock);
    tree_.expansion().bytes = kLeastBound - 5;
    ASSERT_TRUE(layer(entryOf("b", "12345")).ok());
    const Result<void> third = layer(entryOf("c", "1"));
    ASSERT_FALSE(third.ok());
    EXPECT_THAT(third.error().message,
                HasSubstr("it and the layers before it become more than 1.1 GB, 100 times their size"));
    // What they have come to counts by what all of them have packed.
    tree_.expansion().packed = kLeastBound / kMostExpansion + 1;
    EXPECT_TRUE(layer(entryOf("d", "1")).ok());
}

TEST_F(UnpackTest, WhatIsLeftOutOfLayersCountsToo) {
    const auto wanted = [](const std::string& path) { return path == "a"; };
    const std::string large(100'000, 'x');
    ASSERT_TRUE(layer(entryOf("a", "1") + entryOf("b", large), wanted).ok());
    EXPECT_EQ(tree_.expansion().bytes, 1U);
    EXPECT_GE(tree_.expansion().passed, large.size());
    tree_.expansion().passed = kLeastBound - 5;
    const Result<void> next = layer(entryOf("b", large), wanted);
    ASSERT_FALSE(next.ok());
    EXPECT_THAT(next.error().message, HasSubstr("become more than 1.1 GB, 100 times their size and more than "
                                                "1 GiB, what is left out counted too; give the files"));
}

}  // namespace
}  // namespace serin::fetch
