#pragma once

#include <string>
#include <string_view>

namespace serin::sources {

// "https://s3.eu-central-1.amazonaws.com": where a service of Amazon's is in a region, in the domain of the
// region's partition ("AWS service endpoints" of the AWS General Reference).
std::string amazonUrl(std::string_view service, std::string_view region);

// The region that such an address names; empty where it is none, or another server's.
std::string regionIn(std::string_view url);

// Whether a text may be a region's name.
bool isRegion(std::string_view text);

}  // namespace serin::sources
