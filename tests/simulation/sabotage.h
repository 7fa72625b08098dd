#pragma once

#include <vector>

#include "api/observed.h"
#include "api/plan.h"
#include "monitor.h"

namespace serin::simulation {

// Deliberate bugs that prove that the monitor sees them: each spoils what the planner says, or leaves out a
// guard of the process, so that the invariant of this number is broken first.
class Sabotage {
  public:
    explicit Sabotage(int invariant = 0) : invariant_(invariant) {}
    // The invariants for which there is a bug.
    static std::vector<int> known();

    // The bug is one of the client, which the planner alone does not have.
    static bool ofClient(int invariant) { return invariant == 12 || invariant == 21 || invariant == 26; }

    bool is(int invariant) const { return invariant_ == invariant; }
    void spoil(const api::Observed& seen, api::Plan& plan) const;

  private:
    int invariant_;
};

}  // namespace serin::simulation
