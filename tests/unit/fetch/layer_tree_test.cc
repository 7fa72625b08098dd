#include "fetch/layer_tree.h"
#include "tests/unit/fetch/temporary_folder.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <fstream>

namespace serin::fetch {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;

class LayerTreeTest : public ::testing::Test {
  protected:
    LayerTreeTest() : root_(makeTemporaryFolder("layers")), tree_(root_) {}
    ~LayerTreeTest() override { fs::remove_all(root_); }

    // As an entry of the present layer is made.
    void put(const std::string& path) {
        const Result<void> room = tree_.makeRoom(path, false);
        ASSERT_TRUE(room.ok()) << room.error().message;
        fs::create_directories((root_ / path).parent_path());
        std::ofstream(root_ / path) << path;
        tree_.addFile(path, path.size());
    }
    // What is there, and the tree says so.
    std::vector<std::string> paths() {
        std::vector<std::string> there;
        for (const auto& entry : fs::recursive_directory_iterator(root_)) {
            if (entry.is_regular_file()) there.push_back(fs::relative(entry.path(), root_).string());
        }
        std::sort(there.begin(), there.end());
        std::vector<std::string> told;
        for (const sources::File& file : tree_.files()) told.push_back(file.path);
        EXPECT_EQ(there, told);
        return there;
    }

    const fs::path root_;
    LayerTree tree_;
};

TEST_F(LayerTreeTest, AWhiteoutHidesWhatEarlierLayersHaveAndNothingBesideIt) {
    tree_.nextLayer();
    for (const char* path : {"a/x", "a/y/z", "a.b", "ab/x"}) put(path);
    tree_.nextLayer();
    ASSERT_TRUE(tree_.hide("a", false).ok());
    EXPECT_THAT(paths(), ElementsAre("a.b", "ab/x"));
    EXPECT_FALSE(fs::exists(root_ / "a"));
    EXPECT_THAT(tree_.tops(), ElementsAre("a.b", "ab"));
}

TEST_F(LayerTreeTest, AWhiteoutMeansNothingOfItsOwnLayer) {
    tree_.nextLayer();
    put("a/old");
    tree_.nextLayer();
    put("a/new");
    ASSERT_TRUE(tree_.hide("a", true).ok());
    ASSERT_TRUE(tree_.hide("a", false).ok());
    EXPECT_THAT(paths(), ElementsAre("a/new"));
}

TEST_F(LayerTreeTest, AllOfTheTreeCanBeHidden) {
    tree_.nextLayer();
    put("a/x");
    put("b");
    tree_.nextLayer();
    ASSERT_TRUE(tree_.hide("", true).ok());
    EXPECT_THAT(paths(), ElementsAre());
}

TEST_F(LayerTreeTest, AFileTakesThePlaceOfAFolderAndTheOtherWayRound) {
    tree_.nextLayer();
    put("a/x");
    put("b");
    tree_.nextLayer();
    put("a");
    ASSERT_TRUE(tree_.makeRoom("b", true).ok());
    put("b/y");
    EXPECT_THAT(paths(), ElementsAre("a", "b/y"));
}

TEST_F(LayerTreeTest, OneLayerHasAnEntryOnce) {
    tree_.nextLayer();
    put("a/x");
    EXPECT_FALSE(tree_.makeRoom("a/x", false).ok());
    EXPECT_FALSE(tree_.makeRoom("a", false).ok());
    EXPECT_TRUE(tree_.makeRoom("a", true).ok());
}

TEST_F(LayerTreeTest, WhatWasThereBeforeTheFirstLayerStays) {
    put("kept/a");
    tree_.nextLayer();
    put("kept/b");
    tree_.nextLayer();
    EXPECT_FALSE(tree_.makeRoom("kept/a", false).ok());
    ASSERT_TRUE(tree_.hide("kept", false).ok());
    EXPECT_THAT(paths(), ElementsAre("kept/a"));
}

TEST_F(LayerTreeTest, ALinkIsRemovedAndNotWhatItLeadsTo) {
    tree_.nextLayer();
    put("a/x");
    fs::create_symlink("a", root_ / "l");
    tree_.addLink("l");
    tree_.nextLayer();
    ASSERT_TRUE(tree_.hide("l/x", false).ok());
    ASSERT_TRUE(tree_.hide("l", false).ok());
    EXPECT_FALSE(fs::is_symlink(root_ / "l"));
    EXPECT_THAT(paths(), ElementsAre("a/x"));
}

}  // namespace
}  // namespace serin::fetch
