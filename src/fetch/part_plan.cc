#include "fetch/part_plan.h"

#include <algorithm>

namespace serin::fetch {
namespace {

constexpr uint64_t kMebibyte = 1'048'576;
constexpr uint64_t kShortest = 32 * kMebibyte;
constexpr uint64_t kLongest = 256 * kMebibyte;
// Of each connection, so that a slow one does not have the last quarter of a file to itself.
constexpr uint64_t kPartsEach = 4;

}  // namespace

uint64_t partBytes(uint64_t size, size_t connections) {
    return std::clamp(size / (kPartsEach * std::max<size_t>(connections, 1)), kShortest, kLongest);
}

size_t partCount(uint64_t size, uint64_t length) {
    return size == 0 ? 1 : static_cast<size_t>((size - 1) / length + 1);
}

Span partSpan(uint64_t size, uint64_t length, size_t index) {
    const uint64_t begin = index * length;
    return {begin, std::min(size, begin + length)};
}

}  // namespace serin::fetch
