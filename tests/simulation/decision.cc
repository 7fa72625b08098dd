#include "decision.h"

#include "api/names.h"
#include "base/text.h"

namespace serin::simulation {
namespace {

// Null when the kind is no decision.
const char* annotationOf(Kind kind) {
    switch (kind) {
        case Kind::Approve:
            return api::kApproveAnnotation;
        case Kind::Promote:
            return api::kPromoteAnnotation;
        case Kind::Abort:
            return api::kAbortAnnotation;
        case Kind::Retry:
            return api::kRetryAnnotation;
        default:
            return nullptr;
    }
}

}  // namespace

bool isDecision(Kind kind) {
    return annotationOf(kind) != nullptr;
}

Decision decisionOf(const Happening& happening, const api::RolloutStatus& rollout) {
    const bool stale = happening.b == 1;
    std::string value = cat(rollout.revision, ".", rollout.attempt + (stale ? 7 : 0));
    if (happening.kind == Kind::Approve) value += cat(".", rollout.step);
    return {annotationOf(happening.kind), std::move(value)};
}

}  // namespace serin::simulation
