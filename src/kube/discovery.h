#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "base/http.h"
#include "kube/resource.h"

namespace serin::kube {

// Asks for all groups, versions and kinds but those of the core group in one document
// (apidiscovery.k8s.io, since Kubernetes 1.30 everywhere). Servers without it answer with a mere list of
// groups, or 406.
HttpRequest aggregatedDiscovery();

// Which of `wanted` the document does not list. Nothing when the text is no such document.
std::optional<std::vector<Resource>> missingFrom(std::string_view document,
                                                 const std::vector<Resource>& wanted);

}  // namespace serin::kube
