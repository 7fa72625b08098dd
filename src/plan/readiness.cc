#include "plan/readiness.h"

#include <algorithm>

#include "api/names.h"
#include "base/text.h"
#include "plan/loading.h"
#include "plan/versions.h"

namespace serin::plan {
namespace {

constexpr Duration kPatience = std::chrono::seconds(15);
constexpr Duration kBetweenReads = std::chrono::seconds(10);
// How long a return at the progress deadline waits for a last reading of the pods; a reading is refused
// within kBetweenReads of the one before.
constexpr Duration kLastWord = kBetweenReads + std::chrono::seconds(1);
constexpr Duration kBetweenReadsStalled = std::chrono::minutes(1);

std::string modelSays(const Draft& draft, const std::string& revision) {
    for (const api::Endpoint& endpoint : draft.endpoints(revision).endpoints) {
        const auto answer = draft.seen.modelAnswers.find(endpoint.podUid);
        if (!endpoint.ready || answer == draft.seen.modelAnswers.end()) continue;
        if (answer->second == api::ModelAnswer::NotReady) {
            return cat("pod ", endpoint.podName, " is ready but its model \"", draft.spec().model.name,
                       "\" is not");
        }
        if (answer->second == api::ModelAnswer::Silent) {
            return cat("pod ", endpoint.podName, " is ready but does not answer for its model");
        }
    }
    return "";
}

// That the init container runs is told by how far it is.
std::string withLoad(std::string message, const std::string& load) {
    const std::string runs = cat("not ready: init container ", api::kFetchContainer, " has not finished");
    const size_t at = load.empty() ? std::string::npos : message.find(runs);
    return at == std::string::npos ? message : message.replace(at, runs.size(), load);
}

}  // namespace

bool atFullSize(const Draft& draft, const std::string& revision) {
    const api::ReplicaSet* set = draft.replicaSet(revision);
    const int wanted = draft.next.rollout->floor;
    return set && set->replicas == wanted && draft.ready(revision) >= wanted;
}

bool modelReady(const Draft& draft, const std::string& revision) {
    return std::ranges::all_of(draft.endpoints(revision).endpoints, [&](const api::Endpoint& endpoint) {
        if (!endpoint.ready) return true;
        const auto answer = draft.seen.modelAnswers.find(endpoint.podUid);
        return answer != draft.seen.modelAnswers.end() && (answer->second == api::ModelAnswer::Ready ||
                                                           answer->second == api::ModelAnswer::CannotConnect);
    });
}

void diagnose(Draft& draft, const std::string& revision, Timestamp since) {
    const bool stalled = draft.now() >= since + draft.spec().rollout.progressDeadline;
    Timestamp due = since + std::min(kPatience, draft.spec().rollout.progressDeadline / 2);
    if (const auto& last = draft.seen.diagnosis; last && last->revision == revision && last->at >= since) {
        const bool readSince = last->at >= since + draft.spec().rollout.progressDeadline;
        due = last->at + (stalled && readSince ? kBetweenReadsStalled : kBetweenReads);
    }
    if (draft.now() < due) return draft.wake(due);
    draft.act(api::DiagnosePods{revision}, "its pods do not get ready");
}

bool reasonIsFresh(Draft& draft, const std::string& revision, Timestamp deadline) {
    const api::ReplicaSet* set = draft.replicaSet(revision);
    if (set && !set->failure.empty()) return true;
    const auto& last = draft.seen.diagnosis;
    if (last && last->revision == revision && last->at >= deadline) return true;
    if (draft.now() >= deadline + kLastWord) return true;
    draft.wake(deadline + kLastWord);
    if (last && last->revision == revision && draft.now() < last->at + kBetweenReads) {
        draft.wake(last->at + kBetweenReads);
    } else {
        draft.act(api::DiagnosePods{revision},
                  "the progress deadline has passed: why its pods are not ready");
    }
    return false;
}

std::string whyNotReady(const Draft& draft, const std::string& revision) {
    const api::ReplicaSet* set = draft.replicaSet(revision);
    if (set && !set->failure.empty()) return set->failure;
    const auto& found = draft.seen.diagnosis;
    const bool allReady = set && draft.ready(revision) >= set->replicas;
    const bool current =
        found && found->revision == revision && !found->message.empty() &&
        (!draft.next.rollout || !draft.next.rollout->scaledAt || found->at >= *draft.next.rollout->scaledAt);
    const std::string load = allReady ? "" : loadWords(draft, revision);
    if (current && !allReady) return withLoad(found->message, load);
    return load.empty() ? modelSays(draft, revision) : load;
}

std::string neverReady(const Draft& draft) {
    const std::string& revision = draft.next.rollout->revision;
    const api::ReplicaSet* set = draft.replicaSet(revision);
    const std::string why = whyNotReady(draft, revision);
    return cat("version ", versionLabel(draft, revision), " did not get ready within progressDeadline ",
               formatDuration(draft.spec().rollout.progressDeadline), " (", draft.ready(revision), " of ",
               set ? set->replicas : 0, " pods)", why.empty() ? "" : ": ", why);
}

bool onlyTheseLeft(const Draft& draft, const std::string& one, const std::string& other) {
    const auto third = [&](const std::string& revision) { return revision != one && revision != other; };
    for (const api::ReplicaSet& set : draft.seen.replicaSets) {
        if (third(set.revision) && (set.statusReplicas > 0 || set.replicas > 0)) return false;
    }
    for (const auto& [revision, endpoints] : draft.seen.split.versions) {
        if (third(revision) && (!endpoints.endpoints.empty() || endpoints.reachable > 0)) return false;
    }
    return true;
}

}  // namespace serin::plan
