#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "apply/applier.h"
#include "base/slewed_clock.h"
#include "follower.h"
#include "kube/fence.h"
#include "runtime/controller.h"
#include "runtime/elector.h"
#include "runtime/sampler.h"
#include "sabotage.h"
#include "signals/scraper.h"
#include "simulated_clock.h"
#include "simulated_transport.h"

namespace serin::simulation {

// One process of the operator: its own client, caches, queue, controller, applier, sampler and elector, put
// together as operator/rollouts.cc does, but driven in turns instead of by threads.
class ClientProcess final : public runtime::ObjectSource {
  public:
    struct Surroundings {
        fake::ApiServer& server;
        Cluster& cluster;
        Timeline& timeline;
        Adversity& adversity;
        Logger& log;
        const Sabotage& sabotage;
        std::function<void()> wrote;  // something may have changed at the server
    };
    // `pod` is in its user-agent and in the Lease.
    ClientProcess(const Surroundings& around, const std::string& pod, uint64_t seed);

    // Everything that is due now, in the order elector, watches, queue, sampler. Returns when to come again
    // if nothing is heard before; nothing once the process has to end. Throws ProcessDied.
    std::optional<Timestamp> turn();
    // Watches are not heard before then, and nothing at all is done before `standsStillUntil`.
    Timestamp deafUntil{};
    Timestamp standsStillUntil{};

    bool leads() const { return leads_; }
    const std::string& identity() const { return identity_; }
    SimulatedTransport& transport() { return transport_; }
    void breakWatches();
    void repeatEvents();
    // The watches, or that of one kind only, are not heard for so long.
    void deafen(Duration time, Kind why, std::optional<int> kind = std::nullopt);

    runtime::Sight look(const std::string& key) const override;
    std::vector<std::string> keys() const override;

  private:
    runtime::WatchListeners listeners();
    runtime::Controller::Parts controllerParts();
    void lead();
    bool synced() const;
    void work();
    void meddle(const std::string& key);
    template <typename Visit>
    void each(Visit&& visit) {
        visit(objects_);
        visit(sets_);
        visit(services_);
        visit(slices_);
    }

    Surroundings around_;
    std::string identity_;
    SimulatedClock machineClock_;
    SlewedClock clock_{machineClock_};
    SimulatedTransport transport_;
    SimulatedPods pods_;
    kube::RequestBuilder requests_;
    runtime::WorkQueue queue_;
    Follower<api::ModelDeployment> objects_;
    Follower<api::ReplicaSet> sets_;
    Follower<api::Service> services_;
    Follower<api::EndpointSlice> slices_;
    kube::Fence fence_;
    cache::WriteGate gate_;
    runtime::Metrics metrics_;
    signals::Scraper scraper_;
    runtime::Sampler sampler_;
    apply::Applier applier_;
    runtime::Controller controller_;
    std::unique_ptr<runtime::Elector> elector_;
    bool leads_ = false;
    bool ended_ = false;
    std::optional<std::string> stuckWith_;  // of a deliberate bug: the only key that is still worked at
};

}  // namespace serin::simulation
