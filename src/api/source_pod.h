#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "api/field.h"
#include "api/spec.h"

namespace serin::api {

// Whether its volume is mounted as it is: a claim, or an image. Nothing is fetched then.
bool isMounted(const ModelSource& source);

// Whether pods with that source run serin-fetch: all but those that mount a volume as it is, of whose files
// nothing is stated.
bool hasFetchContainer(const ModelSource& source);

// A volume that is an image (core/v1, ImageVolumeSource). What the kubelet has of one by digest needs no
// asking of the registry again.
nlohmann::json imageVolume(const char* name, const std::string& image);

// The securityContext that the Pod Security Standard "restricted" asks of a container, and a root file system
// that is read-only.
nlohmann::json restrictedSecurity();

// Adds to a pod's spec what loads the model: an init container of that image, which writes the files of
// `spec.modelId` into a volume, and the volume's mount in the serving container, read-only. A claim or an
// image is that volume itself, and the init container is there only where something is stated of its files:
// it looks at them. The container runs where the Pod Security Standard "restricted" is enforced.
// Preconditions: spec.source, spec.usable().
void addSource(nlohmann::json& podSpec, const Spec& spec, const std::string& fetchImage);

// What addSource() wrote into that pod's spec, as far as it says what is loaded and what opens it; null where
// it wrote nothing, or a URI, an identity, or a name of a Secret or a ConfigMap that cannot be one.
std::shared_ptr<const ModelSource> sourceOf(const nlohmann::json& podSpec);

// Adds a problem for each name and path of the template that addSource() needs for itself. `podSpec` is the
// field "spec.template.spec"; the serving container is known.
void checkRoomForSource(const Field& podSpec, const Spec& spec);

}  // namespace serin::api
