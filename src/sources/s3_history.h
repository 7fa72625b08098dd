#pragma once

#include <string>
#include <vector>

#include "api/model_source.h"
#include "sources/s3_answers.h"
#include "sources/store.h"

namespace serin::sources {

// Of one prefix: the path of an object as a file's, empty for what is no file (a folder's marker, an object
// beside the prefix). `single`: the prefix is the key of one object.
std::string pathOf(const std::string& prefix, bool single, const std::string& key);

// The files that stood there at one of the moments at which something changed, with the digest of which
// (digestOf() with ETags) `digest` is; their tags are their versions then. The time of an old version is when
// it was written (Amazon), or when it was replaced (gateways over a file system): both are tried, and the
// digest decides. Looks at the newest 200 moments. NotFound where none is like that.
Result<std::vector<File>> filesOfThen(const std::vector<S3Object>& versions, const std::string& prefix,
                                      bool single, const api::ModelSource& source, const std::string& digest);

}  // namespace serin::sources
