#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "sources/store.h"

namespace serin::sources {

// Git LFS: a repository holds a small text in the place of a large file, and the bytes are asked for by their
// SHA-256 (git-lfs, docs/spec.md and docs/api/batch.md). Values in, values out.

// A longer file is no pointer.
inline constexpr size_t kLongestPointer = 1023;

struct LfsPointer {
    std::string sha256;
    uint64_t size = 0;

    bool operator==(const LfsPointer&) const = default;
};

// Nothing where the content is that of a file itself. Invalid where it begins as a pointer and is none that
// can be followed: it must not be served as if it were the model.
Result<std::optional<LfsPointer>> readPointer(std::string_view content);

// The body of POST …/info/lfs/objects/batch that asks where the bytes of one file are. Preconditions: it has
// a sha256 and a size.
std::string lfsRequest(const File& file);

// Where they are, as the answer says. `headers` of it are the server's own. NotFound where the server does
// not have them, Forbidden, Unavailable and Invalid by the code that it gives for the object.
Result<Download> readLfsAnswer(std::string_view body, const File& file);

// What an LFS server says in an answer that is not a 2xx; may be empty.
std::string lfsWords(const HttpResponse& answer);

}  // namespace serin::sources
