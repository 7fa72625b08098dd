#include "fetch/git_tree.h"

#include <gtest/gtest.h>

#include "api/source_uri.h"

namespace serin::fetch {
namespace {

const std::string kA(40, 'a');

std::string line(const std::string& mode, const std::string& path, const std::string& type = "blob") {
    return mode + " " + type + " " + kA + "\t" + path + std::string(1, '\0');
}

api::ModelSource sourceOf(const std::string& more) {
    api::ModelSource out;
    out.uri = "git+https://git.example/fraud.git" + more;
    out.reference = *api::parseSource(out.uri);
    return out;
}

std::vector<std::string> paths(const Result<std::vector<GitEntry>>& entries) {
    std::vector<std::string> out;
    if (!entries) return {entries.error().message};
    for (const GitEntry& entry : *entries) out.push_back(entry.path);
    return out;
}

std::vector<GitEntry> files(const std::vector<std::string>& names) {
    std::vector<GitEntry> out;
    out.reserve(names.size());
    for (const std::string& name : names) out.push_back({name, GitKind::File, kA, 1});
    return out;
}

TEST(GitTree, IsReadWithKinds) {
    const auto tree = readGitTree(line("100644", "a b\tc") + line("100755", "run") + line("120000", "l") +
                                  line("160000", "sub", "commit") + line("100664", "old"));
    ASSERT_TRUE(tree) << tree.error().message;
    EXPECT_EQ(*tree, (std::vector<GitEntry>{{"a b\tc", GitKind::File, kA, 0},
                                            {"run", GitKind::Executable, kA, 0},
                                            {"l", GitKind::Link, kA, 0},
                                            {"sub", GitKind::Submodule, kA, 0},
                                            {"old", GitKind::File, kA, 0}}));
}

TEST(GitTree, ThatCannotBeReadIsRefused) {
    for (const std::string& listing :
         {line("100644", ""), line("040000", "a", "tree"), line("777", "a"),
          std::string("100644 blob abc\ta"), "100644 blob " + kA + " 12\ta", std::string("\0", 1)}) {
        EXPECT_FALSE(readGitTree(listing)) << listing;
    }
}

TEST(GitTree, IsChosenByFolderAndGlobs) {
    const auto tree = files({"m/b.json", "m/a/x.bin", "ma/y", "m.txt"});
    EXPECT_EQ(paths(chosenEntries(tree, sourceOf(""))),
              (std::vector<std::string>{"m.txt", "m/a/x.bin", "m/b.json", "ma/y"}));
    EXPECT_EQ(paths(chosenEntries(tree, sourceOf("#m"))), (std::vector<std::string>{"a/x.bin", "b.json"}));
    EXPECT_EQ(paths(chosenEntries(tree, sourceOf("#m/a/x.bin"))), (std::vector<std::string>{"x.bin"}));
    api::ModelSource globbed = sourceOf("#m");
    globbed.exclude = {"a/"};
    EXPECT_EQ(paths(chosenEntries(tree, globbed)), (std::vector<std::string>{"b.json"}));
    globbed.include = {"*.onnx"};
    EXPECT_EQ(chosenEntries(tree, globbed).error().message,
              "include and exclude leave no file of the commit");
    EXPECT_EQ(chosenEntries(tree, sourceOf("#n")).error().message,
              "the commit has no file and no folder \"n\"");
    EXPECT_EQ(chosenEntries({}, sourceOf("")).error().code, ErrorCode::NotFound);
}

TEST(GitTree, OfPathsThatNoFolderMayHoldIsRefused) {
    for (const std::vector<std::string>& names : {std::vector<std::string>{"../a"},
                                                  {"/a"},
                                                  {"a/../b"},
                                                  {"a\nb"},
                                                  {".git/config"},
                                                  {"a/.GIT/hooks/x"},
                                                  {"a", "a"},
                                                  {"a", "a.b", "a/b"},
                                                  {".serin-complete"}}) {
        EXPECT_FALSE(chosenEntries(files(names), sourceOf(""))) << names.back();
    }
    auto tree = files({"a", "parts/other"});
    tree[1].kind = GitKind::Submodule;
    EXPECT_NE(chosenEntries(tree, sourceOf("")).error().message.find("is a submodule"), std::string::npos);
}

}  // namespace
}  // namespace serin::fetch
