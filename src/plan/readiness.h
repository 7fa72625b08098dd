#pragma once

#include <string>

#include "plan/draft.h"

namespace serin::plan {

// All pods that the rollout's floor asks for are there and ready. Precondition: next.rollout.
bool atFullSize(const Draft& draft, const std::string& revision);

// Every ready pod of the revision has said that its model is ready (or could not be asked: then its probe
// counts).
bool modelReady(const Draft& draft, const std::string& revision);

// Reads the pods of a revision that does not get ready: 15 s after they were asked for, then every 10 s, and
// every minute once the progress deadline has passed.
void diagnose(Draft& draft, const std::string& revision, Timestamp since);

// The pods were read after `deadline`, or ReplicaFailure says it all, or reading them takes too long: the
// reason of a return is the last one known. Otherwise has them read.
bool reasonIsFresh(Draft& draft, const std::string& revision, Timestamp deadline);

// Why its pods do not get ready, as far as known: ReplicaFailure (quota, PodSecurity, service account) first,
// then what the pods say, then the model. May be empty.
std::string whyNotReady(const Draft& draft, const std::string& revision);

// The reason of a return at the progress deadline of the present rollout.
std::string neverReady(const Draft& draft);

// No pod and no endpoint of any revision but these two is left: every pod may be selected.
bool onlyTheseLeft(const Draft& draft, const std::string& one, const std::string& other);

}  // namespace serin::plan
