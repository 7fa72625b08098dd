#include <algorithm>

#include "base/text.h"
#include "run.h"

namespace serin::simulation {
namespace {

// What a failure is about, so that shrinking does not slide into another one.
int failureOf(const Report& report) {
    if (!report.broken.empty()) return report.broken.front().invariant;
    return report.settled ? 0 : -1;
}

Report runAt(Depth depth, const Script& script, const Sabotage& sabotage) {
    return depth == Depth::Planner ? run(script, sabotage) : runClient(script, sabotage);
}

}  // namespace

Report runAndCompare(const Script& script, Profile profile, Depth depth, const Sabotage& sabotage) {
    Report report = runAt(depth, script, sabotage);
    if (profile != Profile::Calm || !report.good()) return report;
    Script clean = script;
    std::erase_if(clean.happenings, [](const Happening& happening) { return harmless(happening.kind); });
    if (clean.happenings.size() == script.happenings.size()) return report;
    const Report reference = runAt(depth, clean, sabotage);
    report.rollouts += reference.rollouts;
    if (!reference.good()) {
        report.broken = reference.broken;
        report.settled = reference.settled;
        return report;
    }
    if (reference.end != report.end || reference.digests != report.digests) {
        report.broken.push_back({kSameEnd, Timeline::kStart,
                                 cat("the end is not that of the run without faults: ", report.end,
                                     "\n    without: ", reference.end)});
    }
    return report;
}

Script shrink(const Script& script, Profile profile, Depth depth) {
    const int failure = failureOf(runAndCompare(script, profile, depth));
    Script smallest = script;
    for (bool smaller = true; smaller;) {
        smaller = false;
        for (size_t i = 0; i < smallest.happenings.size(); ++i) {
            Script less = smallest;
            less.happenings.erase(less.happenings.begin() + static_cast<std::ptrdiff_t>(i));
            if (failureOf(runAndCompare(less, profile, depth)) != failure) continue;
            smallest = std::move(less);
            smaller = true;
            break;
        }
    }
    return smallest;
}

std::string describe(const Report& report) {
    std::string out;
    for (const Broken& broken : report.broken) {
        out += cat("  invariant ", broken.invariant, " at ", formatDuration(broken.at - Timeline::kStart),
                   ": ", broken.sentence, "\n");
    }
    if (report.broken.empty() && !report.settled) out += "  it does not come to rest\n";
    return out + cat("  end: ", report.end, "\n");
}

}  // namespace serin::simulation
