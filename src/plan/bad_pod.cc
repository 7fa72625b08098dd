#include "plan/bad_pod.h"

#include <algorithm>

#include "api/names.h"
#include "base/text.h"
#include "plan/judged.h"

namespace serin::plan {
namespace {

// Null unless it is named like the revision's own pods: whoever may write EndpointSlices in the namespace
// must not choose what is deleted.
const api::Endpoint* ready(const Draft& draft, const std::string& pod) {
    const std::string& revision = draft.next.rollout->revision;
    if (!pod.starts_with(api::childName(draft.seen.object.meta.name, revision) + "-")) return nullptr;
    const auto& endpoints = draft.endpoints(revision).endpoints;
    const auto found = std::ranges::find_if(
        endpoints, [&](const api::Endpoint& endpoint) { return endpoint.podName == pod && endpoint.ready; });
    return found == endpoints.end() ? nullptr : &*found;
}

}  // namespace

void replaceBadPod(Draft& draft) {
    const api::Judgement* said = judgement(draft);
    if (!said || said->harm || !draft.spec().analysis.decides()) return;
    std::string& replaced = draft.rollout().replacedPod;
    // One interval after it was recorded the pod serves on: the deletion was lost.
    const bool lost = !replaced.empty() && said->order.without == replaced;
    const api::Endpoint* pod = ready(draft, replaced.empty() ? said->suspect : replaced);
    if (!pod || (!replaced.empty() && !lost)) return;
    if (replaced.empty()) {
        replaced = pod->podName;
        draft.event(true, "PodReplaced",
                    cat("only pod ", replaced, " of several is worse (", said->headline,
                        "): it is deleted, once in this attempt, and what it did does not count"));
    }
    draft.act(api::DeletePod{pod->podName, pod->podUid}, "it alone is worse than the stable version");
}

}  // namespace serin::plan
