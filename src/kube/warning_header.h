#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace serin::kube {

// The texts in a `Warning` header with which the API server tells of deprecated or unknown fields: those with
// code 299 (RFC 7234 section 5.5; several may stand in one header). What cannot be read is left out.
std::vector<std::string> warningTexts(std::string_view header);

}  // namespace serin::kube
