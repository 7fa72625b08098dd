#include "fetch/git_commit.h"

#include <algorithm>

#include "base/text.h"
#include "sources/git_store.h"

namespace serin::fetch {
namespace {

// A pack is one request, and files that lack are a second one: worth it where some are not wanted.
bool leavesOut(const api::ModelSource& source) {
    return !source.reference.path.empty() || !source.include.empty() || !source.exclude.empty();
}

}  // namespace

GitCommit::GitCommit(const Options& options, const Means& means, const TargetFolder& folder,
                     const std::string& id)
    : options_(options),
      data_(folder.data()),
      repository_(means.programs, means.clock,
                  // How many bytes a commit has is not known before they are there.
                  {means.say,
                   [&means](uint64_t bytes) {
                       means.tell({bytes, 0});
                   }},
                  folder.repository(),
                  {options.source.reference.place, sources::gitCommitOf(options.source, id), options.caFile,
                   options.credentials, options.silence, leavesOut(options.source)}),
      files_(data_) {}

Result<std::vector<GitEntry>> GitCommit::entries() {
    const Result<std::vector<GitEntry>> tree = repository_.tree();
    if (!tree) return tree.error();
    namesServer_ = std::ranges::find(*tree, ".lfsconfig", &GitEntry::path) != tree->end();
    return chosenEntries(*tree, options_.source);
}

Result<void> GitCommit::take(const std::vector<GitEntry>& entries) {
    return repository_.read(entries, files_);
}

std::vector<sources::File> GitCommit::all() const {
    std::vector<sources::File> out = files_.written();
    out.insert(out.end(), large().begin(), large().end());
    std::ranges::sort(out, {}, &sources::File::path);
    return out;
}

Result<void> GitCommit::finish() const {
    for (const std::string& path : files_.executables()) {
        std::error_code failed;
        std::filesystem::permissions(data_ / path, std::filesystem::perms(0755), failed);
        if (failed) return invalid(cat(path, " cannot be made executable: ", failed.message()));
    }
    return {};
}

}  // namespace serin::fetch
