#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "api/field.h"
#include "api/spec.h"

namespace serin::api {

// A source without a URI: the model is in the serving container's image, and what its tag means is followed.
// Its URI is then "image://REGISTRY/REPOSITORY:TAG", which nobody can write.
bool isImageSource(const ModelSource& source);
// One whose image is not known yet.
ModelSource imageSource();

// What registries are asked for an image as containers name it ("fraud:13", "registry.example/ml/fraud"):
// Docker's own registry where it names none, the tag "latest" where it has none.
Result<SourceReference> parseImage(const std::string& image);

// Completes a source without a URI by that image, and adds a problem where it cannot be followed. `spec` and
// `image` are the fields "spec" and that of the serving container.
void adoptImage(const Field& spec, const Field& image, ModelSource& out);

// Has the serving container run exactly the bytes of `spec.modelId`: its image by digest, without the tag.
// Preconditions: spec.source is an image source, spec.usable().
void pinImage(nlohmann::json& podSpec, const Spec& spec);

}  // namespace serin::api
