#pragma once

#include <string>

#include "api/model_source.h"
#include "base/result.h"
#include "sources/surroundings.h"

// Prints to the standard output what sha256sum prints of the files of that id, or where it is empty of what
// the source means now; to the standard error how far it is. With ModelSource::publicKeyKey the files that
// are signed, and not the manifest and the signature among them. `caFile`: authorities in PEM instead of the
// system's; may be empty.
serin::Result<void> printManifest(const serin::api::ModelSource& source, const std::string& id,
                                  const serin::sources::Asker& asker, const std::string& caFile);
