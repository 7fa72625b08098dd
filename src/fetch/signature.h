#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace serin::fetch {

// Whether the signature is of this text by the owner of the public key (PEM, SubjectPublicKeyInfo). Keys are
// ECDSA's on P-256 and P-384 (the signature in ASN.1's DER over the text's SHA-256, on P-384 also its
// SHA-384) and Ed25519's (RFC 8032, over the text itself), as cosign sign-blob and openssl make them; the
// signature as it is or in base64. Invalid says what is wrong with the key or that the signature is not of
// this text.
Result<void> checkSignature(std::string_view text, std::string_view signature, const std::string& publicKey);

}  // namespace serin::fetch
