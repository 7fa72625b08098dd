#pragma once

#include <functional>
#include <string>
#include <vector>

#include "api/names.h"
#include "api/observed.h"
#include "base/result.h"
#include "cache/store_sink.h"
#include "kube/event_series.h"
#include "kube/list_watch.h"
#include "kube/object.h"
#include "kube/resource.h"
#include "runtime/object_source.h"

namespace serin::runtime {

// Called by whoever feeds the stores; must be quick.
struct WatchListeners {
    std::function<void(const std::string& key)> changed;  // look at this ModelDeployment
    std::function<void(const char* kind)> heard;          // an object of this kind came
    // A ModelDeployment that cannot be understood.
    std::function<void(const kube::ObjectReference& about, const Error& error)> malformed;
};

// The objects of one kind that matter, in one namespace or in all (empty).
inline kube::ListWatch::Options collection(const kube::Resource& resource, const std::string& space) {
    kube::ListWatch::Options out;
    out.resource = resource;
    out.space = space;
    out.streamingLists = true;
    if (!(resource == kube::modelDeployments())) out.labelSelector = api::kModelDeploymentLabel;
    return out;
}

// Children name their ModelDeployment in a label; EndpointSlices have the labels of their Service.
inline std::string ownerByLabel(const kube::Object& object) {
    const std::string name = object.label(api::kModelDeploymentLabel);
    return name.empty() ? "" : kube::objectKey(object.space(), name);
}

template <typename T>
cache::Kind<T> kindOf(const kube::Resource& resource, Result<T> (*decode)(const nlohmann::json&),
                      const WatchListeners& listeners) {
    const bool root = resource == kube::modelDeployments();
    cache::Kind<T> kind;
    kind.ownerKey = [root](const kube::Object& object) { return root ? object.key() : ownerByLabel(object); };
    kind.notify = listeners.changed;
    kind.decode = [&resource, root, decode, listeners](const kube::Object& object) {
        listeners.heard(resource.kind.c_str());
        Result<T> decoded = decode(object.json());
        if (!decoded && root) {
            listeners.malformed({resource.apiVersion(), resource.kind, object.space(), object.name(),
                                 object.uid(), object.resourceVersion()},
                                decoded.error());
        }
        return decoded;
    };
    return kind;
}

template <typename T>
std::vector<T> valuesOf(const cache::Snapshot<T>& snapshot, const std::string& key) {
    std::vector<T> out;
    for (const auto& entry : snapshot.ownedBy(key)) out.push_back(entry->value);
    return out;
}

// What four snapshots, taken one after the other, hold of one ModelDeployment.
inline Sight sightOf(const std::string& key, const cache::Snapshot<api::ModelDeployment>& objects,
                     const cache::Snapshot<api::ReplicaSet>& replicaSets,
                     const cache::Snapshot<api::Service>& services,
                     const cache::Snapshot<api::EndpointSlice>& slices) {
    Sight sight;
    sight.versions = {{kube::modelDeployments().kind, objects.resourceVersion()},
                      {kube::replicaSets().kind, replicaSets.resourceVersion()},
                      {kube::services().kind, services.resourceVersion()},
                      {kube::endpointSlices().kind, slices.resourceVersion()}};
    if (const auto found = objects.find(key)) sight.object = found->value;
    sight.replicaSets = valuesOf(replicaSets, key);
    sight.services = valuesOf(services, key);
    sight.slices = valuesOf(slices, key);
    return sight;
}

}  // namespace serin::runtime
