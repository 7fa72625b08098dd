#pragma once

#include "sources/renewed.h"
#include "sources/s3_signature.h"
#include "sources/store.h"
#include "sources/sts_answers.h"

namespace serin::sources {

// Temporary keys of a role that trusts the cluster's issuer: AssumeRoleWithWebIdentity of the AWS STS API
// (2011-06-15), asked of the STS of the identity's region, or of its tokenEndpoint. They live as long as the
// role's sessions do, an hour where nobody says otherwise. Safe to call from several threads at once; the
// exchange outlives it.
class AwsRole {
  public:
    // Of an identity that awsFault() has nothing against.
    AwsRole(const CloudIdentity& identity, Exchange& exchange);

    // Forbidden where STS does not take the token or the role does not trust it; Unavailable where it asks
    // for patience, or cannot reach the cluster's issuer; else errors of Store, and of the token.
    Result<S3Identity> at(Timestamp now);

  private:
    std::string region_;
    Renewed<TemporaryKeys> keys_;
};

// Invalid where the identity's role, region or tokenEndpoint cannot be one.
Result<void> awsFault(const CloudIdentity& identity);

}  // namespace serin::sources
