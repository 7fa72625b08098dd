#pragma once

#include "api/model_source.h"

namespace serin::api {

// Why Serin itself reads no file of a model in such a store, after "PLACE": " is …"; null where it does.
const char* whyUnreadable(StoreKind store);

// Whether it reads files of a model from there: whyUnreadable(), and that it is not in an image.
bool hasReadableFiles(const ModelSource& source);

}  // namespace serin::api
