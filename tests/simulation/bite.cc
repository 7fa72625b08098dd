#include "bite.h"

#include <iostream>
#include <set>
#include <string>

#include "base/text.h"
#include "run.h"

namespace serin::simulation {
namespace {

constexpr uint64_t kSeeds = 400;

// The first run that this bug breaks; a good one when there is none.
Report firstBroken(int invariant, Script& script) {
    const Depth depth = Sabotage::ofClient(invariant) ? Depth::Client : Depth::Planner;
    for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
        for (const Profile profile : {Profile::Wild, Profile::Calm}) {
            script = writeScript(seed, profile, depth);
            Report report = runAndCompare(script, profile, depth, Sabotage(invariant));
            if (!report.broken.empty()) return report;
        }
    }
    return {};
}

}  // namespace

int bite() {
    int missed = 0;
    for (const int invariant : Sabotage::known()) {
        Script script;
        const Report report = firstBroken(invariant, script);
        std::set<int> broken;
        for (const Broken& one : report.broken) broken.insert(one.invariant);
        const bool bitten = broken == std::set<int>{invariant};
        missed += !bitten;
        std::cout << (bitten ? "bites   " : "MISSED  ") << invariant << ":";
        if (broken.empty()) std::cout << " nothing broke in " << kSeeds << " seeds";
        for (const int number : broken) std::cout << " " << number;
        if (!broken.empty()) std::cout << ", seed " << script.seed << ": " << report.broken.front().sentence;
        std::cout << "\n";
    }
    return missed;
}

}  // namespace serin::simulation
