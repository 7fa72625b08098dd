#pragma once

#include <string>
#include <vector>

#include "cause.h"
#include "json.h"
#include "kinds.h"

namespace serin::fake {

// Why a text is no DNS label (RFC 1123), no qualified name ("[prefix/]name"); empty: it is one.
std::string badLabel(const std::string& text);
std::string badQualifiedName(const std::string& text);

// Names, labels, annotations, finalizers and owners, as every kind's metadata is checked.
std::vector<Cause> validateMetadata(Kind kind, const Json& object);
// What an update may not do to the metadata. The API server checks it twice, in the general and in the kind's
// own strategy, and tells everything twice.
std::vector<Cause> validateMetadataUpdate(const Json& next, const Json& before);

}  // namespace serin::fake
