#include "base/small_file.h"

#include <filesystem>
#include <fstream>

#include "base/text.h"

namespace serin {

Result<std::string> smallFile(const std::string& path, size_t maxBytes) {
    std::error_code ignored;
    if (!std::filesystem::exists(path, ignored)) {
        return Error{ErrorCode::NotFound, cat("there is no file ", path)};
    }
    std::ifstream in(path, std::ios::binary);
    std::string out(maxBytes + 1, '\0');
    in.read(out.data(), static_cast<std::streamsize>(out.size()));
    if (!in.is_open() || in.bad() || !std::filesystem::is_regular_file(path, ignored)) {
        return invalid(cat("the file ", path, " cannot be read"));
    }
    out.resize(static_cast<size_t>(in.gcount()));
    if (out.size() <= maxBytes) return out;
    return invalid(cat("the file ", path, " has more than ", maxBytes, " bytes"));
}

}  // namespace serin
