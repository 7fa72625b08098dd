#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/http.h"
#include "base/result.h"
#include "sources/object_pages.h"

namespace serin::sources {

// What the JSON API of Google Cloud Storage answers. Readers are Invalid where the answer is no such listing,
// or an object is handed out as other bytes than it is listed with. Tags and versions are generations: a
// generation names the same bytes for ever.

Result<ObjectPage> readGcsObjects(std::string_view body);
// Of a listing with versions=true. With each generation that has ended comes its end, as an object that is
// deleted.
Result<ObjectPage> readGcsVersions(std::string_view body);

// All of such a listing without the ends that were only another generation's beginning; of each name the
// newest generation first.
std::vector<StoredObject> withTrueEnds(std::vector<StoredObject> versions);

// What the server says in an answer that is an error.
std::string gcsWords(const HttpResponse& answer);

}  // namespace serin::sources
