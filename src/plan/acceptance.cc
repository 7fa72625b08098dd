#include "plan/acceptance.h"

#include "api/names.h"
#include "base/text.h"

namespace serin::plan {
namespace {

Acceptance refused(const Draft& draft, const api::Refusal& refusal) {
    if (!refusal.nameTaken) return {false, "TemplateRefused", refusal.message};
    const api::Meta& meta = draft.seen.object.meta;
    return {false, "NameTaken",
            cat(refusal.kind, " \"", refusal.name,
                "\" exists and is not ours, so it is left alone; delete or rename it, "
                "or give this ModelDeployment another name than \"",
                meta.name, "\"")};
}

}  // namespace

Acceptance accept(const Draft& draft) {
    const api::Spec& spec = draft.spec();
    if (!spec.problems.empty()) return {false, "InvalidSpec", join(spec.problems, "; ")};
    if (spec.unresolved) return {true, "Accepted", "the spec is carried out once its source is resolved"};
    const std::string& name = draft.seen.object.meta.name;
    const std::string child = api::childName(name, spec.revision);
    if (!draft.replicaSet(spec.revision)) {
        if (const api::Refusal* refusal = draft.refusal("ReplicaSet", child)) return refused(draft, *refusal);
    }
    for (const std::string& service : {name, child}) {
        if (draft.service(service)) continue;
        if (const api::Refusal* refusal = draft.refusal("Service", service)) return refused(draft, *refusal);
    }
    if (spec.analysis.metrics.empty())
        return {true, "Accepted", "analysis.metrics is empty: steps end by time alone"};
    if (spec.analysis.dryRun)
        return {true, "Accepted",
                "analysis.dryRun is true: steps end by time alone, and nothing is taken back"};
    return {true, "Accepted", "the spec is carried out"};
}

}  // namespace serin::plan
