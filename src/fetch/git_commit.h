#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "fetch/git_files.h"
#include "fetch/git_repository.h"
#include "fetch/options.h"
#include "fetch/run.h"
#include "fetch/target_folder.h"

namespace serin::fetch {

// The files of one commit, on their way into a target folder: what the repository itself holds is written by
// take(), and what LFS keeps remains to be downloaded. Not for several threads.
class GitCommit {
  public:
    // All of it outlives the commit. Precondition: the id is one of the options' source.
    GitCommit(const Options& options, const Means& means, const TargetFolder& folder, const std::string& id);

    // Has the commit's objects; may be asked again where that failed.
    Result<void> fetch() { return repository_.fetch(); }
    // Which of its files are meant; their sizes are not known yet.
    Result<std::vector<GitEntry>> entries();
    // Has their contents and sizes; may be asked again where that failed.
    Result<void> have(std::vector<GitEntry>& entries) { return repository_.have(entries); }
    // Writes them to the folder's data().
    Result<void> take(const std::vector<GitEntry>& entries);
    // Whether it names an LFS server, which does not count. After entries().
    bool namesServer() const { return namesServer_; }

    // After take(): those that LFS keeps, and all of them, ascending by path, with their digests.
    const std::vector<sources::File>& large() const { return files_.large(); }
    std::vector<sources::File> all() const;
    // Lets those be executed that may be, once they are there.
    Result<void> finish() const;

  private:
    const Options& options_;
    std::filesystem::path data_;
    GitRepository repository_;
    GitFiles files_;
    bool namesServer_ = false;
};

}  // namespace serin::fetch
