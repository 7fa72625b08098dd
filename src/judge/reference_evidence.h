#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "api/judgement.h"
#include "api/profile.h"
#include "judge/histogram.h"
#include "judge/strata.h"

namespace serin::judge {

// Whether the values that a serving version sees or says have left a profile, which is a finite sample: the
// index is compared with N·noncentral chi-square, N = 1/(counted by the profile) + 1/(counted now), as
// between two versions (drift_metric.h), so that a small profile needs more before anything is said.
//
// Values are added up over windows. A window is looked at after 1, 2, 4, … intervals since it has enough, the
// errors of its looks summing up to the metric's share; it ends after kWindowIntervals of them, or after an
// hour that had a look. What was found stays until a later window finds the contrary.
struct ReferenceEvidence {
    std::string about;                 // digest of what is compared; when it changes all starts anew
    std::string serving;               // the revision that the window counts; another one begins a window
    Histogram live;                    // of the window, between edges that the profile has too
    std::vector<std::string> classes;  // ascending; the buckets' names where there are no edges
    double seconds = 0;                // of the window
    uint64_t strata = 0;               // of the window, since it had enough
    int looks = 0;                     // of the window
    bool left = false;                 // a look of this window found the values outside
    api::DataState state = api::DataState::Unknown;
    double index = 0;     // at the look that found `state`, less what chance makes of it
    std::string moved;    // the bucket that moved most then, with its shares; in words
    std::string trouble;  // why the two cannot be compared, and what to do

    static constexpr uint64_t kWindowIntervals = 64;
    static constexpr double kWindowSeconds = 3600;

    // What one interval is compared with, and the chances of error of one window.
    struct Terms {
        const api::Counts& feature;
        double threshold = 0;
        double falseAlarm = 0;
        double missedHarm = 0;
        const char* called = "profile";  // what the feature is of, in words
    };
    // One interval of `length` seconds: the serving version's warm pods.
    void add(const Terms& terms, const std::vector<PodCounts>& pods, double length);
    void startWindow();

    bool operator==(const ReferenceEvidence&) const = default;

  private:
    bool addHistograms(const Terms& terms, const std::vector<PodCounts>& pods);
    void look(const Terms& terms);
};

// The index of an arm against a feature of a profile, less what chance makes of it; nothing where they share
// no two edges or one of them is empty. `classes` names the arm's buckets where it has no edges.
std::optional<double> indexAgainst(const api::Counts& feature, const Histogram& arm,
                                   const std::vector<std::string>& classes);

}  // namespace serin::judge
