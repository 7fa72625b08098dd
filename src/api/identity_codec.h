#pragma once

#include "api/field.h"
#include "api/model_source.h"

namespace serin::api {

// `credentials` is the field "spec.model.source.credentials", which is present; the source's reference has
// been read. Fills the Secret, or who the pods' service account is in the store's cloud: exactly one of them.
// Of the latter all but the service account, which the template says.
void decodeCredentials(const Field& credentials, ModelSource& out);

// Whether all that exchange its tokens are asked over plain HTTP.
bool isPlain(const WorkloadIdentity& identity);

}  // namespace serin::api
