#pragma once

#include "api/field.h"
#include "api/model_source.h"

namespace serin::api {

// Fills what the files of a source have to be: `sha256`, and `verify`, by whose signature. `source` is the
// field "spec.model.source"; the URI has been read.
void decodeTrust(const Field& source, ModelSource& out);

}  // namespace serin::api
