#pragma once

#include <cstddef>
#include <cstdint>

namespace serin::fetch {

// Bytes [begin, end) of a file.
struct Span {
    uint64_t begin = 0;
    uint64_t end = 0;

    bool operator==(const Span&) const = default;
};

// How long the parts of a file are that several connections fetch at once: 32 to 256 MiB, so that a part is
// long beside the request (and often the redirect) that it costs, and the last ones do not leave connections
// idle for long.
uint64_t partBytes(uint64_t size, size_t connections);

// How many parts of that length a file has; at least one.
size_t partCount(uint64_t size, uint64_t length);

// Precondition: index < partCount(size, length).
Span partSpan(uint64_t size, uint64_t length, size_t index);

}  // namespace serin::fetch
