#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

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

}  // namespace serin::fetch
