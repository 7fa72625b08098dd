#pragma once

#include <map>
#include <string>
#include <vector>

#include "api/judgement.h"
#include "api/observed.h"
#include "signals/round.h"

namespace serin::runtime {

// How the pods of each revision are reached. `other` stands for revisions whose runtime is not known (they
// were made before this process began, and the spec has moved on): the spec's present one is the best guess.
struct KnownRuntimes {
    const std::map<std::string, api::Runtime>& byRevision;
    const api::Runtime& other;
};

// The pods of both arms of the order, which a round reads. Those of `askModel` among them are asked too.
// Pure.
std::vector<signals::Target> judgedTargets(const api::JudgeOrder& order,
                                           const std::vector<std::string>& askModel, const api::Split& split,
                                           const KnownRuntimes& runtimes);

// The ready pods of `askModel`, to be asked only. Pods without a path to ask are left out: their probe
// counts.
std::vector<signals::Target> askedTargets(const std::vector<std::string>& askModel, const api::Split& split,
                                          const KnownRuntimes& runtimes);

}  // namespace serin::runtime
