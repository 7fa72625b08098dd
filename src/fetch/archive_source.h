#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <vector>

#include "base/result.h"
#include "fetch/descriptor.h"

struct archive;

namespace serin::fetch {

// Why libarchive cannot read an archive; `otherwise` where it has no words of its own.
Error unreadable(archive* reader, const char* otherwise = "it is no such archive");

// A file that libarchive reads, with a bound on all that comes out of its filters (gzip, zstd), whether any
// of it is written or passed over: what is skipped has to be unpacked too, and a few bytes may stand for very
// many. The bound is looked at before each block of the file, so that it may be exceeded by what one block
// unpacks to. Not for several threads.
class ArchiveSource {
  public:
    // `most`: bytes that may come out. The reader outlives it, and it has to outlive the reading.
    ArchiveSource(archive* reader, uint64_t most) : reader_(reader), most_(most) {}
    ~ArchiveSource() = default;
    ArchiveSource(const ArchiveSource&) = delete;  // the reader knows its address
    ArchiveSource& operator=(const ArchiveSource&) = delete;

    // Invalid where the file cannot be opened or does not begin as one that the reader knows.
    Result<void> open(const std::filesystem::path& file);
    // Whether the bound ended the reading, which the reader tells as an error.
    bool exceeded() const { return exceeded_; }
    // Bytes that came out so far.
    uint64_t unpacked() const;

  private:
    static ssize_t read(archive* reader, void* self, const void** block);
    static int64_t skip(archive* reader, void* self, int64_t bytes);

    archive* reader_;
    uint64_t most_;
    Descriptor file_;
    std::vector<char> block_;
    bool exceeded_ = false;
};

}  // namespace serin::fetch
