#pragma once

#include <string_view>

#include "api/model_source.h"

namespace serin::sources {

// Whether a path matches a glob. '*' is any characters but '/', '**' any characters, '?' one that is not '/'.
// A glob without '/' is matched with the last part of the path (*.json in any folder); one that ends with
// '/' means everything below that folder.
bool matches(std::string_view glob, std::string_view path);

// Whether `include` (everything where there is none) and `exclude` leave the file. Where the source has to be
// signed, the manifest and its signature always stay.
bool wanted(const api::ModelSource& source, std::string_view path);

}  // namespace serin::sources
