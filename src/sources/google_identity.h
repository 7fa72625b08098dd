#pragma once

#include <string>
#include <string_view>

#include "sources/renewed.h"
#include "sources/store.h"

namespace serin::sources {

// A token that reads Cloud Storage, for the token of a workload that a pool trusts (AIP-4117): it is
// exchanged at the Security Token Service (RFC 8693), and where the identity names a service account of
// Google's, what comes of that is exchanged for the service account's token (generateAccessToken of the IAM
// Service Account Credentials API). Safe to call from several threads at once; the exchange outlives it.
class GoogleIdentity {
  public:
    // Of an identity that googleFault() has nothing against.
    GoogleIdentity(const CloudIdentity& identity, Exchange& exchange);

    // Forbidden where one of the two says no; else errors of Store, and of the token.
    Result<std::string> at(Timestamp now) { return token_.at(now); }

  private:
    Renewed<std::string> token_;
};

// What generateAccessToken answers: {accessToken, expireTime}. Invalid, without secrets, where it is not
// that.
Result<Renewed<std::string>::Lent> readGeneratedToken(std::string_view body);

// Invalid where the identity's provider, service account or servers cannot be such.
Result<void> googleFault(const api::WorkloadIdentity& who);

}  // namespace serin::sources
