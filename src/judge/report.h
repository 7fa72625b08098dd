#pragma once

#include "api/judgement.h"
#include "api/spec.h"
#include "judge/memory.h"

namespace serin::judge {

// What can be said from what is remembered, but for Judgement::state.
api::Judgement reportOf(const api::Analysis& analysis, const Memory& memory);

}  // namespace serin::judge
