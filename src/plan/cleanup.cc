#include "plan/cleanup.h"

#include <algorithm>
#include <set>

#include "base/text.h"

namespace serin::plan {
namespace {

std::set<std::string> playing(const Draft& draft) {
    std::set<std::string> names;
    if (draft.next.stable) names.insert(draft.next.stable->revision);
    if (draft.next.previous) names.insert(draft.next.previous->revision);
    if (draft.live()) names.insert(draft.next.rollout->revision);
    return names;
}

// Its Service is kept as well, for it knows which ports its pods have.
bool mayBeReturnedTo(const Draft& draft, const std::string& revision) {
    return draft.next.watch && draft.next.watch->returnTo == revision;
}

bool ours(const Draft& draft, const api::Meta& meta) {
    return meta.ownerUid == draft.seen.object.meta.uid && !meta.deleting;
}

// Reachable: named by the selector, or still an endpoint of it.
bool reachable(const Draft& draft, const std::string& revision) {
    const api::Split& split = draft.seen.split;
    return draft.endpoints(revision).reachable > 0 || (split.exists && split.revision == revision);
}

// It was a first version that had traffic until a moment ago.
bool draining(Draft& draft, const api::ReplicaSet& set) {
    if (draft.next.stable || !draft.next.rollout || !draft.next.rollout->routedAt || set.ready == 0)
        return false;
    const Timestamp drained = *draft.next.rollout->routedAt + draft.seen.drainDelay;
    if (draft.now() < drained) draft.wake(drained);
    return draft.now() < drained;
}

void cleanServices(Draft& draft, const std::set<std::string>& names) {
    for (const api::Service& service : draft.seen.services) {
        if (!ours(draft, service.meta) || service.revision.empty() || names.contains(service.revision) ||
            mayBeReturnedTo(draft, service.revision)) {
            continue;
        }
        const api::ReplicaSet* set = draft.replicaSet(service.revision);
        if (set && (set->replicas > 0 || set->statusReplicas > 0)) continue;
        if (!draft.endpoints(service.revision).endpoints.empty()) continue;  // its last pods still end
        draft.act(api::DeleteService{service.meta.name, service.meta.uid, service.meta.resourceVersion},
                  "no pod of this revision is left");
    }
}

}  // namespace

void keepSizes(Draft& draft) {
    if (!draft.next.stable) return;
    const int floor =
        draft.live() ? std::max(draft.next.rollout->floor, draft.spec().replicas) : draft.spec().replicas;
    draft.ensureReplicas(draft.stable(), floor,
                         draft.live() ? "stable keeps its floor while a rollout lives" : "spec.replicas");
    if (draft.next.previous && !draft.previousGoes) {
        draft.ensureReplicas(draft.next.previous->revision, floor,
                             "the version before stays warm during the soak");
    }
}

void cleanUp(Draft& draft) {
    const std::set<std::string> names = playing(draft);
    std::vector<const api::ReplicaSet*> idle;
    for (const api::ReplicaSet& set : draft.seen.replicaSets) {
        if (!ours(draft, set.meta) || names.contains(set.revision)) continue;
        if (set.replicas > 0) {
            if (!reachable(draft, set.revision) && !draining(draft, set)) {
                draft.act(api::ScaleReplicaSet{set.meta.name, set.meta.uid, set.meta.resourceVersion, 0},
                          "it plays no part any more and no route reaches it");
            }
        } else if (set.statusReplicas == 0 && !mayBeReturnedTo(draft, set.revision)) {
            idle.push_back(&set);
        }
    }
    cleanServices(draft, names);
    const auto kept = static_cast<size_t>(std::max(draft.spec().history, 0));
    if (idle.size() <= kept) return;
    std::ranges::sort(idle, [](const auto* a, const auto* b) {
        return std::pair(a->meta.createdAt, a->meta.name) > std::pair(b->meta.createdAt, b->meta.name);
    });
    for (size_t i = kept; i < idle.size(); ++i) {
        const api::Meta& meta = idle[i]->meta;
        draft.act(api::DeleteReplicaSet{meta.name, meta.uid, meta.resourceVersion},
                  cat("only ", kept, " old revisions are kept (spec.history)"));
    }
}

}  // namespace serin::plan
