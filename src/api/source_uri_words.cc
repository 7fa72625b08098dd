#include "api/source_uri_readers.h"

#include <algorithm>

#include "base/shorten.h"
#include "base/text.h"

namespace serin::api {
namespace {

constexpr size_t kLongestShown = 80;

// What stands before an '@' in the place of a user and a password is not repeated.
std::string withoutUser(std::string_view uri) {
    const size_t start = uri.find("://");
    if (start == std::string_view::npos || uri.starts_with("mlflow:") || uri.starts_with("hf:")) {
        return std::string(uri);
    }
    const size_t at = uri.substr(0, uri.find_first_of("/?#", start + 3)).rfind('@');
    if (at == std::string_view::npos || at < start) return std::string(uri);
    return cat(uri.substr(0, start + 3), "…", uri.substr(at));
}

}  // namespace

Error uriProblem(std::string_view uri, std::string_view what) {
    return invalid(cat("'", shortened(withoutUser(uri), kLongestShown), "' ", what));
}

bool onlyOf(std::string_view text, std::string_view allowed, std::string_view more) {
    return std::ranges::all_of(text, [&](char c) {
        return allowed.find(c) != std::string_view::npos || more.find(c) != std::string_view::npos;
    });
}

bool isNumber(std::string_view text) {
    return !text.empty() && onlyOf(text, kDigits);
}

std::string_view withoutEndSlashes(std::string_view path) {
    while (path.starts_with('/')) path.remove_prefix(1);
    while (path.ends_with('/')) path.remove_suffix(1);
    return path;
}

bool isPath(std::string_view path) {
    const std::vector<std::string> parts = split(path, '/');
    return path.empty() || std::ranges::none_of(parts, [](const std::string& part) {
               return part.empty() || part == "." || part == "..";
           });
}

std::string_view takeTo(std::string_view& rest, char separator) {
    const std::string_view out = rest.substr(0, rest.find(separator));
    rest.remove_prefix(std::min(rest.size(), out.size() + 1));
    return out;
}

std::string authorityFault(std::string_view authority) {
    if (authority.find('@') != std::string_view::npos) {
        return "has credentials in it, which everybody who reads the object would see; put them into a "
               "Secret, and name it as credentials.secretName";
    }
    const size_t bracket = authority.find(']');
    const size_t colon = authority.find(':', bracket == std::string_view::npos ? 0 : bracket);
    const std::string_view host = authority.substr(0, colon);
    if (colon != std::string_view::npos) {
        const std::string_view port = authority.substr(colon + 1);
        if (!isNumber(port) || port.size() > 5) return "has a port that is no number";
    }
    const bool address = host.starts_with('[') && host.ends_with(']') && host.size() > 2;
    if (address ? !onlyOf(host.substr(1, host.size() - 2), "0123456789abcdefABCDEF:.")
                : host.empty() || !onlyOf(host, kWord, "-._")) {
        return "names no host";
    }
    return "";
}

}  // namespace serin::api
