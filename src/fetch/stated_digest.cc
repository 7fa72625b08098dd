#include "fetch/stated_digest.h"

#include "base/text.h"

namespace serin::fetch {

void StatedDigest::add(std::string_view bytes) {
    if (!file_.sha256.empty()) {
        sha256_.add(bytes);
    } else if (byMd5()) {
        md5_.add(bytes);
    }
}

std::optional<std::string> StatedDigest::fault() {
    if (none()) return std::nullopt;
    const bool sha256 = !file_.sha256.empty();
    const std::string should = lowerCase(sha256 ? file_.sha256 : file_.md5);
    const std::string is = sha256 ? sha256_.hex() : md5_.hex();
    if (is == should) return std::nullopt;
    return cat("its ", sha256 ? "SHA-256" : "MD5", " is ", is, " and should be ", should);
}

}  // namespace serin::fetch
