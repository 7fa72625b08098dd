#pragma once

#include <map>
#include <string>

namespace serin::sources {

// Parameters of a URL's query, not encoded.
using Query = std::map<std::string, std::string>;

// The query as it is signed and must be asked for: sorted, percent-encoded; empty where there is none.
std::string canonicalQuery(const Query& query);

}  // namespace serin::sources
