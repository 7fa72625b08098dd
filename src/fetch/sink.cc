#include "fetch/sink.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/text.h"
#include "fetch/disk.h"

namespace serin::fetch {

Result<void> FileSink::write(uint64_t offset, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t count = pwrite(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) {
            return invalid(cat("it cannot be written: ", writeProblem(count < 0 ? errno : 0)));
        }
        offset += static_cast<uint64_t>(count);
        bytes.remove_prefix(static_cast<size_t>(count));
    }
    return {};
}

Result<void> FileSink::cut(uint64_t offset) {
    if (ftruncate(descriptor_, static_cast<off_t>(offset)) != 0) return invalid(std::strerror(errno));
    return {};
}

}  // namespace serin::fetch
