#include "fetch/target_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/statvfs.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>

#include "base/sha256.h"
#include "base/text.h"
#include "fetch/disk.h"

namespace serin::fetch {
namespace {

namespace fs = std::filesystem;

Error trouble(const fs::path& path, const std::string& what, const std::string& why) {
    return invalid(cat(path.string(), " cannot be ", what, ": ", why));
}

// Empty where it cannot be read.
std::string digestOf(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    std::array<char, 131072> buffer;
    Sha256 digest;
    while (in.read(buffer.data(), buffer.size()) || in.gcount() > 0) {
        digest.add({buffer.data(), static_cast<size_t>(in.gcount())});
    }
    return in.eof() ? digest.hex() : "";
}

// Links are not followed: what is below them is not ours.
bool stands(const fs::path& path) {
    std::error_code ignored;
    return fs::exists(fs::symlink_status(path, ignored));
}

}  // namespace

Result<TargetFolder> TargetFolder::open(const fs::path& folder) {
    std::error_code failed;
    fs::create_directories(folder, failed);
    Descriptor lock(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!lock) return trouble(folder, "used", failed ? failed.message() : std::strerror(errno));
    if (flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
        return trouble(folder, "used",
                       "another serin-fetch works in it; wait for it, or choose another folder");
    }
    return TargetFolder(folder, std::move(lock));
}

std::optional<Manifest> TargetFolder::read(const fs::path& file) const {
    std::ifstream in(file, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    Result<Manifest> manifest = parseManifest(text);
    if (!manifest) return std::nullopt;
    return std::move(manifest.value());
}

Result<void> TargetFolder::write(const fs::path& file, const Manifest& manifest) const {
    const fs::path half = partial() / "half";
    errno = 0;
    std::ofstream out(half, std::ios::binary | std::ios::trunc);
    out << manifestText(manifest);
    out.close();
    if (!out) return trouble(half, "written", writeProblem(errno));
    std::error_code failed;
    fs::rename(half, file, failed);
    if (failed) return trouble(file, "written", failed.message());
    return {};
}

bool TargetFolder::isComplete(const std::string& id, const std::string& selection,
                              const std::string& boot) const {
    const std::optional<Manifest> there = read(mark());
    if (!there || there->id != id || there->selection != selection) return false;
    const bool trusted = !boot.empty() && there->boot == boot;
    const bool entries = std::all_of(there->entries.begin(), there->entries.end(),
                                     [&](const std::string& entry) { return stands(folder_ / entry); });
    return entries && std::all_of(there->files.begin(), there->files.end(), [&](const sources::File& file) {
               std::error_code failed;
               const fs::path path = folder_ / file.path;
               if (fs::file_size(path, failed) != file.size || failed) return false;
               return trusted || (!file.sha256.empty() && digestOf(path) == lowerCase(file.sha256));
           });
}

Result<bool> TargetFolder::goOnRenaming(const std::string& id, const std::string& selection,
                                        const std::string& boot) {
    const std::optional<Manifest> begun = read(renaming());
    if (!begun || begun->id != id || begun->selection != selection || begun->boot != boot || boot.empty()) {
        return false;
    }
    const Result<void> renamed = rename(*begun);
    if (!renamed) return renamed.error();
    return true;
}

Result<void> TargetFolder::mayHold(const std::vector<std::string>& entries) const {
    std::vector<std::string> ours;
    for (const fs::path& file : {mark(), renaming()}) {
        if (const auto manifest = read(file)) {
            ours.insert(ours.end(), manifest->entries.begin(), manifest->entries.end());
        }
    }
    for (const std::string& entry : entries) {
        if (!stands(folder_ / entry) || std::find(ours.begin(), ours.end(), entry) != ours.end()) continue;
        return invalid(
            cat((folder_ / entry).string(),
                " is there already and serin-fetch did not put it there; remove it, or choose another "
                "folder"));
    }
    return {};
}

Result<void> TargetFolder::begin(const Manifest& plan) {
    const std::optional<Manifest> before = read(planFile());
    if (!before || *before != plan || plan.boot.empty()) {
        const Result<void> discarded = discard();
        if (!discarded) return discarded;
    }
    for (const fs::path& left : {unpacked(), partial() / "ready"}) {
        const Result<void> removed = remove(left);
        if (!removed) return removed;
    }
    std::error_code failed;
    for (const fs::path& path : {data(), logs()}) {
        fs::create_directories(path, failed);
        if (failed) return trouble(path, "made", failed.message());
    }
    return write(planFile(), plan);
}

// Entries that were renamed before it died are ours, though no mark says so yet.
Result<void> TargetFolder::discard() const {
    if (const auto begun = read(renaming())) {
        for (const std::string& entry : begun->entries) {
            const Result<void> removed = remove(folder_ / entry);
            if (!removed) return removed;
        }
    }
    return remove(partial());
}

Result<void> TargetFolder::remove(const fs::path& path) const {
    std::error_code failed;
    fs::remove_all(path, failed);
    if (failed) return trouble(path, "removed", failed.message());
    return {};
}

Result<uint64_t> TargetFolder::freeBytes() const {
    struct statvfs status {};
    if (fstatvfs(lock_.get(), &status) != 0) return trouble(folder_, "looked at", std::strerror(errno));
    return static_cast<uint64_t>(status.f_bavail) * status.f_frsize;
}

Result<void> TargetFolder::finish(const Manifest& manifest, const fs::path& from) {
    const fs::path ready = partial() / "ready";
    std::error_code failed;
    fs::rename(from, ready, failed);
    if (failed) return trouble(from, "renamed", failed.message());
    const Result<void> written = write(renaming(), manifest);
    if (written) return rename(manifest);
    // Without room for the record, what was fetched stays where the next start goes on with it.
    fs::rename(ready, from, failed);
    return written;
}

Result<void> TargetFolder::rename(const Manifest& manifest) const {
    if (const auto old = read(mark())) {
        for (const std::string& entry : old->entries) {
            const Result<void> removed = remove(folder_ / entry);
            if (!removed) return removed;
        }
        const Result<void> removed = remove(mark());
        if (!removed) return removed;
    }
    for (const std::string& entry : manifest.entries) {
        const fs::path ready = partial() / "ready" / entry;
        if (!stands(ready)) continue;  // renamed already
        std::error_code failed;
        fs::rename(ready, folder_ / entry, failed);
        if (failed) return trouble(folder_ / entry, "made", failed.message());
    }
    // The record becomes the mark: that needs no room of a volume that is full by now.
    std::error_code failed;
    fs::rename(renaming(), mark(), failed);
    if (failed) return trouble(mark(), "made", failed.message());
    return remove(partial());
}

}  // namespace serin::fetch
