#include "net/surroundings.h"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <vector>

#include "base/text.h"

namespace serin::net {
namespace {

constexpr size_t kLargestFile = size_t{8} << 20;

Error failure(const std::string& path, int cause) {
    const ErrorCode code = cause == ENOENT ? ErrorCode::NotFound : ErrorCode::Unavailable;
    return {code, cat(path, ": ", std::strerror(cause))};
}

}  // namespace

Result<std::string> readFile(const std::string& path) {
    const auto close = [](std::FILE* file) { std::fclose(file); };
    const std::unique_ptr<std::FILE, decltype(close)> file(std::fopen(path.c_str(), "rb"), close);
    if (!file) return failure(path, errno);
    std::string text;
    std::vector<char> block(size_t{64} * 1024);
    while (const size_t got = std::fread(block.data(), 1, block.size(), file.get())) {
        text.append(block.data(), got);
        if (text.size() > kLargestFile) return invalid(cat(path, ": larger than 8 MiB"));
    }
    if (std::ferror(file.get()) != 0) return failure(path, errno);
    return text;
}

kube::Surroundings processSurroundings() {
    return {readFile, [](const std::string& name) -> std::optional<std::string> {
                const char* value = std::getenv(name.c_str());
                return value == nullptr ? std::nullopt : std::optional<std::string>(value);
            }};
}

}  // namespace serin::net
