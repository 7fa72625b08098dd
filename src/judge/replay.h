#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "api/judgement.h"
#include "api/samples.h"
#include "api/spec.h"
#include "base/result.h"
#include "judge/recording_lines.h"

namespace serin::judge {

// An answer of the judge, computed again.
struct ReplayedAnswer {
    size_t line = 0;                                // of the recording, from 1
    size_t strata = 0;                              // as many of them were in the recording before it
    std::shared_ptr<const api::Analysis> analysis;  // by which it was judged; not null
    std::optional<api::Stratum> stratum;            // the one before it; absent at the head of what was cut
    api::Judgement judgement;                       // what it says now
    Said recorded;                                  // what it said then

    bool same() const { return saidIn(judgement) == recorded; }
};

struct ReplayListener {
    std::function<void(const std::string& remark)> remark;
    std::function<void(const ReplayedAnswer& answer)> answer;
};

// Makes the calls of a recording to a Judge and tells of each answer that was recorded. Fails with the number
// of the line that is no line of a recording, or is where it cannot be; what came before it was told.
Result<void> replay(std::string_view recording, const ReplayListener& listener);

}  // namespace serin::judge
