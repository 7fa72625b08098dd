#include "fetch/archive_source.h"

#include <archive.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/text.h"

namespace serin::fetch {
namespace {

// Of deflate this is at most 32 MiB unpacked.
constexpr size_t kBlockBytes = 32'768;

}  // namespace

Error unreadable(archive* reader, const char* otherwise) {
    const char* const words = archive_error_string(reader);
    return invalid(cat("it cannot be read: ", words ? words : otherwise));
}

Result<void> ArchiveSource::open(const std::filesystem::path& file) {
    file_ = Descriptor(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file_) return invalid(cat("it cannot be read: ", std::strerror(errno)));
    block_.resize(kBlockBytes);
    if (archive_read_open2(reader_, this, nullptr, read, skip, nullptr) == ARCHIVE_OK) return {};
    return unreadable(reader_);
}

uint64_t ArchiveSource::unpacked() const {
    return static_cast<uint64_t>(std::max<la_int64_t>(0, archive_filter_bytes(reader_, 0)));
}

la_ssize_t ArchiveSource::read(archive* reader, void* self, const void** block) {
    auto& source = *static_cast<ArchiveSource*>(self);
    if (source.unpacked() > source.most_) {
        source.exceeded_ = true;
        archive_set_error(reader, EFBIG, "it becomes too large");
        return ARCHIVE_FATAL;
    }
    ssize_t count = 0;
    do {
        count = ::read(source.file_.get(), source.block_.data(), source.block_.size());
    } while (count < 0 && errno == EINTR);
    if (count < 0) {
        archive_set_error(reader, errno, "%s", std::strerror(errno));
        return ARCHIVE_FATAL;
    }
    *block = source.block_.data();
    return count;
}

// Of an archive that is not packed; not beyond the end, which would hide that it is cut off.
la_int64_t ArchiveSource::skip(archive*, void* self, la_int64_t bytes) {
    const int file = static_cast<ArchiveSource*>(self)->file_.get();
    struct stat status {};
    const off_t at = lseek(file, 0, SEEK_CUR);
    if (at < 0 || fstat(file, &status) != 0 || bytes > status.st_size - at) return 0;
    return lseek(file, bytes, SEEK_CUR) < 0 ? 0 : bytes;
}

}  // namespace serin::fetch
