#pragma once

#include <string>
#include <string_view>

namespace serin::kube {

// The text of one object, or of a watch event about one, without its metadata.managedFields: half of the text
// of an object that several write, which nobody here reads and which is not worth parsing. What is written
// otherwise than the API server does (blanks, metadata behind other members that hold a "metadata"), and what
// is no JSON, comes back as it is.
std::string withoutManagedFields(std::string_view json);

}  // namespace serin::kube
