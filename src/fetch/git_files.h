#pragma once

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "base/sha256.h"
#include "fetch/git_blobs.h"
#include "sources/store.h"

namespace serin::fetch {

// Writes what a commit holds into a folder: files as they are, by nobody's line endings and filters; links
// that stay in it. A pointer of Git LFS is not written: which file it stands for is known afterwards.
// Preconditions: entries are those of chosenEntries(), each path at most once.
class GitFiles final : public GitReader {
  public:
    explicit GitFiles(std::filesystem::path folder) : folder_(std::move(folder)) {}

    Result<void> begin(const GitEntry& entry) override;
    Result<void> bytes(std::string_view bytes) override;
    Result<void> end() override;

    // Those that are there, with their digests.
    const std::vector<sources::File>& written() const { return written_; }
    // Those that LFS keeps, by its pointers.
    const std::vector<sources::File>& large() const { return large_; }
    // Of the latter, those that may be executed.
    const std::vector<std::string>& executables() const { return executables_; }

  private:
    Result<void> open();
    Result<void> write(std::string_view bytes);
    Result<void> link() const;
    std::filesystem::path path() const { return folder_ / entry_.path; }

    std::filesystem::path folder_;
    GitEntry entry_;
    std::string held_;  // of a link, and of what may be a pointer
    bool holds_ = false;
    std::ofstream out_;
    Sha256 digest_;
    std::vector<sources::File> written_;
    std::vector<sources::File> large_;
    std::vector<std::string> executables_;
};

}  // namespace serin::fetch
