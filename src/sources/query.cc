#include "sources/query.h"

#include <algorithm>
#include <vector>

#include "base/percent.h"
#include "base/text.h"

namespace serin::sources {

std::string canonicalQuery(const Query& query) {
    std::vector<std::string> pairs;
    pairs.reserve(query.size());
    for (const auto& [name, value] : query) {
        pairs.push_back(cat(percentEncode(name), "=", percentEncode(value)));
    }
    std::ranges::sort(pairs);
    return join(pairs, "&");
}

}  // namespace serin::sources
