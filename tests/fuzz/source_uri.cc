// The input is a model source's URI.
#include "api/source_uri.h"

#include "tests/fuzz/fuzz.h"

namespace serin::fuzz {

void one(std::string_view input) {
    const auto reference = api::parseSource(std::string(input));
    if (!reference) {
        require(!reference.error().message.empty() && reference.error().message.size() < 4000,
                "a complaint is short");
        return;
    }
    const std::string uri = api::sourceUri(*reference);
    const auto again = api::parseSource(uri);
    require(again && *again == *reference, "the canonical form reads back as the same");
    require(api::sourceUri(*again) == uri, "and there is one of it");
    const std::string inside = "/" + reference->path + "/";
    require(inside.find("/../") == std::string::npos, "no path leads out of its place");
}

}  // namespace serin::fuzz
