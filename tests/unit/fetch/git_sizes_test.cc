#include "fetch/git_sizes.h"

#include <gtest/gtest.h>

namespace serin::fetch {
namespace {

const std::string kA(40, 'a');
const std::string kB(40, 'b');

std::vector<GitEntry> entries() {
    return {{"one", GitKind::File, kB, 0}, {"two", GitKind::File, kA, 0}, {"again", GitKind::File, kB, 0}};
}

TEST(GitSizes, AreSetAndWhatLacksIsNamedOnce) {
    std::vector<GitEntry> of = entries();
    const auto lacking = readGitSizes(kB + " missing\n" + kA + " blob 12\n" + kB + " missing\n", of);
    ASSERT_TRUE(lacking) << lacking.error().message;
    EXPECT_EQ(*lacking, std::vector<std::string>{kB});
    EXPECT_EQ(of[1].size, 12U);
    const auto none = readGitSizes(kB + " blob 0\n" + kA + " blob 12\n" + kB + " blob 0\n", of);
    ASSERT_TRUE(none) << none.error().message;
    EXPECT_TRUE(none->empty());
}

TEST(GitSizes, OfAnythingElseAreRefused) {
    const std::string good = kB + " blob 1\n" + kA + " blob 1\n" + kB + " blob 1\n";
    for (const std::string& listing :
         {std::string(), good.substr(0, good.size() - 1), good + kA + " blob 1\n",
          kA + " blob 1\n" + kA + " blob 1\n" + kB + " blob 1\n",
          kB + " tree 1\n" + kA + " blob 1\n" + kB + " blob 1\n",
          kB + " blob x\n" + kA + " blob 1\n" + kB + " blob 1\n",
          kB + " blob \n" + kA + " blob 1\n" + kB + " blob 1\n"}) {
        std::vector<GitEntry> of = entries();
        EXPECT_FALSE(readGitSizes(listing, of)) << listing;
    }
}

}  // namespace
}  // namespace serin::fetch
