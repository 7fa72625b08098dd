#pragma once

#include <memory>

#include "sources/store.h"

namespace serin::sources {

// Models of the Hugging Face Hub, or of a server with its API (source.endpoint). The id is
// "hf:OWNER/NAME@COMMIT": a commit names its bytes. Files that are kept as large ones have their SHA-256. A
// file of more than 50 GB is refused: the Hub does not hand it out over plain HTTP (huggingface_hub,
// MAX_HTTP_DOWNLOAD_SIZE).
//
// Credentials: HF_TOKEN.
Result<std::unique_ptr<Store>> makeHubStore(const Credentials& credentials, Exchange& exchange);

}  // namespace serin::sources
