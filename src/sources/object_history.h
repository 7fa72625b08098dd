#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "api/model_source.h"
#include "base/time.h"
#include "sources/store.h"

namespace serin::sources {

// An object of a store that keeps them under keys, with '/' between what people take for folders.
struct StoredObject {
    std::string key;
    uint64_t size = 0;  // bytes
    std::string tag;    // what changes with each write: an ETag with its quotes, or a generation
    std::string md5;    // hexadecimal; empty where the listing does not say
    // Of listings of versions alone:
    std::string version;
    Timestamp modified{};
    bool latest = false;
    bool deleted = false;  // says that from then on there was no such object
};

// An MD5 as listings write it, in base64, in hexadecimal; empty where the text is none.
std::string md5Of(const std::string& base64);

// Of one prefix: the path of an object as a file's, empty for what is no file (a folder's marker, an object
// beside the prefix). `single`: the prefix is the key of one object.
std::string pathOf(const std::string& prefix, bool single, const std::string& key);

// The files that stood there at one of the moments at which something changed, with the digest of which
// (digestOf() with tags) `digest` is; their tags are their versions then. The time of an old version is when
// it was written (Amazon, Azure, Google), or when it was replaced (gateways over a file system); and of keys
// that have nothing now and no word of when they were deleted (Azure), whether they were there still: all are
// tried, and the digest decides. Looks at the newest 200 moments. NotFound where none is like that.
Result<std::vector<File>> filesOfThen(const std::vector<StoredObject>& versions, const std::string& prefix,
                                      bool single, const api::ModelSource& source, const std::string& digest);

}  // namespace serin::sources
