#include "cluster.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "reading.h"

namespace serin::simulation {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr Duration kBetweenRequests = seconds(1);
constexpr uint64_t kRequestsASecond = 180;
// Of a good version and of one that errs: far enough apart that the verdict is not a matter of luck.
constexpr double kGoodErrors = 0.002;
constexpr double kBadErrors = 0.5;
constexpr Duration kSoursAfter = std::chrono::minutes(3);
// A pod that is told to end sleeps so long (preStop) and answers meanwhile.
constexpr Duration kPreStop = seconds(5);
constexpr const char* kQuota = "pods are forbidden: exceeded quota: gpus";

}  // namespace

std::string revisionName(int index) {
    return cat("r", index);
}

Cluster::Cluster(Timeline& timeline, const Script& script)
    : timeline_(timeline), script_(script), random_(script.seed, 10), traffic_(script.seed, 11) {
    timeline_.after(kBetweenRequests, [this] { sendRequests(); });
}

Quality Cluster::qualityOf(const std::string& revision) const {
    const auto label = labels.find(revision);
    const std::string& name = label == labels.end() ? revision : label->second;
    const auto index = static_cast<size_t>(std::stoi(name.substr(1)));
    return index < script_.revisions.size() ? script_.revisions[index] : Quality::Good;
}

Pod* Cluster::pod(const std::string& uid) {
    const auto found = std::ranges::find(pods, uid, &Pod::uid);
    return found == pods.end() ? nullptr : &*found;
}

const api::Service* Cluster::main() const {
    const auto found =
        std::ranges::find_if(services, [&](const auto& s) { return s.meta.name == object.meta.name; });
    return found == services.end() ? nullptr : &*found;
}

int Cluster::readyPods(const std::string& revision) const {
    return static_cast<int>(std::ranges::count_if(
        pods, [&](const Pod& p) { return p.revision == revision && p.ready && !p.terminating; }));
}

void Cluster::bump() {
    ++version;
    if (changed) changed();
}

void Cluster::soon(bool& pending, int least, int most, void (Cluster::*what)()) {
    if (pending) return;
    pending = true;
    timeline_.after(milliseconds(random_.between(least, most)), [this, &pending, what] {
        pending = false;
        (this->*what)();
    });
}

void Cluster::podsChanged() {
    soon(publishing_, 5, 200, &Cluster::publishEndpoints);
    soon(counting_, 5, 100, &Cluster::publishStatus);
}

void Cluster::putSet(api::ReplicaSet set) {
    const auto old = std::ranges::find_if(sets, [&](const auto& s) { return s.meta.uid == set.meta.uid; });
    if (old == sets.end()) {
        sets.push_back(std::move(set));
    } else {
        *old = std::move(set);
    }
    bump();
    soon(syncing_, 5, 100, &Cluster::syncPods);
}

void Cluster::eraseSet(const std::string& uid) {
    std::erase_if(sets, [&](const auto& s) { return s.meta.uid == uid; });
    bump();
    soon(syncing_, 5, 100, &Cluster::syncPods);
}

void Cluster::putService(api::Service service) {
    const auto old =
        std::ranges::find_if(services, [&](const auto& s) { return s.meta.uid == service.meta.uid; });
    if (old == services.end()) {
        services.push_back(std::move(service));
    } else {
        *old = std::move(service);
    }
    bump();
    soon(publishing_, 5, 200, &Cluster::publishEndpoints);
}

void Cluster::eraseService(const std::string& uid) {
    const auto gone = std::ranges::find_if(services, [&](const auto& s) { return s.meta.uid == uid; });
    if (gone == services.end()) return;
    slices.erase(gone->meta.name);
    services.erase(gone);
    bump();
    soon(proxying_, 5, 200, &Cluster::syncProxy);
}

void Cluster::collectGarbage() {
    if (exists) return;
    const auto owned = [&](const auto& dependent) { return dependent.meta.ownerUid == object.meta.uid; };
    const auto gone = std::erase_if(sets, owned) + std::erase_if(services, owned);
    if (gone == 0 && stopped_) return;
    std::erase_if(slices, [&](const auto& slice) {
        return std::ranges::none_of(services, [&](const auto& s) { return s.meta.name == slice.first; });
    });
    stopped_ = true;
    bump();
    soon(syncing_, 5, 100, &Cluster::syncPods);
}

void Cluster::syncPods() {
    for (Pod& pod : pods) {
        const bool orphan =
            std::ranges::none_of(sets, [&](const auto& s) { return s.meta.uid == pod.setUid; });
        if (orphan) endPod(pod, true);
    }
    refused_.clear();
    for (const api::ReplicaSet& set : sets) {
        std::vector<Pod*> own;
        for (Pod& pod : pods) {
            if (pod.setUid == set.meta.uid && !pod.terminating) own.push_back(&pod);
        }
        // As the ReplicaSet controller does: those that are not ready go first, then the youngest.
        std::ranges::stable_sort(own, [](const Pod* a, const Pod* b) {
            return a->ready != b->ready ? a->ready : a->madeAt < b->madeAt;
        });
        while (static_cast<int>(own.size()) > set.replicas) {
            endPod(*own.back(), true);
            own.pop_back();
        }
        auto have = static_cast<int>(own.size());
        const bool refused = have < set.replicas && timeline_.now() < quotaUntil_;
        for (; have < set.replicas && !refused; ++have) startPod(set);
        if (refused) refused_.insert(set.meta.uid);
    }
    if (!refused_.empty()) waitForQuota();
    podsChanged();
}

// The ReplicaSet controller tries again and again.
void Cluster::waitForQuota() {
    felt(Kind::QuotaExhausted);
    if (std::exchange(quotaWaits_, true)) return;
    timeline_.after(seconds(5), [this] {
        quotaWaits_ = false;
        syncPods();
    });
}

void Cluster::startPod(const api::ReplicaSet& set) {
    Pod pod;
    pod.uid = cat("pod-", ++serial_);
    pod.name = cat(set.meta.name, "-", serial_);
    pod.address = cat("10.1.", serial_ / 250, ".", serial_ % 250 + 1);
    pod.setUid = set.meta.uid;
    pod.revision = set.revision;
    pod.madeAt = timeline_.now();
    const Quality quality = pod.quality = qualityOf(set.revision);
    pods.push_back(pod);
    if (quality == Quality::NeverReady) return;
    int wait = random_.between(500, 4000);
    if (timeline_.now() < slowUntil_) wait *= 10;
    if (timeline_.now() < nodesFullUntil_) {
        felt(Kind::Unschedulable);
        wait += static_cast<int>((nodesFullUntil_ - timeline_.now()).count());
    }
    timeline_.after(milliseconds(wait), [this, uid = pod.uid] { podReady(uid); });
    if (quality == Quality::Crashes) {
        timeline_.after(milliseconds(wait + random_.between(500, 3000)),
                        [this, uid = pod.uid] { crashLoop(uid); });
    }
    if (quality == Quality::Hangs) {
        timeline_.after(milliseconds(wait) + seconds(random_.between(5, 20)), [this, uid = pod.uid] {
            if (Pod* one = this->pod(uid)) one->hangs = true;
        });
    }
}

void Cluster::podReady(const std::string& uid) {
    Pod* one = pod(uid);
    if (!one || one->terminating || one->ready) return;
    one->ready = true;
    one->modelReady = one->quality != Quality::ModelNeverReady;
    podsChanged();
}

// Ready for a moment, down for longer and longer.
void Cluster::crashLoop(const std::string& uid) {
    Pod* one = pod(uid);
    if (!one || one->terminating) return;
    if (one->ready) {
        one->ready = false;
        one->total = one->bad = 0;
        ++one->resets;
    } else {
        one->ready = true;
    }
    podsChanged();
    timeline_.after(seconds(one->ready ? 1 : random_.between(4, 15)), [this, uid] { crashLoop(uid); });
}

void Cluster::endPod(Pod& pod, bool byScale) {
    if (pod.terminating) return;
    pod.terminating = true;
    if (byScale) stoppedByScale_.insert(pod.uid);
    podsChanged();
    timeline_.after(kPreStop, [this, uid = pod.uid] {
        std::erase_if(pods, [&](const Pod& p) { return p.uid == uid; });
        podsChanged();
    });
}

std::vector<api::Endpoint> Cluster::endpointsOf(const api::Service& service) const {
    const std::string selected = selectedBy(service);
    std::vector<api::Endpoint> out;
    for (const Pod& pod : pods) {
        if (!selected.empty() && selected != pod.revision) continue;
        out.push_back({pod.uid, pod.name, pod.address, pod.ready && !pod.terminating});
    }
    return out;
}

void Cluster::publishEndpoints() {
    bool news = false;
    for (const api::Service& service : services) {
        api::EndpointSlice& slice = slices[service.meta.name];
        auto endpoints = endpointsOf(service);
        const bool same = slice.meta.ownerUid == service.meta.uid &&
                          std::ranges::equal(slice.endpoints, endpoints, [](const auto& a, const auto& b) {
                              return a.podUid == b.podUid && a.ready == b.ready;
                          });
        if (same) continue;
        slice.meta.name = cat(service.meta.name, "-slice");
        slice.meta.ns = service.meta.ns;
        slice.meta.ownerUid = service.meta.uid;
        slice.service = service.meta.name;
        slice.endpoints = std::move(endpoints);
        news = true;
        if (endpointsWritten) endpointsWritten(service.meta.name);
    }
    if (!news) return;
    bump();
    soon(proxying_, 5, 400, &Cluster::syncProxy);
}

void Cluster::publishStatus() {
    for (api::ReplicaSet& set : sets) {
        int all = 0;
        int ready = 0;
        for (const Pod& pod : pods) {
            if (pod.setUid != set.meta.uid || pod.terminating) continue;
            ++all;
            ready += pod.ready;
        }
        const std::string failure = refused_.contains(set.meta.uid) ? kQuota : "";
        if (set.statusReplicas == all && set.ready == ready && set.failure == failure) continue;
        set.statusReplicas = all;
        set.ready = ready;
        set.failure = failure;
        set.meta.resourceVersion = std::to_string(version + 1);
        if (setStatusWritten) setStatusWritten(set);
        bump();
    }
}

void Cluster::syncProxy() {
    if (timeline_.now() < proxyDeafUntil_) {
        proxying_ = true;
        timeline_.at(proxyDeafUntil_, [this] {
            proxying_ = false;
            syncProxy();
        });
        return;
    }
    proxied.clear();
    const api::Service* service = main();
    if (!service) return;
    for (const api::Endpoint& endpoint : slices[service->meta.name].endpoints) {
        if (endpoint.ready) proxied.push_back(endpoint.podUid);
    }
}

bool Cluster::errs(const Pod& pod) const {
    return pod.quality == Quality::Errs || soured(pod.revision);
}

bool Cluster::soured(const std::string& revision) const {
    const auto since = aloneSince_.find(revision);
    return since != aloneSince_.end() && timeline_.now() >= since->second + kSoursAfter &&
           qualityOf(revision) == Quality::Sours;
}

void Cluster::sendRequests() {
    if (stopped_) return;
    timeline_.after(kBetweenRequests, [this] { sendRequests(); });
    if (main() && !selectedBy(*main()).empty()) aloneSince_.emplace(selectedBy(*main()), timeline_.now());
    if (proxied.empty() || !main()) {
        if (requests.ok > 0 && exists) requests.unserved += kRequestsASecond;
        return;
    }
    const uint64_t each = kRequestsASecond / proxied.size() + 1;
    for (const std::string& uid : proxied) {
        Pod* one = pod(uid);
        if (!one || (!one->ready && !one->terminating)) {
            requests.lost += each;
            if (stoppedByScale_.contains(uid)) requests.lostToEndedByScale += each;
            continue;
        }
        if (one->hangs) {
            requests.bad += each;
            continue;
        }
        const double p = errs(*one) ? kBadErrors : kGoodErrors;
        const uint64_t bad = traffic_.binomial(each, p);
        requests.ok += each - bad;
        requests.bad += bad;
        if (timeline_.now() < countersStuckUntil) continue;
        visible[one->revision] += each;
        one->total += each;
        one->bad += bad;
    }
}

}  // namespace serin::simulation
