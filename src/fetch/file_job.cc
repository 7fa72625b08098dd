#include "fetch/file_job.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <fstream>
#include <iterator>

#include "base/text.h"
#include "fetch/disk.h"

namespace serin::fetch {
namespace {

Error diskError(const std::filesystem::path& path, int number) {
    return invalid(cat(path.string(), " cannot be used: ", writeProblem(number)));
}

std::string readAll(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

FileJob::FileJob(const sources::File& file, std::filesystem::path data, std::filesystem::path log)
    : file_(file), data_(std::move(data)), log_(std::move(log)), digest_(file) {}

uint64_t FileJob::allocatedBytes() const {
    constexpr uint64_t kBlockBytes = 512;  // of st_blocks, whatever the file system's own are
    struct stat status {};
    if (lstat(data_.c_str(), &status) != 0) return 0;
    return std::min(file_.size, static_cast<uint64_t>(status.st_blocks) * kBlockBytes);
}

Result<void> FileJob::open(uint64_t partBytes) {
    opened_ = true;
    length_ = file_.size > partBytes ? partBytes : std::max<uint64_t>(file_.size, 1);
    parts_.assign(partCount(file_.size, length_), Part::Missing);
    std::error_code failed;
    std::filesystem::create_directories(data_.parent_path(), failed);
    if (failed) return diskError(data_.parent_path(), failed.value());
    descriptor_ = Descriptor(::open(data_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644));
    if (!descriptor_) return diskError(data_, errno);
    readLog();
    if (finished_) {
        descriptor_.close();
        present_ = file_.size;
        return {};
    }
    return released_ ? Result<void>() : makeEmpty();
}

std::string FileJob::identity() const {
    return file_.sha256.empty() ? file_.tag : cat(file_.tag, " sha256:", lowerCase(file_.sha256));
}

void FileJob::readLog() {
    const std::string text = readAll(log_);
    const Result<PartLog> log = parsePartLog(text);
    struct stat status {};
    const bool readable = log && fstat(descriptor_.get(), &status) == 0;
    if (!readable || log->size != file_.size || log->tag != identity() ||
        static_cast<uint64_t>(status.st_size) != file_.size) {
        return;
    }
    finished_ = log->checked;
    const bool joined = !file_.sha256.empty() || !log->validator.etag.empty();
    if (finished_ || log->partBytes != length_ || !joined || whole()) return;
    // A line that a full volume cut would be joined with the next one, and name another part.
    std::error_code failed;
    if (!text.ends_with('\n')) std::filesystem::resize_file(log_, text.rfind('\n') + 1, failed);
    if (failed) return;
    for (const size_t part : log->complete) {
        if (part >= parts_.size() || parts_[part] == Part::There) continue;
        parts_[part] = Part::There;
        const Span of = span(part);
        present_ += of.end - of.begin;
    }
    // Somebody has to come by to have it checked.
    if (present_ == file_.size) {
        parts_.back() = Part::Missing;
        present_ -= span(parts_.size() - 1).end - span(parts_.size() - 1).begin;
    }
    validator_ = log->validator;
    released_ = present_ > 0;
}

Result<void> FileJob::makeEmpty() {
    // With its whole length, parts are written at their places; else it grows.
    const bool cut = ftruncate(descriptor_.get(), 0) == 0 &&
                     (whole() || ftruncate(descriptor_.get(), static_cast<off_t>(file_.size)) == 0);
    if (!cut) return diskError(data_, errno);
    std::error_code failed;
    std::filesystem::remove(log_, failed);
    if (failed) return diskError(log_, failed.value());
    return {};
}

std::optional<size_t> FileJob::take() {
    if (!opened_ || finished_ || anew_ || (taken_ > 0 && !released_)) return std::nullopt;
    const auto found = std::find(parts_.begin(), parts_.end(), Part::Missing);
    if (found == parts_.end()) return std::nullopt;
    *found = Part::Taken;
    ++taken_;
    return static_cast<size_t>(found - parts_.begin());
}

Result<void> FileJob::arrived(size_t part) {
    if (anew_) return {};
    parts_[part] = Part::There;
    return released_ ? writeLog(completeLine(part), false) : Result<void>();
}

Result<void> FileJob::give(size_t part) {
    --taken_;
    if (parts_[part] == Part::Taken) parts_[part] = Part::Missing;
    return anew_ && taken_ == 0 ? discard() : Result<void>();
}

Result<void> FileJob::discard() {
    anew_ = false;
    released_ = false;
    if (anewWhole_) length_ = std::max<uint64_t>(file_.size, 1);
    parts_.assign(partCount(file_.size, length_), Part::Missing);
    validator_ = {};
    digestedParts_ = 0;
    digest_.beginAnew();
    return makeEmpty();
}

Result<bool> FileJob::learned(const Validator& validator) {
    if (file_.sha256.empty() && validator.etag.empty()) return false;
    if (released_) return true;
    released_ = true;
    validator_ = validator;
    const Result<void> written =
        writeLog(partLogHead({file_.size, length_, identity(), validator_, {}, false}), true);
    if (!written) return written.error();
    return true;
}

void FileJob::begin(bool whole) {
    if (!anew_) ++generation_;
    anew_ = true;
    anewWhole_ = whole;
}

uint64_t FileJob::arrivedBytes() const {
    uint64_t out = 0;
    for (size_t part = 0; part < parts_.size(); ++part) {
        if (parts_[part] == Part::There) out += span(part).end - span(part).begin;
    }
    return out;
}

std::optional<size_t> FileJob::toDigest() {
    const bool next = !digest_.none() && !anew_ && !digesting_ && digestedParts_ < parts_.size() &&
                      parts_[digestedParts_] == Part::There;
    if (!next) return std::nullopt;
    digesting_ = true;
    return digestedParts_;
}

Result<void> FileJob::addToDigest(size_t part) {
    std::array<char, 131072> buffer;
    const Span of = span(part);
    for (uint64_t at = of.begin; at < of.end;) {
        const size_t most = std::min<uint64_t>(buffer.size(), of.end - at);
        const ssize_t count = pread(descriptor_.get(), buffer.data(), most, static_cast<off_t>(at));
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return diskError(data_, count < 0 ? errno : EIO);
        digest_.add({buffer.data(), static_cast<size_t>(count)});
        at += static_cast<uint64_t>(count);
    }
    return {};
}

void FileJob::digested() {
    digesting_ = false;
    ++digestedParts_;
}

bool FileJob::complete() const {
    const auto there = [](Part part) { return part == Part::There; };
    const bool known = digest_.none() || digestedParts_ == parts_.size();
    return opened_ && !finished_ && !anew_ && taken_ == 0 && known &&
           std::all_of(parts_.begin(), parts_.end(), there);
}

Result<std::optional<std::string>> FileJob::check() {
    if (std::optional<std::string> fault = digest_.fault(); fault) return fault;
    // A log that stands is added to: a volume that is full keeps the parts that are complete.
    const PartLog log{file_.size, length_, identity(), validator_, {}, false};
    const Result<void> written =
        released_ ? writeLog(checkedLine(), false) : writeLog(partLogHead(log) + checkedLine(), true);
    if (!written) return written.error();
    descriptor_.close();
    finished_ = true;
    return std::optional<std::string>();
}

Result<void> FileJob::writeLog(const std::string& text, bool anew) {
    const int flags = O_WRONLY | O_CREAT | O_CLOEXEC | O_APPEND | (anew ? O_TRUNC : 0);
    const Descriptor out(::open(log_.c_str(), flags, 0644));
    if (!out) return diskError(log_, errno);
    const ssize_t count = ::write(out.get(), text.data(), text.size());
    if (count < 0) return diskError(log_, errno);
    // A volume that is full takes a part.
    return static_cast<size_t>(count) == text.size() ? Result<void>() : diskError(log_, ENOSPC);
}

}  // namespace serin::fetch
