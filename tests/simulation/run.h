#pragma once

#include <array>
#include <map>
#include <string>
#include <vector>

#include "monitor.h"
#include "sabotage.h"
#include "script.h"

namespace serin::simulation {

struct Report {
    std::vector<Broken> broken;
    bool settled = false;  // it came to rest after the last happening
    std::string end;       // the end state, without times and versions
    std::map<std::string, int> digests;
    std::array<uint64_t, kKinds> felt{};
    int rollouts = 0;  // attempts that came to an end
    uint64_t writes = 0;
    UserRequests requests;
    std::string trace;  // one line for each change of phase and write, if asked for

    bool good() const { return settled && broken.empty(); }
};

// One script, played to its end with planner and judge as they are.
Report run(const Script& script, const Sabotage& sabotage = Sabotage(), bool trace = false);

// One script with the whole client on a simulated API server.
Report runClient(const Script& script, const Sabotage& sabotage = Sabotage(), bool trace = false);

// Either of them, and for a calm script the same without its faults too: end and digests must be equal.
Report runAndCompare(const Script& script, Profile profile, Depth depth,
                     const Sabotage& sabotage = Sabotage());

// The same script with as few happenings as still fail in the same way (the same first invariant, or not
// settling, or another end).
Script shrink(const Script& script, Profile profile, Depth depth);

// In words: what is broken, when, or what the ends are.
std::string describe(const Report& report);

}  // namespace serin::simulation
