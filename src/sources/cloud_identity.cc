#include "sources/cloud_identity.h"

#include <algorithm>

#include "base/text.h"
#include "sources/calls.h"
#include "sources/listing.h"

namespace serin::sources {

Result<void> endpointFault(const std::string& name, const std::string& url) {
    if (url.empty()) return {};
    const bool web = url.starts_with("https://") || url.starts_with("http://");
    const std::string origin = originOf(url);
    const bool host = origin.size() > origin.find("://") + 3;
    if (web && host && isWord(url) && url.find_first_of("@?#") == std::string::npos) return {};
    return invalid(cat("the identity's ", name, " is \"", plainly(url),
                       "\"; state the address of a server, https://HOST"));
}

bool isWord(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c > ' ' && c <= '~'; });
}

}  // namespace serin::sources
