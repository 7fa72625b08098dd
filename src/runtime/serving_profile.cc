#include "runtime/serving_profile.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "api/readable_files.h"
#include "base/text.h"

namespace serin::runtime {
namespace {

// Of a source, what says which files these are and what opens their store.
api::ModelSource plain(api::ModelSource source) {
    source.follow.reset();
    source.report = {};
    source.mountPath.clear();
    source.publicKeySecret.clear();
    source.publicKeyKey.clear();
    return source;
}

// As the spec has it, which somebody may have put right since, else as the version's pods load it.
std::optional<ModelProfile> profileOf(const api::Observed& seen, const std::string& revision,
                                      const std::string& path) {
    const api::Spec& spec = seen.object.spec;
    if (spec.usable() && spec.revision == revision) {
        if (!spec.source || !api::hasReadableFiles(*spec.source)) return std::nullopt;
        return ModelProfile{plain(*spec.source), spec.modelId, path};
    }
    const auto set = std::ranges::find_if(seen.replicaSets, [&](const api::ReplicaSet& known) {
        return known.revision == revision && known.meta.ownerUid == seen.object.meta.uid && known.source;
    });
    if (set == seen.replicaSets.end() || set->modelId.empty()) return std::nullopt;
    if (!api::hasReadableFiles(*set->source)) return std::nullopt;
    return ModelProfile{plain(*set->source), set->modelId, path};
}

std::shared_ptr<const api::Reference> without(const std::string& serving, const std::string& path) {
    api::Reference out;
    out.trouble =
        cat("the version that serves, ", serving,
            ", was loaded from no model.source of which Serin reads files, so that it has no file ", path);
    return std::make_shared<const api::Reference>(std::move(out));
}

// The first that is there, or why it cannot be read; else why the first is not there. Null while one before
// it is being read.
std::shared_ptr<const api::Reference> firstOf(const std::vector<ModelProfile>& wanted,
                                              const ModelProfiles& profiles, const std::string& key) {
    std::shared_ptr<const ModelProfileReading> absent;
    for (const ModelProfile& profile : wanted) {
        const auto reading = profiles.newest(key, profile);
        if (!reading) return nullptr;
        if (!reading->absent) return {reading, &reading->reference};
        if (!absent) absent = reading;
    }
    return {absent, &absent->reference};
}

}  // namespace

std::vector<ModelProfile> profilesFor(const api::Observed& seen, const std::string& serving,
                                      const std::string& path) {
    std::vector<ModelProfile> out;
    if (auto own = profileOf(seen, serving, path)) out.push_back(*std::move(own));
    const api::Spec& spec = seen.object.spec;
    if (!spec.usable() || spec.revision == serving) return out;
    auto next = profileOf(seen, spec.revision, path);
    if (!next) return out;
    // Versions of the same model: what opens its store now counts.
    if (!out.empty() && sameFile(out.front(), *next)) out.clear();
    out.push_back(*std::move(next));
    return out;
}

void keepModelProfile(Examiner& examiner, const std::string& key, const api::Observed& seen,
                      ModelProfiles* profiles) {
    if (profiles == nullptr) return;
    const auto wish = examiner.profileWish();
    if (!wish) return profiles->forget(key);
    const std::vector<ModelProfile> wanted = profilesFor(seen, wish->serving, wish->path);
    profiles->want(key, seen.object.meta.ns, wanted);
    examiner.learnProfile(
        wish->path, wanted.empty() ? without(wish->serving, wish->path) : firstOf(wanted, *profiles, key));
}

}  // namespace serin::runtime
