#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "api/field.h"
#include "api/spec.h"

namespace serin::api {

// A source without a URI: the model is in the serving container's image, and what its tag means is followed.
// Its URI is then "image://REGISTRY/REPOSITORY:TAG", which nobody can write.
bool isImageSource(const ModelSource& source);
// Whether the kubelet gets the model as it gets images, by the digest of what a tag names: it is in the
// serving container's image, or a volume that is an image. Serin fetches nothing then.
bool isPulledByKubelet(const ModelSource& source);
// One whose image is not known yet.
ModelSource imageSource();

// What registries are asked for an image as containers name it ("fraud:13", "registry.example/ml/fraud"):
// Docker's own registry where it names none, the tag "latest" where it has none.
Result<SourceReference> parseImage(const std::string& image);

// Completes a source without a URI by that image, and adds a problem where it cannot be followed. `spec` and
// `image` are the fields "spec" and that of the serving container.
void adoptImage(const Field& spec, const Field& image, ModelSource& out);

// The Secrets by which the kubelet pulls for such a pod, as its template names them. Those of its service
// account are not known here, and names that can be none of a Secret are left out.
std::vector<std::string> pullSecretsOf(const nlohmann::json& podSpec);

// The image of `modelId` as a volume names it: REGISTRY/REPOSITORY@sha256:…
std::string imageReference(const ModelSource& source, const std::string& modelId);

// Has the serving container run exactly the bytes of `spec.modelId`: its image by digest, without the tag.
// Preconditions: spec.source is an image source, spec.usable().
void pinImage(nlohmann::json& podSpec, const Spec& spec);

}  // namespace serin::api
