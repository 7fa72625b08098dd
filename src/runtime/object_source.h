#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "api/observed.h"

namespace serin::runtime {

// What the caches hold of one ModelDeployment at one moment.
struct Sight {
    std::optional<api::ModelDeployment> object;
    std::vector<api::ReplicaSet> replicaSets;
    std::vector<api::Service> services;
    std::vector<api::EndpointSlice> slices;
    std::map<std::string, std::string>
        versions;  // kind -> resourceVersion up to which its cache has seen everything
};

// Where objects are seen. Thread-safe.
class ObjectSource {
  public:
    virtual ~ObjectSource() = default;
    // `key` is "namespace/name".
    virtual Sight look(const std::string& key) const = 0;
    // Of all ModelDeployments.
    virtual std::vector<std::string> keys() const = 0;
};

}  // namespace serin::runtime
