#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "api/judgement.h"
#include "api/profile.h"
#include "api/samples.h"
#include "api/spec.h"
#include "base/result.h"
#include "judge/judge.h"
#include "judge/pod_deal.h"

namespace serin::judge {

// The calls of a recording as values, to be made to many judges.
struct RecordedCalls {
    struct Restore {
        std::string state;
        api::JudgeOrder order;  // that the state is about
        bool midway = false;    // it has evidence of what came before the recording
    };
    using Call = std::variant<api::Analysis, std::shared_ptr<const api::Reference>, Restore, api::JudgeOrder,
                              api::Stratum>;

    std::string about;  // for people, with a line break at the end
    std::vector<Call> calls;
};

// Fails as replay() does.
Result<RecordedCalls> callsIn(std::string_view recording);

// A judge after a stratum of a comparison, from its first step on, or of the time after it.
struct Heard {
    const Judge& judge;
    const api::JudgeOrder& order;
    const api::Stratum& stratum;  // as it was told
    double seconds = 0;           // since that step began
    uint64_t canaryRequests = 0;  // in that time, while both versions served
};

// Makes the calls to a judge until `look` says false. With `deal` the pods are dealt anew from the first step
// on, and states are left out, as they are about the pods as they were; so are queries, whose answers are
// about the version as a whole.
void tell(const RecordedCalls& calls, const PodDeal* deal, const std::function<bool(const Heard&)>& look);

// The strata that a deal deals anew.
std::vector<const api::Stratum*> comparedStrata(const RecordedCalls& calls);

}  // namespace serin::judge
