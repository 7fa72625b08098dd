// What kube-controller-manager does about owners and namespaces.
#include <algorithm>

#include "api_server.h"
#include "base/text.h"
#include "kube/object.h"

namespace serin::fake {
namespace {

constexpr const char* kCollector = "system:serviceaccount:kube-system:generic-garbage-collector";

bool hasFinalizer(const Json& object, const char* finalizer) {
    const Json& all = at(metadataOf(object), "finalizers");
    return all.is_array() && std::find(all.begin(), all.end(), finalizer) != all.end();
}

void eraseFinalizer(Json& object, const char* finalizer) {
    Json& all = object["metadata"]["finalizers"];
    all.erase(std::remove(all.begin(), all.end(), finalizer), all.end());
}

}  // namespace

// An owner is what has the uid in the dependent's own namespace (or in none): others do not count.
bool ApiServer::ownerIsGone(const Json& reference, const ObjectPtr& dependent) const {
    const ObjectPtr owner = store_.findUid(textAt(reference, "uid"));
    return !owner || (!owner->space.empty() && owner->space != dependent->space);
}

// One owner is left: the others are forgotten.
void ApiServer::dropAbsentOwners(const ObjectPtr& dependent) {
    static_cast<void>(update(
        dependent->kind, dependent->space, dependent->name,
        [&](Json& next) {
            std::erase_if(next["metadata"]["ownerReferences"].get_ref<Json::array_t&>(),
                          [&](const Json& one) { return ownerIsGone(one, dependent); });
        },
        kCollector));
}

size_t ApiServer::collectDependents(const std::string& owner) {
    size_t writes = 0;
    for (const ObjectPtr& dependent : store_.dependents(owner)) {
        const Json& references = at(metadataOf(dependent->object), "ownerReferences");
        const bool orphaned = std::all_of(references.begin(), references.end(), [&](const Json& reference) {
            return ownerIsGone(reference, dependent);
        });
        if (isDeleting(dependent->object)) continue;
        if (!orphaned) {
            dropAbsentOwners(dependent);
            ++writes;
            continue;
        }
        DeleteOptions options;
        options.uid = textAt(metadataOf(dependent->object), "uid");
        static_cast<void>(remove(dependent->kind, dependent->space, dependent->name, kCollector, options));
        ++writes;
    }
    return writes;
}

size_t ApiServer::finishDeletions() {
    size_t writes = 0;
    for (const Kind kind : kAllKinds) {
        for (const ObjectPtr& owner : store_.list(kind, "", {})) {
            if (!isDeleting(owner->object)) continue;
            const std::string uid = textAt(metadataOf(owner->object), "uid");
            const auto drop = [&](const char* finalizer) {
                static_cast<void>(update(
                    kind, owner->space, owner->name, [&](Json& next) { eraseFinalizer(next, finalizer); },
                    kCollector));
                ++writes;
            };
            if (hasFinalizer(owner->object, "orphan")) {
                for (const ObjectPtr& dependent : store_.dependents(uid)) {
                    static_cast<void>(update(
                        dependent->kind, dependent->space, dependent->name,
                        [&](Json& next) {
                            Json& owners = next["metadata"]["ownerReferences"];
                            std::erase_if(owners.get_ref<Json::array_t&>(),
                                          [&](const Json& one) { return textAt(one, "uid") == uid; });
                        },
                        kCollector));
                    ++writes;
                }
                drop("orphan");
            } else if (hasFinalizer(owner->object, "foregroundDeletion")) {
                bool blocked = false;
                for (const ObjectPtr& dependent : store_.dependents(uid)) {
                    blocked = true;
                    if (isDeleting(dependent->object)) continue;
                    DeleteOptions options;
                    options.propagation = "Foreground";
                    static_cast<void>(
                        remove(dependent->kind, dependent->space, dependent->name, kCollector, options));
                    ++writes;
                }
                if (!blocked) drop("foregroundDeletion");
            }
        }
    }
    return writes;
}

size_t ApiServer::collectNamespaces() {
    size_t writes = 0;
    for (const ObjectPtr& space : store_.list(Kind::Namespace, "", {})) {
        if (!isDeleting(space->object)) continue;
        size_t left = 0;
        for (const Kind kind : kAllKinds) {
            if (!factsOf(kind).namespaced) continue;
            for (const ObjectPtr& object : store_.list(kind, space->name, {})) {
                ++left;
                if (isDeleting(object->object)) continue;
                static_cast<void>(remove(kind, object->space, object->name, kCollector));
                ++writes;
            }
        }
        if (left > 0) continue;
        store_.erase(Kind::Namespace, space->key);
        ++writes;
    }
    return writes;
}

size_t ApiServer::collectGarbage() {
    size_t writes = 0;
    for (const std::string& owner : store_.missingOwners()) writes += collectDependents(owner);
    return writes + finishDeletions() + collectNamespaces();
}

}  // namespace serin::fake
