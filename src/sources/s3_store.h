#pragma once

#include <memory>

#include "sources/store.h"

namespace serin::sources {

// Objects below a prefix (or the one object of that key) of a bucket with the API of S3: AWS, or the server
// at source.endpoint. Asked with the bucket in the path, which every such server takes.
//
// The id is "s3:BUCKET/PREFIX sha256:…" over paths, sizes and ETags of the chosen objects; an ETag changes
// with each write. Objects are downloaded under the condition that they have that ETag. Where they have been
// written over in a bucket that keeps versions, files() finds those of the moment at which they made the id,
// and they are downloaded by their version.
//
// Credentials: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, with AWS_SESSION_TOKEN where they are temporary;
// AWS_REGION (or AWS_DEFAULT_REGION), else the region that an endpoint of Amazon's names, else us-east-1. Or
// those of the role of a workload (AwsRole). Without keys the bucket must be public.
Result<std::unique_ptr<Store>> makeS3Store(const Credentials& credentials, Exchange& exchange,
                                           const std::optional<CloudIdentity>& workload = std::nullopt);

}  // namespace serin::sources
