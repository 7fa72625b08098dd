#include "fetch/redirect.h"

#include "base/text.h"

namespace serin::fetch {
namespace {

struct Parts {
    std::string scheme;
    std::string authority;  // without user and password
    std::string_view path;
};

// Of an absolute URL (RFC 3986, section 3); everything empty for any other.
Parts partsOf(std::string_view url) {
    const size_t colon = url.find("://");
    if (colon == std::string_view::npos) return {};
    const std::string_view rest = url.substr(colon + 3);
    const size_t end = std::min(rest.find_first_of("/?#"), rest.size());
    std::string_view authority = rest.substr(0, end);
    const size_t user = authority.rfind('@');
    if (user != std::string_view::npos) authority.remove_prefix(user + 1);
    std::string_view path = rest.substr(end);
    path = path.substr(0, path.find_first_of("?#"));
    return {lowerCase(url.substr(0, colon)), lowerCase(authority), path};
}

bool hasPort(std::string_view authority) {
    const size_t colon = authority.rfind(':');
    // The colons of an address in brackets are none of a port.
    return colon != std::string_view::npos && authority.find(']', colon) == std::string_view::npos;
}

}  // namespace

std::string originOf(std::string_view url) {
    const Parts parts = partsOf(url);
    if ((parts.scheme != "http" && parts.scheme != "https") || parts.authority.empty()) return "";
    const std::string_view port = parts.scheme == "https" ? ":443" : ":80";
    return cat(parts.scheme, "://", parts.authority, hasPort(parts.authority) ? "" : port);
}

std::string withoutUserAndQuery(std::string_view url) {
    const Parts parts = partsOf(url);
    return parts.scheme.empty() ? "a URL" : cat(parts.scheme, "://", parts.authority, parts.path);
}

Result<sources::Download> followed(const sources::Download& from, const std::string& target) {
    const std::string before = originOf(from.url);
    const std::string after = originOf(target);
    if (after.empty()) {
        return invalid(cat(withoutUserAndQuery(from.url),
                           " redirects to nowhere: its Location is no http or https URL"));
    }
    if (before.starts_with("https:") && !after.starts_with("https:")) {
        return invalid(cat(withoutUserAndQuery(from.url), " redirects to ", withoutUserAndQuery(target),
                           ", from https to http, which is not followed; let the server redirect to https"));
    }
    if (before != after) return sources::Download{target, {}};
    return sources::Download{target, from.headers};
}

}  // namespace serin::fetch
