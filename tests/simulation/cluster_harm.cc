#include <algorithm>

#include "cluster.h"

// What nodes, pods, quotas and autoscalers do to a Cluster.
namespace serin::simulation {
namespace {

using std::chrono::seconds;

constexpr Duration kBetweenAutoscalings = seconds(15);

}  // namespace

void Cluster::flap(int which, Duration time) {
    if (pods.empty()) return;
    Pod& one = pods[static_cast<size_t>(which) % pods.size()];
    if (!one.ready || one.terminating) return;
    one.ready = false;
    podsChanged();
    timeline_.after(time, [this, uid = one.uid] { podReady(uid); });
}

void Cluster::kill(int which) {
    if (pods.empty()) return;
    const std::string uid = pods[static_cast<size_t>(which) % pods.size()].uid;
    std::erase_if(pods, [&](const Pod& p) { return p.uid == uid; });
    podsChanged();
    soon(syncing_, 100, 2000, &Cluster::syncPods);
}

void Cluster::evict(int which) {
    if (pods.empty()) return;
    endPod(pods[static_cast<size_t>(which) % pods.size()], false);
    soon(syncing_, 100, 2000, &Cluster::syncPods);
}

void Cluster::erasePod(const std::string& uid) {
    if (Pod* one = pod(uid)) endPod(*one, false);
    soon(syncing_, 100, 2000, &Cluster::syncPods);
}

void Cluster::failNode() {
    for (size_t i = 0; i < pods.size(); ++i) kill(static_cast<int>(i));
}

// One more or one less, until the target is reached.
void Cluster::autoscale() {
    const int now = object.spec.replicas;
    autoscales_ = exists && now != autoscaledTo_ && now != 0;
    if (!autoscales_) return;
    felt(Kind::Autoscaled);
    autoscaled(now < autoscaledTo_ ? now + 1 : now - 1);
    timeline_.after(kBetweenAutoscalings, [this] { autoscale(); });
}

void Cluster::resetCounters() {
    for (Pod& pod : pods) {
        pod.total = pod.bad = 0;
        ++pod.resets;
    }
}

void Cluster::suffer(const Happening& happening) {
    const Duration time = seconds(happening.b);
    const Timestamp until = timeline_.now() + time;
    switch (happening.kind) {
        case Kind::Autoscaled:
            autoscaledTo_ = happening.a;
            return autoscales_ ? void() : autoscale();
        case Kind::Unschedulable:
            nodesFullUntil_ = until;
            return;
        case Kind::QuotaExhausted:
            quotaUntil_ = until;
            return;
        default:
            felt(happening.kind);
    }
    switch (happening.kind) {
        case Kind::PodFlaps:
            return flap(happening.a, time);
        case Kind::PodDies:
            return kill(happening.a);
        case Kind::PodEvicted:
            return evict(happening.a);
        case Kind::NodeFails:
            return failNode();
        case Kind::ProxyLags:
            // Drain and preStop are ten seconds: longer deafness costs requests under any operator.
            if (timeline_.now() < proxyDeafLast_ + seconds(15)) return;
            proxyDeafLast_ = proxyDeafUntil_ = until;
            return;
        default:
            slowUntil_ = until;
    }
}

}  // namespace serin::simulation
