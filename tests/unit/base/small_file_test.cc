#include "base/small_file.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace serin {
namespace {

class SmallFileTest : public ::testing::Test {
  protected:
    SmallFileTest() { std::filesystem::create_directory(folder); }
    ~SmallFileTest() override { std::filesystem::remove_all(folder); }

    std::string written(const std::string& text) {
        const std::string path = folder / "file";
        std::ofstream(path) << text;
        return path;
    }

    std::filesystem::path folder =
        std::filesystem::temp_directory_path() / ("serin-small-file-" + std::to_string(getpid()));
};

TEST_F(SmallFileTest, IsAllThatAFileHolds) {
    EXPECT_EQ(*smallFile(written("token\n"), 6), "token\n");
    EXPECT_EQ(*smallFile(written(""), 6), "");
}

TEST_F(SmallFileTest, WhatIsLongerIsRefused) {
    const auto out = smallFile(written("token\n"), 5);
    ASSERT_FALSE(out);
    EXPECT_TRUE(out.error().message.ends_with("has more than 5 bytes")) << out.error().message;
}

TEST_F(SmallFileTest, WhatIsNotThereOrNoFileIsNamed) {
    const auto missing = smallFile((folder / "none").string(), 5);
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().code, ErrorCode::NotFound);
    EXPECT_EQ(missing.error().message, "there is no file " + (folder / "none").string());
    const auto directory = smallFile(folder.string(), 5);
    ASSERT_FALSE(directory);
    EXPECT_TRUE(directory.error().message.ends_with("cannot be read")) << directory.error().message;
}

}  // namespace
}  // namespace serin
