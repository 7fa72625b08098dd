#include "fetch/target_folder.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "base/sha256.h"
#include "tests/unit/fetch/temporary_folder.h"

namespace serin::fetch {
namespace {

namespace fs = std::filesystem;

class TargetFolderTest : public testing::Test {
  protected:
    TargetFolderTest() { base_ = makeTemporaryFolder("target"); }
    ~TargetFolderTest() override { fs::remove_all(base_); }

    fs::path at() const { return base_ / "models"; }

    static void write(const fs::path& path, const std::string& text) {
        fs::create_directories(path.parent_path());
        std::ofstream(path) << text;
    }

    // As serin-fetch has it when everything was fetched.
    void fetched(TargetFolder& folder, const Manifest& manifest) {
        ASSERT_TRUE(folder.begin(manifest).ok());
        for (const sources::File& file : manifest.files) {
            write(folder.data() / file.path, std::string(file.size, 'x'));
        }
    }

    const Manifest old_{"boot", "id-1", "all", {"a", "b"}, {{"a", 1, "", ""}, {"b/c", 2, "", ""}}};
    const Manifest new_{
        "boot", "id-2", "all", {"b", "d"}, {{"b", 3, "", ""}, {"d", 4, sha256Hex("xxxx"), ""}}};
    fs::path base_;
};

TEST_F(TargetFolderTest, IsCompleteForWhatWasPutInPlaceAlone) {
    auto folder = TargetFolder::open(at());
    ASSERT_TRUE(folder.ok());
    fetched(*folder, old_);
    EXPECT_FALSE(folder->isComplete("id-1", "all", "boot"));
    ASSERT_TRUE(folder->finish(old_, folder->data()).ok());
    EXPECT_TRUE(folder->isComplete("id-1", "all", "boot"));
    EXPECT_FALSE(folder->isComplete("id-2", "all", "boot"));
    EXPECT_FALSE(folder->isComplete("id-1", "other", "boot"));
    EXPECT_FALSE(fs::exists(at() / ".serin-partial"));
    write(at() / "b" / "c", "longer");
    EXPECT_FALSE(folder->isComplete("id-1", "all", "boot"));
}

TEST_F(TargetFolderTest, AfterAnotherStartOfTheMachineOnlyDigestsAreTrusted) {
    auto folder = TargetFolder::open(at());
    fetched(*folder, old_);
    ASSERT_TRUE(folder->finish(old_, folder->data()).ok());
    EXPECT_FALSE(folder->isComplete("id-1", "all", "another boot"));
    EXPECT_FALSE(folder->isComplete("id-1", "all", ""));
    Manifest known = new_;
    known.files = {new_.files[1]};
    known.entries = {"d"};
    fetched(*folder, known);
    ASSERT_TRUE(folder->finish(known, folder->data()).ok());
    EXPECT_TRUE(folder->isComplete("id-2", "all", "another boot"));
    write(at() / "d", "yyyy");
    EXPECT_FALSE(folder->isComplete("id-2", "all", "another boot"));
}

TEST_F(TargetFolderTest, AnotherModelReplacesTheOneBefore) {
    auto folder = TargetFolder::open(at());
    fetched(*folder, old_);
    ASSERT_TRUE(folder->finish(old_, folder->data()).ok());
    ASSERT_TRUE(folder->mayHold(new_.entries).ok());
    fetched(*folder, new_);
    ASSERT_TRUE(folder->finish(new_, folder->data()).ok());
    EXPECT_TRUE(folder->isComplete("id-2", "all", "boot"));
    EXPECT_FALSE(fs::exists(at() / "a"));
}

TEST_F(TargetFolderTest, GoesOnWithRenamingThatDiedInTheMiddle) {
    auto folder = TargetFolder::open(at());
    fetched(*folder, new_);
    fs::rename(folder->data(), at() / ".serin-partial" / "ready");
    write(at() / ".serin-partial" / "renaming", manifestText(new_));
    fs::rename(at() / ".serin-partial" / "ready" / "b", at() / "b");
    EXPECT_FALSE(*folder->goOnRenaming("id-1", "all", "boot"));
    EXPECT_FALSE(*folder->goOnRenaming("id-2", "all", "another boot"));
    EXPECT_TRUE(*folder->goOnRenaming("id-2", "all", "boot"));
    EXPECT_TRUE(folder->isComplete("id-2", "all", "boot"));
}

TEST_F(TargetFolderTest, KeepsWhatWasFetchedWhereItsRecordCannotBeWritten) {
    auto folder = TargetFolder::open(at());
    fetched(*folder, old_);
    // As a volume without room: the record cannot be made.
    fs::create_directory(at() / ".serin-partial" / "half");
    EXPECT_FALSE(folder->finish(old_, folder->data()).ok());
    EXPECT_FALSE(fs::exists(at() / "a"));
    fs::remove(at() / ".serin-partial" / "half");
    ASSERT_TRUE(folder->begin(old_).ok());
    EXPECT_TRUE(fs::exists(folder->data() / "a"));
    ASSERT_TRUE(folder->finish(old_, folder->data()).ok());
    EXPECT_TRUE(folder->isComplete("id-1", "all", "boot"));
}

TEST_F(TargetFolderTest, WhatAnotherModelsRenamingLeftIsRemoved) {
    auto folder = TargetFolder::open(at());
    fetched(*folder, new_);
    fs::rename(folder->data(), at() / ".serin-partial" / "ready");
    write(at() / ".serin-partial" / "renaming", manifestText(new_));
    fs::rename(at() / ".serin-partial" / "ready" / "b", at() / "b");
    ASSERT_TRUE(folder->mayHold(old_.entries).ok());
    ASSERT_TRUE(folder->begin(old_).ok());
    EXPECT_FALSE(fs::exists(at() / "b"));
}

TEST_F(TargetFolderTest, KeepsWhatWasFetchedOfTheSamePlanAlone) {
    auto folder = TargetFolder::open(at());
    fetched(*folder, old_);
    ASSERT_TRUE(folder->begin(old_).ok());
    EXPECT_TRUE(fs::exists(folder->data() / "a"));
    ASSERT_TRUE(folder->begin(new_).ok());
    EXPECT_FALSE(fs::exists(folder->data() / "a"));
}

TEST_F(TargetFolderTest, WhatOthersPutThereIsRefused) {
    auto folder = TargetFolder::open(at());
    write(at() / "d", "mine");
    const auto held = folder->mayHold(new_.entries);
    ASSERT_FALSE(held.ok());
    EXPECT_NE(held.error().message.find((at() / "d").string()), std::string::npos);
}

TEST_F(TargetFolderTest, HasOneProcessAtATime) {
    const auto first = TargetFolder::open(at());
    const auto second = TargetFolder::open(at());
    ASSERT_FALSE(second.ok());
    EXPECT_NE(second.error().message.find("another serin-fetch works in it"), std::string::npos);
}

}  // namespace
}  // namespace serin::fetch
