#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/result.h"
#include "sources/store.h"

namespace serin::fetch {

inline constexpr int kMostRedirects = 10;

// "https://host:443" of an absolute URL, in lower case, with the scheme's port filled in and without user and
// password; empty where it is no http or https URL.
std::string originOf(std::string_view url);

// The URL for messages: without user and password, query and fragment, any of which may open a store.
std::string withoutUserAndQuery(std::string_view url);

// The request that a redirect leads to. What goes along stays with the scheme, host and port that it was
// meant for: to any other the headers, with the credentials among them, do not go (as curl and browsers do
// it). Invalid for a redirect from https to http, to anything else, and to nowhere.
Result<sources::Download> followed(const sources::Download& from, const std::string& target);

}  // namespace serin::fetch
