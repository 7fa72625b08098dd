#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/sha256.h"

namespace serin::fetch {

// Where the bytes of a file go as they come. Of one thread.
class Sink {
  public:
    virtual ~Sink() = default;
    // These stand at `offset`, over what stands there already. Invalid says why they cannot be kept.
    virtual Result<void> write(uint64_t offset, std::string_view bytes) = 0;
    // What stands from `offset` on is gone. Invalid says why it cannot.
    virtual Result<void> cut(uint64_t offset) = 0;
};

// A file on the disk, which others may write to elsewhere. The descriptor outlives it.
class FileSink final : public Sink {
  public:
    explicit FileSink(int descriptor) : descriptor_(descriptor) {}
    Result<void> write(uint64_t offset, std::string_view bytes) override;
    Result<void> cut(uint64_t offset) override;

  private:
    int descriptor_;
};

// The digest alone; the bytes are kept nowhere. They come one after the other, or begin anew at 0: what else
// is asked for is Invalid.
class DigestSink final : public Sink {
  public:
    Result<void> write(uint64_t offset, std::string_view bytes) override;
    Result<void> cut(uint64_t offset) override;
    // SHA-256 of all that stands, as 64 lower-case hexadecimal digits. Once.
    std::string hex() { return digest_.hex(); }

  private:
    Sha256 digest_;
    uint64_t end_ = 0;
};

}  // namespace serin::fetch
