#pragma once

#include <string>
#include <string_view>

#include "api/model_source.h"
#include "base/result.h"

namespace serin::api {

// How a pod's serin-fetch is told who its service account is in a cloud: identityJson(), and the file with
// the token, which the kubelet renews.
inline constexpr const char* kIdentityVariable = "SERIN_SOURCE_IDENTITY";
inline constexpr const char* kIdentityTokenVariable = "SERIN_SOURCE_IDENTITY_TOKEN";

// An object of JSON with the members of WorkloadIdentity under their own names, but for those that are empty.
// Equal identities give equal texts.
std::string identityJson(const WorkloadIdentity& identity);

// What identityJson() gave. Members that it does not know, of a newer Serin, are passed over. Invalid where
// the text is none, has a service account that cannot be, or names no cloud or several; the message goes on
// after the name of what was read.
Result<WorkloadIdentity> readIdentity(std::string_view text);

}  // namespace serin::api
