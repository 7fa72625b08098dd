// The input is a manifest as sha256sum prints it.
#include "api/file_digests.h"

#include "tests/fuzz/fuzz.h"

namespace serin::fuzz {

void one(std::string_view input) {
    const auto digests = api::parseDigests(input);
    if (!digests) {
        require(!digests.error().message.empty() && digests.error().message.size() < 1000,
                "a complaint is short");
        return;
    }
    require(!digests->empty(), "a manifest names files");
    for (const auto& [path, digest] : *digests) {
        require(api::isSha256(digest), "a digest is one");
        require(("/" + path + "/").find("/../") == std::string::npos && path[0] != '/', "no path leads out");
        // Such a path is written with escapes, which are not read.
        if (path.find('\\') != std::string::npos) return;
    }
    const auto again = api::parseDigests(api::digestsText(*digests));
    require(again && *again == *digests, "what is written reads back as the same");
}

}  // namespace serin::fuzz
