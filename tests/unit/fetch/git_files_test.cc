#include "fetch/git_files.h"
#include "tests/unit/fetch/temporary_folder.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <optional>

namespace serin::fetch {
namespace {

namespace fs = std::filesystem;

const std::string kA(40, 'a');
const std::string kB(40, 'b');
const std::string kSha256(64, 'd');

// What `git cat-file --batch` writes of one object.
std::string blob(const std::string& object, const std::string& content) {
    return object + " blob " + std::to_string(content.size()) + "\n" + content + "\n";
}

class GitFilesTest : public testing::Test {
  protected:
    GitFilesTest() {
        folder = makeTemporaryFolder("git-files");
        files.emplace(folder);
    }
    ~GitFilesTest() override { fs::remove_all(folder); }

    Result<void> take(const std::vector<GitEntry>& entries, const std::string& bytes, size_t chunk = 4096) {
        GitBlobs blobs(entries, *files);
        for (size_t at = 0; at < bytes.size(); at += chunk) {
            if (const auto added = blobs.add(std::string_view(bytes).substr(at, chunk)); !added) return added;
        }
        return blobs.complete() ? Result<void>() : invalid("incomplete");
    }
    std::string content(const std::string& path) const {
        std::ifstream in(folder / path, std::ios::binary);
        return {std::istreambuf_iterator<char>(in), {}};
    }

    fs::path folder;
    std::optional<GitFiles> files;
};

TEST_F(GitFilesTest, AreWrittenWhereverChunksEnd) {
    const std::string large(5000, 'x');
    const std::vector<GitEntry> entries{{"deep/large", GitKind::File, kA, 5000},
                                        {"empty", GitKind::File, kB, 0},
                                        {"run", GitKind::Executable, kA, 3},
                                        {"link", GitKind::Link, kB, 10}};
    const std::string bytes = blob(kA, large) + blob(kB, "") + blob(kA, "a\nb") + blob(kB, "deep/large");
    for (const size_t chunk : {size_t{1}, size_t{7}, bytes.size()}) {
        files.emplace(folder);
        const auto taken = take(entries, bytes, chunk);
        ASSERT_TRUE(taken) << taken.error().message;
        EXPECT_EQ(content("deep/large"), large);
        EXPECT_EQ(content("empty"), "");
        EXPECT_EQ(content("link"), large);
        EXPECT_EQ(fs::status(folder / "run").permissions(), fs::perms(0755));
        EXPECT_EQ(files->written().size(), 3U) << "links are no files";
        EXPECT_EQ(files->written()[2],
                  (sources::File{"run", 3, "7e18f737311b2dc3b2f269dd78396b0351f14fb66efa879f768cb23181883c78",
                                 ""}));
    }
}

TEST_F(GitFilesTest, APointerIsALargeFileAndNotWritten) {
    const std::string pointer =
        "version https://git-lfs.github.com/spec/v1\noid sha256:" + kSha256 + "\nsize 99\n";
    const std::vector<GitEntry> entries{{"m.bin", GitKind::Executable, kA, pointer.size()}};
    ASSERT_TRUE(take(entries, blob(kA, pointer)));
    EXPECT_EQ(files->large(), (std::vector<sources::File>{{"m.bin", 99, kSha256, ""}}));
    EXPECT_EQ(files->executables(), (std::vector<std::string>{"m.bin"}));
    EXPECT_TRUE(files->written().empty());
    EXPECT_TRUE(fs::is_empty(folder));
    const std::string broken = pointer.substr(0, pointer.size() - 1);
    const auto refused = take({{"m.bin", GitKind::File, kA, broken.size()}}, blob(kA, broken));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().message, "m.bin: it begins as a pointer of Git LFS and cannot be read as one");
}

TEST_F(GitFilesTest, ALinkThatLeadsOutIsRefused) {
    for (const std::string target : {"/etc/passwd", "../evil", "a/../../evil", ""}) {
        const std::vector<GitEntry> entries{{"link", GitKind::Link, kA, target.size()}};
        EXPECT_FALSE(take(entries, blob(kA, target))) << target;
    }
    EXPECT_FALSE(take({{"link", GitKind::Link, kA, 5000}}, blob(kA, std::string(5000, 'a'))));
    EXPECT_TRUE(fs::is_empty(folder));
}

TEST_F(GitFilesTest, ALinkThatStoodThereIsNotFollowed) {
    fs::create_symlink(folder / "elsewhere", folder / "a");
    const std::vector<GitEntry> entries{{"a", GitKind::File, kA, 3}};
    const auto taken = take(entries, blob(kA, "abc"));
    ASSERT_TRUE(taken) << taken.error().message;
    EXPECT_FALSE(fs::is_symlink(folder / "a"));
    EXPECT_FALSE(fs::exists(folder / "elsewhere"));
}

TEST_F(GitFilesTest, WhatWasNotAskedForIsRefused) {
    const std::vector<GitEntry> entries{{"a", GitKind::File, kA, 3}};
    for (const std::string& bytes :
         {kA + " missing\n", blob(kB, "abc"), blob(kA, "abcd"), kA + " tree 3\nabc\n", kA + " blob 3\nabcd\n",
          blob(kA, "abc") + blob(kA, "abc"), blob(kA, "abc").substr(0, 50), std::string(1000, 'x')}) {
        EXPECT_FALSE(take(entries, bytes)) << bytes;
    }
    EXPECT_EQ(take(entries, kA + " missing\n").error().code, ErrorCode::NotFound);
}

}  // namespace
}  // namespace serin::fetch
