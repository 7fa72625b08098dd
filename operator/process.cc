#include "process.h"

#include <unistd.h>

#include <atomic>
#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <random>
#include <thread>

#include "base/slewed_clock.h"
#include "base/text.h"
#include "kube/fence.h"
#include "means.h"
#include "net/cluster_transport.h"
#include "rollouts.h"
#include "runtime/elector.h"
#include "runtime/health.h"
#include "runtime/metered_transport.h"
#include "runtime/startup.h"
#include "servers.h"

namespace serin {
namespace {

std::string podName() {
    if (const char* name = std::getenv("POD_NAME"); name && *name) return name;
    char host[256] = {};
    ::gethostname(host, sizeof host - 1);
    return host;
}

kube::Random randomNumbers() {
    struct Source {
        std::mutex mutex;
        std::mt19937_64 engine{std::random_device{}()};
    };
    auto source = std::make_shared<Source>();
    return [source] {
        const std::lock_guard lock(source->mutex);
        return std::uniform_real_distribution<double>(0.0, 1.0)(source->engine);
    };
}

// What the process consists of and in which order it begins and ends. Built from the ground up; destroyed in
// the opposite order, so that nobody is left with a dead reference.
class Operator {
  public:
    Operator(const runtime::Options& options, const kube::ClusterConfig& cluster, const Clock& clock,
             Logger& log, std::stop_source stop);

    int run();

  private:
    Result<void> connect();
    Result<void> begin();
    Means means();
    Servers::Parts serverParts();
    void standForElection(const kube::Election::Options& election);
    void lead();
    bool awaitCaches();
    void shutDown();
    bool mayWrite() const { return !options_.leaderElect || fence_.open(clock_.sinceBoot()); }
    kube::Election::Options electionOptions() const;
    std::string page();

    const runtime::Options& options_;
    const kube::ClusterConfig& cluster_;
    const Clock& machineClock_;  // for what others wrote: the times in credentials
    const SlewedClock clock_{machineClock_};
    Logger& log_;
    std::stop_source stop_;
    const std::string pod_ = podName();
    kube::RequestBuilder requests_{kube::userAgent(SERIN_VERSION, pod_)};
    kube::Random random_ = randomNumbers();
    runtime::Metrics metrics_;
    runtime::Health health_;
    runtime::RecordingShelf recordings_;
    kube::Fence fence_;
    std::atomic<bool> leads_{false};
    std::atomic<bool> lost_{false};
    std::unique_ptr<net::Transport> transport_;
    std::unique_ptr<net::Transport> leaseTransport_;
    std::unique_ptr<runtime::MeteredTransport> metered_;
    std::unique_ptr<runtime::MeteredTransport> meteredLease_;
    std::unique_ptr<Rollouts> rollouts_;
    std::unique_ptr<runtime::Elector> elector_;
    std::unique_ptr<Servers> servers_;
};

Operator::Operator(const runtime::Options& options, const kube::ClusterConfig& cluster, const Clock& clock,
                   Logger& log, std::stop_source stop)
    : options_(options), cluster_(cluster), machineClock_(clock), log_(log), stop_(std::move(stop)) {}

Result<void> Operator::connect() {
    auto transport = net::makeClusterTransport(cluster_, machineClock_, log_);
    if (!transport) return transport.error();
    auto lease = net::makeClusterTransport(cluster_, machineClock_, log_);
    if (!lease) return lease.error();
    transport_ = std::move(transport).value();
    leaseTransport_ = std::move(lease).value();
    const auto count = [this](const runtime::RequestKind& kind, int status) {
        metrics_.requested(kind.verb, kind.resource, status);
    };
    metered_ = std::make_unique<runtime::MeteredTransport>(*transport_, count);
    meteredLease_ = std::make_unique<runtime::MeteredTransport>(*leaseTransport_, count);
    return {};
}

Means Operator::means() {
    return {options_, *metered_,         requests_,
            clock_,   machineClock_,     log_,
            random_,  stop_.get_token(), [this] { return mayWrite(); },
            metrics_, recordings_};
}

Servers::Parts Operator::serverParts() {
    return {means(), health_, [this] { return leads_.load() && mayWrite(); },
            [this](const std::string& key) { rollouts_->hint(key); }, [this] { return page(); }};
}

Result<void> Operator::begin() {
    if (Result<void> connected = connect(); !connected) return connected;
    rollouts_ = std::make_unique<Rollouts>(means(), pod_);
    servers_ = std::make_unique<Servers>(serverParts());
    return servers_->start();
}

std::string Operator::page() {
    metrics_.queue(rollouts_->depth());
    metrics_.leading(leads_.load());
    if (health_.ready()) {
        const auto lags = rollouts_->objects().lags();
        for (const auto& [kind, size] : rollouts_->objects().sizes()) {
            metrics_.cached(kind, size, lags.at(kind));
        }
    }
    return metrics_.text();
}

kube::Election::Options Operator::electionOptions() const {
    kube::Election::Options out;
    out.space = options_.space.empty() ? cluster_.space : options_.space;
    out.name = options_.leaseName;
    std::random_device device;
    out.identity = cat(pod_, '_', device(), device());
    return out;
}

void Operator::standForElection(const kube::Election::Options& election) {
    elector_ = std::make_unique<runtime::Elector>(kube::Election(election, requests_, random_), fence_,
                                                  *meteredLease_, clock_, log_,
                                                  runtime::Elector::Listeners{[this] { lead(); },
                                                                              [this] {
                                                                                  lost_ = true;
                                                                                  stop_.request_stop();
                                                                              }});
    elector_->start();
}

void Operator::lead() {
    if (stop_.stop_requested()) return;
    leads_ = true;
    rollouts_->lead();
}

bool Operator::awaitCaches() {
    const std::stop_token stop = stop_.get_token();
    const runtime::WatchedObjects& objects = rollouts_->objects();
    Duration sayAt = clock_.sinceBoot() + std::chrono::seconds(5);
    while (!stop.stop_requested() && !objects.synced()) {
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
        if (clock_.sinceBoot() < sayAt) continue;
        log_.warning("waiting for the first lists", {{"missing", objects.waitingFor()}});
        sayAt = clock_.sinceBoot() + std::chrono::seconds(5);
    }
    return !stop.stop_requested();
}

int Operator::run() {
    if (const Result<void> begun = begin(); !begun) {
        log_.error(begun.error().message);
        return 1;
    }
    if (!runtime::awaitCluster(*metered_, log_, stop_.get_token())) return stop_.stop_requested() ? 0 : 1;
    const kube::Election::Options election = electionOptions();
    if (const Result<void> checked = kube::Election::check(election); options_.leaderElect && !checked) {
        log_.error(checked.error().message);
        return 1;
    }
    rollouts_->watch();
    if (awaitCaches()) {
        log_.info("caches are complete");
        health_.setReady(true);
        if (options_.leaderElect) {
            standForElection(election);
        } else {
            lead();
        }
        const std::stop_token stop = stop_.get_token();
        std::mutex mutex;
        std::condition_variable_any wake;
        std::unique_lock lock(mutex);
        wake.wait(lock, stop, [] { return false; });
    }
    shutDown();
    return lost_ ? 1 : 0;
}

// Readiness first, then everybody who writes, to a registry too, then the Lease: nobody writes once it is
// given away, for what readers still ask for (a look, a token, a dry run) changes nothing. A stop ends
// requests to the API server, stores and registries at once; what is left to wait for is a pod that is asked
// how far it is with its model, a name that the system resolves, and clients of our ports that say nothing,
// for some seconds each.
void Operator::shutDown() {
    log_.info("stopping");
    health_.setReady(false);
    rollouts_->stopWriters();
    if (elector_) elector_->stop();
    rollouts_->stopReaders();
    leads_ = false;
    servers_->stop();
    rollouts_->stopWatching();
}

}  // namespace

int runOperator(const runtime::Options& options, const kube::ClusterConfig& cluster, const Clock& clock,
                Logger& log, std::stop_source stop) {
    Operator process(options, cluster, clock, log, std::move(stop));
    return process.run();
}

}  // namespace serin
