#pragma once

#include <string>
#include <string_view>

#include "base/http.h"
#include "base/result.h"
#include "sources/object_pages.h"

namespace serin::sources {

// What a server with the API of S3 answers. Readers are Invalid where the answer is not XML of that kind.

// Of ListObjectsV2.
Result<ObjectPage> readObjects(std::string_view body);
// Of ListObjectVersions.
Result<ObjectPage> readVersions(std::string_view body);

// What the server says in an answer that is an error: its code and message alone, since others of its parts
// repeat what was signed.
std::string s3Words(const HttpResponse& answer);

}  // namespace serin::sources
