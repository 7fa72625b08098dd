#pragma once

#include <optional>
#include <string>

#include "plan/draft.h"

namespace serin::plan {

// "<revision>.<attempt>" or "<revision>.<attempt>.<step>" as an annotation names a decision.
struct DecisionName {
    std::string revision;
    int attempt = 0;
    std::optional<int> step;
};

// nullopt for anything else: such an annotation means nothing.
std::optional<DecisionName> parseDecision(const std::string& text);

// The record of one attempt in status.attempts, made when it is missing (the oldest of 50 goes).
api::AttemptStatus& attemptRecord(api::Status& status, const std::string& revision, int attempt);
// The number of the last attempt of a revision; 0 when there was none.
int lastAttempt(const api::Status& status, const std::string& revision);

// The revision was rolled back, and nobody has asked for a retry since.
bool isQuarantined(const api::Status& status, const std::string& revision);

// Records what people decided about the present attempt by annotation. What names another revision, another
// attempt or a step that asks for no approval is stale and means nothing; what is recorded stays when the
// annotation goes.
void recordDecisions(Draft& draft);

// A person asks for another attempt of `revision`, whose last attempt has ended.
bool retryAsked(const Draft& draft, const std::string& revision);

// The command that makes a decision, for status.rollout.next.
std::string decisionCommand(const Draft& draft, const char* annotation, const std::string& value);

// The command that approves the present step. Precondition: next.rollout.
std::string approveCommand(const Draft& draft);

}  // namespace serin::plan
