#pragma once

#include <string>

#include "base/result.h"
#include "base/time.h"
#include "sources/query.h"

namespace serin::sources {

// What may read objects and do nothing else ("OAuth 2.0 scopes" of Cloud Storage).
inline constexpr const char* kStorageScope = "https://www.googleapis.com/auth/devstorage.read_only";

// The key of a service account, as Google Cloud hands it out in a JSON file. Secret.
struct GoogleKey {
    std::string email;
    std::string keyId;
    std::string privateKey;  // PEM
    std::string tokenUri;    // http(s)://…
};

// Invalid where it is no such file, naming the field, or is one of another type, naming the type.
Result<GoogleKey> readGoogleKey(const std::string& json);

// What a token for reading Cloud Storage is asked for with: a signed assertion of an hour ("Using OAuth 2.0
// for server to server applications"; RFC 7523, section 2.1), as a form. Invalid where the key signs nothing.
Result<Query> googleForm(const GoogleKey& key, Timestamp now);

}  // namespace serin::sources
