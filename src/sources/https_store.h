#pragma once

#include <memory>

#include "sources/store.h"

namespace serin::sources {

// One file that a web server serves: a model, or an archive of one.
//
// The id is "https:FILE sha256:…" where the server tells the SHA-256 of the bytes (Repr-Digest of RFC 9530,
// X-Checksum-Sha256 of repository managers, X-Linked-ETag of Hugging Face), else "https:FILE tag:…": a digest
// over the strong ETag and the length, or over a weak one, Last-Modified and the length. A server that tells
// neither ETag nor Last-Modified is refused, since nobody could see when the file changes.
//
// Credentials: HTTPS_TOKEN (a bearer token), or HTTPS_USERNAME and HTTPS_PASSWORD.
Result<std::unique_ptr<Store>> makeHttpsStore(const Credentials& credentials, Exchange& exchange);

}  // namespace serin::sources
