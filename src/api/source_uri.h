#pragma once

#include <string>

#include "api/model_source.h"
#include "base/result.h"

namespace serin::api {

// Takes a URI of spec.model.source apart. Invalid in words that name what is wrong and how it is written
// ("mlflow://NAME@ALIAS, mlflow://NAME/VERSION …").
Result<SourceReference> parseSource(const std::string& uri);

// The one way to write it, from which parseSource() gets the same again.
std::string sourceUri(const SourceReference& reference);

}  // namespace serin::api
