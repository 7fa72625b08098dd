#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace serin::fetch {

// What it means that git ended with a status other than zero: by its last remarks, whose secrets are removed
// already. Of what may be otherwise later, or is not known, Unavailable. `url` is the repository's; words in
// it are none of git's.
Error gitRefusal(const std::string& url, const std::string& command, int status,
                 const std::vector<std::string>& remarks);

// Whether the server hands out nothing but what its branches and tags point to.
bool isUnadvertised(const std::vector<std::string>& remarks);

// Whether it does not hand out what was asked for by its name, for that reason or because it has no such.
bool refusesObjects(const std::vector<std::string>& remarks);

// Whether it refuses to leave contents out (uploadpackfilter.allow), instead of sending all of them.
bool refusesFilters(const std::vector<std::string>& remarks);

}  // namespace serin::fetch
