#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/http.h"
#include "base/result.h"
#include "base/time.h"

namespace serin::sources {

// What a server with the API of S3 answers. Readers are Invalid where the answer is not XML of that kind.

struct S3Object {
    std::string key;
    uint64_t size = 0;  // bytes
    std::string tag;    // ETag, with its quotes
    // Of ListObjectVersions alone:
    std::string version;
    Timestamp modified{};
    bool latest = false;
    bool deleted = false;  // a delete marker
};

// A page of a listing. `next`: the query parameters that ask for the next page; empty on the last one.
struct S3Page {
    std::vector<S3Object> objects;
    std::map<std::string, std::string> next;
};

// Of ListObjectsV2.
Result<S3Page> readObjects(std::string_view body);
// Of ListObjectVersions.
Result<S3Page> readVersions(std::string_view body);

// What the server says in an answer that is an error: its code and message alone, since others of its parts
// repeat what was signed.
std::string s3Words(const HttpResponse& answer);

}  // namespace serin::sources
