#include "client_process.h"

#include <algorithm>

#include "api/codec.h"
#include "base/text.h"
#include "runtime/access_reader.h"
#include "runtime/bodies.h"
#include "runtime/reference_reader.h"
#include "script_objects.h"

namespace serin::simulation {
namespace {

kube::Election::Options election(const std::string& identity) {
    kube::Election::Options out;
    out.space = "serin";
    out.identity = identity;
    return out;
}

kube::Random numbers(uint64_t seed, uint64_t use) {
    return [draws = Random(seed, use)]() mutable { return draws.uniform(); };
}

}  // namespace

ClientProcess::ClientProcess(const Surroundings& around, const std::string& pod, uint64_t seed)
    : around_(around),
      identity_(pod),
      machineClock_(around.timeline, around.adversity),
      transport_(around.server, around.timeline, around.adversity, around.wrote),
      pods_(around.cluster, around.timeline, around.adversity),
      requests_(kube::userAgent("simulation", pod)),
      queue_(clock_),
      objects_(kube::modelDeployments(), api::decodeModelDeployment, listeners(), requests_, transport_,
               clock_, seed),
      sets_(kube::replicaSets(), api::decodeReplicaSet, listeners(), requests_, transport_, clock_, seed + 1),
      services_(kube::services(), api::decodeService, listeners(), requests_, transport_, clock_, seed + 2),
      slices_(kube::endpointSlices(), api::decodeEndpointSlice, listeners(), requests_, transport_, clock_,
              seed + 3),
      scraper_(pods_, clock_, 0),
      sampler_(scraper_, *this, clock_, numbers(seed, 50),
               [this](const std::string& key, const runtime::Examiner&,
                      const runtime::Examiner::Finding& finding) {
                   if (finding.news) queue_.add(key);
               }),
      applier_(
          transport_, requests_, runtime::bodies(),
          [this] { return around_.sabotage.is(21) || fence_.open(clock_.sinceBoot()); }, clock_, around.log),
      controller_(controllerParts()) {
    elector_ = std::make_unique<runtime::Elector>(
        kube::Election(election(identity_), requests_, numbers(seed, 51)), fence_, transport_, clock_,
        around_.log, runtime::Elector::Listeners{[this] { lead(); }, [this] { ended_ = true; }});
}

runtime::WatchListeners ClientProcess::listeners() {
    return {[this](const std::string& key) { queue_.add(key); }, [](const char*) {},
            [](const kube::ObjectReference&, const Error&) {}};
}

runtime::Controller::Parts ClientProcess::controllerParts() {
    return {*this,
            queue_,
            gate_,
            applier_,
            metrics_,
            clock_,
            around_.log,
            [](const kube::EventInput&) {},
            [this](const std::string& key, const std::shared_ptr<runtime::Examiner>& e) {
                sampler_.watch(key, e);
            },
            [this](const std::string& key) { sampler_.forget(key); },
            runtime::referenceReader(transport_, requests_),
            runtime::accessReader(transport_, requests_),
            std::chrono::seconds(5)};
}

runtime::Sight ClientProcess::look(const std::string& key) const {
    return runtime::sightOf(key, objects_.snapshot(), sets_.snapshot(), services_.snapshot(),
                            slices_.snapshot());
}

std::vector<std::string> ClientProcess::keys() const {
    std::vector<std::string> out;
    objects_.snapshot().forEach([&](const auto& entry) { out.push_back(entry->key); });
    return out;
}

void ClientProcess::lead() {
    leads_ = true;
    for (const std::string& key : keys()) queue_.add(key);
}

bool ClientProcess::synced() const {
    return objects_.synced() && sets_.synced() && services_.synced() && slices_.synced();
}

void ClientProcess::breakWatches() {
    each([](auto& follower) { follower.breakOff(); });
}

void ClientProcess::repeatEvents() {
    each([](auto& follower) { follower.repeat(); });
}

void ClientProcess::deafen(Duration time, Kind why, std::optional<int> kind) {
    int index = 0;
    each([&](auto& follower) {
        if (!kind || *kind == index++) follower.deafen(clock_.sinceBoot() + time, why);
    });
}

void ClientProcess::work() {
    while (const auto key = queue_.poll()) {
        if (!stuckWith_ || *stuckWith_ == *key) controller_.reconcile(*key, {});
        queue_.done(*key);
        meddle(*key);
    }
}

// The deliberate bugs of a worker.
void ClientProcess::meddle(const std::string& key) {
    const bool neighbour = key.find(kNeighbour) != std::string::npos;
    if (around_.sabotage.is(26) && neighbour) stuckWith_ = key;
    if (!around_.sabotage.is(12) || neighbour) return;
    const auto object = objects_.snapshot().find(key);
    if (!object || !object->value.status.stable) return;
    const api::Meta& meta = object->value.meta;
    const std::string body = cat(R"({"spec":{"replicas":)", object->value.spec.replicas + 1, "}}");
    static_cast<void>(
        transport_.send(requests_.mergePatch(kube::modelDeployments(), meta.ns, meta.name, body)));
}

std::optional<Timestamp> ClientProcess::turn() {
    const Timestamp now = around_.timeline.now();
    if (now < standsStillUntil) return standsStillUntil;
    Duration next = Duration::max();
    if (now < transport_.pastUntil()) next = clock_.sinceBoot() + (transport_.pastUntil() - now);
    const bool hears = now >= deafUntil;
    if (hears) {
        each([&](auto& follower) { next = std::min(next, follower.turn()); });
    } else {
        next = std::min(next, clock_.sinceBoot() + (deafUntil - now));
    }
    const bool neverAsksAgain = around_.sabotage.is(21) && leads_;
    if (synced() && !neverAsksAgain) {
        // A request or two, and it says when it wants to go on.
        std::optional<Duration> due = clock_.sinceBoot();
        for (int i = 0; i < 4 && due && *due <= clock_.sinceBoot(); ++i) due = elector_->turn({});
        if (!due || ended_) return std::nullopt;
        next = std::min(next, *due);
    }
    if (leads_) {
        work();
        next = std::min(next, sampler_.turn());
        work();
        if (const auto due = queue_.nextDue()) next = std::min(next, *due);
    }
    return std::max(SimulatedClock::at(next), now + Duration{1});
}

}  // namespace serin::simulation
