#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "fetch/descriptor.h"
#include "fetch/manifest.h"

namespace serin::fetch {

// The folder that a model goes to. While it is fetched, all of it is in `.serin-partial` there; then its
// entries are renamed into place and `.serin-complete` is written, which says what is there. Whatever moment
// it dies at, the next start goes on from there. One process at a time, which a lock on the folder sees to.
// Not for several threads.
class TargetFolder {
  public:
    // Makes the folder where there is none. Invalid where that is not possible or another process has it.
    static Result<TargetFolder> open(const std::filesystem::path& folder);

    // Whether all that this id and selection mean is there. Files that an earlier start of the machine wrote
    // count only where their digests are known and right.
    bool isComplete(const std::string& id, const std::string& selection, const std::string& boot) const;

    // Goes on with what an earlier process had complete and began to rename; true when it was this id and
    // selection, and is complete now.
    Result<bool> goOnRenaming(const std::string& id, const std::string& selection, const std::string& boot);

    // Invalid where one of the entries stands there and is none of serin-fetch's.
    Result<void> mayHold(const std::vector<std::string>& entries) const;

    // Keeps what was fetched of the same plan before; removes that of another.
    Result<void> begin(const Manifest& plan);

    // Where files are fetched to, where archives are unpacked to, and the logs of files; all on the same
    // file system as the folder.
    std::filesystem::path data() const { return partial() / "data"; }
    std::filesystem::path unpacked() const { return partial() / "unpacked"; }
    std::filesystem::path logs() const { return partial() / "logs"; }
    // Where a repository may stand until finish().
    std::filesystem::path repository() const { return partial() / "repository"; }

    // Free on the file system for this process.
    Result<uint64_t> freeBytes() const;

    // Puts the entries of `from`, data() or unpacked(), into place of what was there of another model.
    Result<void> finish(const Manifest& manifest, const std::filesystem::path& from);

  private:
    TargetFolder(std::filesystem::path folder, Descriptor lock)
        : folder_(std::move(folder)), lock_(std::move(lock)) {}

    std::filesystem::path partial() const { return folder_ / ".serin-partial"; }
    std::filesystem::path mark() const { return folder_ / ".serin-complete"; }
    std::filesystem::path planFile() const { return partial() / "plan"; }
    std::filesystem::path renaming() const { return partial() / "renaming"; }
    std::optional<Manifest> read(const std::filesystem::path& file) const;
    Result<void> write(const std::filesystem::path& file, const Manifest& manifest) const;
    Result<void> rename(const Manifest& manifest) const;
    Result<void> remove(const std::filesystem::path& path) const;
    Result<void> discard() const;

    std::filesystem::path folder_;
    Descriptor lock_;
};

}  // namespace serin::fetch
