#pragma once

#include <string>
#include <string_view>

#include "base/http.h"
#include "base/result.h"
#include "sources/object_pages.h"

namespace serin::sources {

// What Azure Blob Storage answers ("List Blobs" and "Status and error codes" of its REST API). Readers are
// Invalid where the answer is not XML of that kind.

// Of a listing with include=metadata. Left out is what stands for a folder: of accounts with a hierarchical
// namespace, and of tools that mark one by the metadata hdi_isfolder.
Result<ObjectPage> readBlobs(std::string_view body);
// Of one with include=metadata,versions; what has no version is left out. The time of a version is that of
// its name.
Result<ObjectPage> readBlobVersions(std::string_view body);

// What the server says in an answer that is an error, in one line, with what to do where its code tells.
std::string azureWords(const HttpResponse& answer);

}  // namespace serin::sources
