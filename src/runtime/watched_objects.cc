#include "runtime/watched_objects.h"

#include <algorithm>
#include <random>
#include <utility>

#include "api/codec.h"
#include "base/text.h"
#include "cache/reflector.h"
#include "kube/resource.h"
#include "runtime/watched_kinds.h"

namespace serin::runtime {
namespace {

kube::Random randomNumbers() {
    auto engine = std::make_shared<std::mt19937_64>(std::random_device{}());
    return [engine] { return std::uniform_real_distribution<double>(0.0, 1.0)(*engine); };
}

}  // namespace

// The reflectors of one namespace, or of all.
struct WatchedObjects::Set {
    Set(const std::string& where, const Means& means, const Listeners& listeners)
        : space(where),
          objects(
              collection(kube::modelDeployments(), where), means.requests, randomNumbers(),
              kindOf<api::ModelDeployment>(kube::modelDeployments(), api::decodeModelDeployment, listeners),
              means.transport, means.clock, means.log),
          replicaSets(collection(kube::replicaSets(), where), means.requests, randomNumbers(),
                      kindOf<api::ReplicaSet>(kube::replicaSets(), api::decodeReplicaSet, listeners),
                      means.transport, means.clock, means.log),
          services(collection(kube::services(), where), means.requests, randomNumbers(),
                   kindOf<api::Service>(kube::services(), api::decodeService, listeners), means.transport,
                   means.clock, means.log),
          slices(collection(kube::endpointSlices(), where), means.requests, randomNumbers(),
                 kindOf<api::EndpointSlice>(kube::endpointSlices(), api::decodeEndpointSlice, listeners),
                 means.transport, means.clock, means.log) {}

    // The same for each reflector, with its kind.
    template <typename Visit>
    void each(Visit&& visit) {
        visit(kube::modelDeployments().kind, objects);
        visit(kube::replicaSets().kind, replicaSets);
        visit(kube::services().kind, services);
        visit(kube::endpointSlices().kind, slices);
    }
    template <typename Visit>
    void each(Visit&& visit) const {
        const_cast<Set*>(this)->each(
            [&](const std::string& kind, const auto& reflector) { visit(kind, reflector); });
    }

    std::string space;
    cache::Reflector<api::ModelDeployment> objects;
    cache::Reflector<api::ReplicaSet> replicaSets;
    cache::Reflector<api::Service> services;
    cache::Reflector<api::EndpointSlice> slices;
};

WatchedObjects::WatchedObjects(const std::vector<std::string>& spaces, const Means& means,
                               const Listeners& listeners)
    : clock_(means.clock) {
    for (const std::string& space : spaces) sets_.push_back(std::make_unique<Set>(space, means, listeners));
    if (spaces.empty()) sets_.push_back(std::make_unique<Set>("", means, listeners));
}

WatchedObjects::~WatchedObjects() {
    requestStop();
}

void WatchedObjects::start() {
    for (const auto& set : sets_) {
        set->each([](const std::string&, auto& reflector) { reflector.start(); });
    }
}

void WatchedObjects::requestStop() {
    for (const auto& set : sets_) {
        set->each([](const std::string&, auto& reflector) { reflector.requestStop(); });
    }
}

bool WatchedObjects::synced() const {
    bool all = true;
    for (const auto& set : sets_) {
        std::as_const(*set).each(
            [&](const std::string&, const auto& reflector) { all = all && reflector.hasSynced(); });
    }
    return all;
}

std::string WatchedObjects::waitingFor() const {
    std::vector<std::string> parts;
    for (const auto& set : sets_) {
        std::as_const(*set).each([&](const std::string& kind, const auto& reflector) {
            const cache::ReflectorHealth health = reflector.health();
            if (health.synced) return;
            parts.push_back(cat(kind, set->space.empty() ? "" : " of namespace ", set->space,
                                health.lastFailure.empty() ? "" : ": ", health.lastFailure));
        });
    }
    return join(parts, "; ");
}

std::map<std::string, size_t> WatchedObjects::sizes() const {
    std::map<std::string, size_t> out;
    for (const auto& set : sets_) {
        std::as_const(*set).each([&](const std::string& kind, const auto& reflector) {
            out[kind] += reflector.snapshot().size();
        });
    }
    return out;
}

std::map<std::string, double> WatchedObjects::lags() const {
    std::map<std::string, double> out;
    const Duration now = clock_.sinceBoot();
    for (const auto& set : sets_) {
        std::as_const(*set).each([&](const std::string& kind, const auto& reflector) {
            const double lag = static_cast<double>((now - reflector.health().lastHeard).count()) / 1000.0;
            out[kind] = std::max(out[kind], lag);
        });
    }
    return out;
}

const WatchedObjects::Set* WatchedObjects::setOf(const std::string& key) const {
    const std::string space = key.substr(0, key.find('/'));
    const auto found = std::find_if(sets_.begin(), sets_.end(), [&](const auto& set) {
        return set->space.empty() || set->space == space;
    });
    return found == sets_.end() ? nullptr : found->get();
}

Sight WatchedObjects::look(const std::string& key) const {
    const Set* set = setOf(key);
    if (!set) return {};
    return sightOf(key, set->objects.snapshot(), set->replicaSets.snapshot(), set->services.snapshot(),
                   set->slices.snapshot());
}

std::vector<std::string> WatchedObjects::keys() const {
    std::vector<std::string> keys;
    for (const auto& set : sets_) {
        set->objects.snapshot().forEach([&](const auto& entry) { keys.push_back(entry->key); });
    }
    return keys;
}

}  // namespace serin::runtime
