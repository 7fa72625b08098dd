#include <algorithm>
#include <utility>

#include "base/text.h"
#include "kube/object.h"
#include "writes.h"

namespace serin::fake {
namespace {

constexpr std::int64_t kPodGraceSeconds = 30;

void addFinalizer(Json& metadata, const char* finalizer) {
    Json& all = metadata["finalizers"];
    if (!all.is_array()) all = Json::array();
    if (std::find(all.begin(), all.end(), finalizer) == all.end()) all.push_back(finalizer);
}

void removeFinalizer(Json& metadata, const char* finalizer) {
    const auto all = metadata.find("finalizers");
    if (all == metadata.end()) return;
    all->erase(std::remove(all->begin(), all->end(), finalizer), all->end());
    if (all->empty()) metadata.erase(all);
}

std::int64_t graceOf(Kind kind, const Json& object, const DeleteOptions& options) {
    if (kind != Kind::Pod || textAt(at(object, "spec"), "nodeName").empty()) return 0;
    const std::string phase = textAt(at(object, "status"), "phase");
    if (phase == "Failed" || phase == "Succeeded") return 0;
    const Json& stated = at(at(object, "spec"), "terminationGracePeriodSeconds");
    return options.grace.value_or(stated.is_number() ? stated.get<std::int64_t>() : kPodGraceSeconds);
}

}  // namespace

Outcome<Written> Writes::remove(Kind kind, const std::string& space, const std::string& name,
                                const DeleteOptions& options) {
    const ObjectPtr before = store_.find(kind, kube::objectKey(space, name));
    if (!before) return notFound(kind, name);
    const std::string uid = textAt(metadataOf(before->object), "uid");
    if (!options.uid.empty() && options.uid != uid) {
        return preconditionFailed(
            kind, name,
            cat("Precondition failed: UID in precondition: ", options.uid, ", UID in object meta: ", uid));
    }
    const std::string version = std::to_string(before->resourceVersion);
    if (!options.resourceVersion.empty() && options.resourceVersion != version) {
        return preconditionFailed(
            kind, name,
            cat("Precondition failed: ResourceVersion in precondition: ", options.resourceVersion,
                ", ResourceVersion in object meta: ", version));
    }
    if (options.dryRun) return Written{before};

    Json marked = before->object;
    Json& metadata = marked["metadata"];
    removeFinalizer(metadata, options.propagation == "Foreground" ? "orphan" : "foregroundDeletion");
    if (options.propagation == "Background") removeFinalizer(metadata, "orphan");
    if (options.propagation == "Foreground") addFinalizer(metadata, "foregroundDeletion");
    if (options.propagation == "Orphan") addFinalizer(metadata, "orphan");
    const std::int64_t grace = graceOf(kind, marked, options);
    const Json& graceBefore = at(metadata, "deletionGracePeriodSeconds");
    if (!isDeleting(marked)) {
        const Timestamp when = clock_.wall() + std::chrono::seconds(grace);
        metadata["deletionTimestamp"] = formatTime(when);
        if (kind != Kind::Namespace) metadata["deletionGracePeriodSeconds"] = grace;
        if (const Json& generation = at(metadata, "generation"); generation.is_number())
            metadata["generation"] = generation.get<std::int64_t>() + 1;
    } else if (graceBefore.is_number() && grace < graceBefore.get<std::int64_t>()) {
        metadata["deletionGracePeriodSeconds"] = grace;
    }
    if (kind == Kind::Namespace) marked["status"]["phase"] = "Terminating";
    if (mayVanish(marked)) return Written{store_.erase(kind, before->key), false, true, true, true};
    if (marked == before->object) return Written{before, false, false, true};
    return Written{store_.put(kind, std::move(marked), store_.owners(kind, before->key)), false, true, true};
}

}  // namespace serin::fake
