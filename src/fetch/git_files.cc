#include "fetch/git_files.h"

#include <cerrno>

#include "base/text.h"
#include "fetch/disk.h"
#include "fetch/safe_path.h"
#include "sources/lfs.h"
#include "sources/listing.h"

namespace serin::fetch {
namespace {

namespace fs = std::filesystem;

constexpr size_t kLongestTarget = 1024;

Error trouble(const fs::path& path, const std::string& why) {
    return invalid(cat(path.string(), " cannot be written: ", why));
}

}  // namespace

Result<void> GitFiles::begin(const GitEntry& entry) {
    entry_ = entry;
    held_.clear();
    const bool isLink = entry.kind == GitKind::Link;
    if (isLink && entry.size > kLongestTarget) {
        return invalid(cat("the link ", entry.path, " has a target of ", entry.size, " bytes"));
    }
    holds_ = isLink || entry.size <= sources::kLongestPointer;
    return holds_ ? Result<void>() : open();
}

Result<void> GitFiles::open() {
    std::error_code failed;
    fs::create_directories(path().parent_path(), failed);
    // What an earlier process left; a link would be followed.
    if (!failed) fs::remove(path(), failed);
    if (failed) return trouble(path(), failed.message());
    errno = 0;
    out_.open(path(), std::ios::binary | std::ios::trunc);
    return out_ ? Result<void>() : trouble(path(), writeProblem(errno));
}

Result<void> GitFiles::write(std::string_view bytes) {
    digest_.add(bytes);
    errno = 0;
    out_.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    return out_ ? Result<void>() : trouble(path(), writeProblem(errno));
}

Result<void> GitFiles::bytes(std::string_view bytes) {
    if (!holds_) return write(bytes);
    held_ += bytes;
    return {};
}

Result<void> GitFiles::link() const {
    if (const std::string problem = linkProblem(entry_.path, held_); !problem.empty()) {
        return invalid(
            cat("the link ", entry_.path, " to \"", sources::plainly(held_), "\" is refused: ", problem));
    }
    std::error_code failed;
    fs::create_directories(path().parent_path(), failed);
    if (!failed) fs::remove(path(), failed);
    if (!failed) fs::create_symlink(held_, path(), failed);
    return failed ? trouble(path(), failed.message()) : Result<void>();
}

Result<void> GitFiles::end() {
    if (entry_.kind == GitKind::Link) return link();
    if (holds_) {
        const Result<std::optional<sources::LfsPointer>> pointer = sources::readPointer(held_);
        if (!pointer) return Error{pointer.error().code, cat(entry_.path, ": ", pointer.error().message)};
        if (*pointer) {
            large_.push_back({entry_.path, (*pointer)->size, (*pointer)->sha256, ""});
            if (entry_.kind == GitKind::Executable) executables_.push_back(entry_.path);
            return {};
        }
        if (const Result<void> opened = open(); !opened) return opened;
        if (const Result<void> done = write(held_); !done) return done;
    }
    errno = 0;
    out_.close();
    if (!out_) return trouble(path(), writeProblem(errno));
    std::error_code failed;
    const bool executable = entry_.kind == GitKind::Executable;
    fs::permissions(path(), executable ? fs::perms(0755) : fs::perms(0644), failed);
    if (failed) return trouble(path(), failed.message());
    written_.push_back({entry_.path, entry_.size, digest_.hex(), ""});
    return {};
}

}  // namespace serin::fetch
