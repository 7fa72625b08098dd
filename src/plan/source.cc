#include "plan/source.h"

#include <algorithm>

#include "api/source_refresh.h"
#include "base/text.h"
#include "plan/versions.h"

namespace serin::plan {
namespace {

// A registry that is away comes back by itself.
constexpr const char* kUnavailable = "StoreUnavailable";

// The newest look, where it is about what is wanted now.
const api::SourceLook* lookNow(const Draft& draft) {
    const auto& look = draft.seen.source;
    return look && look->written == draft.spec().written ? &*look : nullptr;
}

const api::Condition* recorded(const Draft& draft) {
    const auto& conditions = draft.seen.object.status.conditions;
    const auto found = std::ranges::find(conditions, "SourceReady", &api::Condition::type);
    return found == conditions.end() ? nullptr : &*found;
}

std::string described(const api::SourceStatus& source) {
    return cat("version ", source.model.version, " (", source.model.id, ")");
}

std::string resolvedMessage(const api::SourceStatus& source) {
    const std::string known =
        cat(source.uri, " is ", described(source), " since ", formatTime(source.resolvedAt));
    // Of a claim, which is not looked into, and of a commit of Git, whose files are known to who fetches it.
    if (source.model.files == 0) return known;
    return cat(known, ": ", source.model.files, source.model.files == 1 ? " file, " : " files, ",
               source.model.bytes, " bytes");
}

// Somebody will look again without a change of the spec.
bool moreLooksCome(const Draft& draft) {
    const auto& known = draft.next.source;
    return draft.spec().source->follow.has_value() || !known ||
           known->refresh != api::refreshAsked(draft.seen.object.meta);
}

// The plan that records an id is made from a spec that does not have it yet.
bool knows(const Draft& draft) {
    const auto& known = draft.next.source;
    return known && known->written == draft.spec().written;
}

}  // namespace

SourceState sourceState(const Draft& draft) {
    const api::Condition* before = recorded(draft);
    if (!draft.spec().problems.empty()) {
        if (!before) return {};
        return {before->status, before->reason, before->message};
    }
    if (!draft.spec().source) return {};
    const api::SourceLook* look = lookNow(draft);
    const std::string& uri = draft.spec().source->uri;
    if (!knows(draft)) {
        if (!look || look->model) return {"Unknown", "Resolving", cat(uri, " is being looked up")};
        return {"False", look->reason, cat("nothing new starts, and what serves goes on: ", look->message)};
    }
    if (moreLooksCome(draft)) {
        if (look && !look->model) {
            return {"False", look->reason,
                    cat(uri, " goes on as ", described(*draft.next.source), ": ", look->message)};
        }
        // After a restart what was found before still stands.
        if (!look && before && before->status == "False") {
            return {before->status, before->reason, before->message};
        }
    }
    return {"True", "Resolved", resolvedMessage(*draft.next.source)};
}

void recordSource(Draft& draft) {
    if (!draft.spec().problems.empty()) return;
    auto& known = draft.next.source;
    if (!draft.spec().source) {
        known.reset();
        return;
    }
    const api::SourceLook* look = lookNow(draft);
    if (!look || !look->model) return;
    const std::string& uri = draft.spec().source->uri;
    const bool sameModel = known && known->model.id == look->model->id;
    const bool sameQuestion = known && known->written == look->written && known->refresh == look->refresh;
    if (sameModel && sameQuestion) return;
    const Timestamp since = sameModel ? known->resolvedAt : draft.now();
    known = api::SourceStatus{uri, *look->model, look->written, look->refresh, since};
    if (!sameModel) draft.event(false, "SourceResolved", cat(uri, " is ", described(*known)));
}

bool sourceNeedsPerson(const Draft& draft) {
    if (!draft.spec().unresolved || knows(draft)) return false;
    const api::SourceLook* look = lookNow(draft);
    return look && !look->model && look->reason != kUnavailable;
}

std::string whatIsWanted(const Draft& draft) {
    const api::Spec& spec = draft.spec();
    const std::string label = versionLabel(draft, spec.revision);
    if (!spec.source) return cat("version ", label);
    return cat(spec.source->uri, " points to version ", label, " (", spec.modelId, "), which");
}

}  // namespace serin::plan
