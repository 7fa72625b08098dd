// The input is what the program git writes: a line about its progress, a listing of a tree, sizes of
// contents. Its bytes are those of a repository and its server.
#include "fetch/git_progress.h"
#include "fetch/git_sizes.h"
#include "fetch/git_tree.h"
#include "tests/fuzz/fuzz.h"

namespace serin::fuzz {
namespace {

void checkProgress(std::string_view line) {
    const auto progress = fetch::readGitProgress(line);
    if (!progress) return;
    require(!progress->what.empty() && progress->what.size() <= 64, "what is done has a short name");
    require(!progress->percent || *progress->percent <= 100, "a part is no more than the whole");
    require(!fetch::progressWords(*progress).empty(), "it can be said");
}

void checkTree(std::string_view listing) {
    const auto tree = fetch::readGitTree(listing);
    require(tree || tree.error().message.size() < 1000, "a complaint is short");
    if (!tree) return;
    for (const fetch::GitEntry& entry : *tree) {
        require(!entry.path.empty() && (entry.object.size() == 40 || entry.object.size() == 64),
                "an entry has a path and an object");
    }
    auto entries = *tree;
    require(entries.empty() || !fetch::readGitSizes("", entries), "sizes that lack are missed");
}

void checkSizes(std::string_view listing) {
    const std::string object(40, 'a');
    std::vector<fetch::GitEntry> entries{{"a", fetch::GitKind::File, object, 0}};
    const auto lacking = fetch::readGitSizes(listing, entries);
    require(lacking || lacking.error().message.size() < 1000, "a complaint is short");
    require(!lacking || lacking->size() <= 1, "no more lacks than was asked for");
}

}  // namespace

void one(std::string_view input) {
    checkProgress(input);
    checkTree(input);
    checkSizes(input);
}

}  // namespace serin::fuzz
