#pragma once

#include <string>
#include <vector>

#include "judge/dispersion.h"
#include "judge/harm_evidence.h"
#include "judge/safe_evidence.h"

namespace serin::judge {

// One class, or one bucket of a histogram, of which it is asked whether it takes all.
struct Favourite {
    bool chosen = false;
    std::string name;  // of a class
    double upper = 0;  // of a bucket its upper edge; infinity of the one above all edges

    bool operator==(const Favourite&) const = default;
};

// One interval of an event among predictions: how often it came in both versions, and in each of stable's
// pods.
struct EventTick {
    Table table;
    std::vector<Dispersion::Pod> stablePods;
};

// Whether a version's predictions collapsed, which no improvement looks like: one class or bucket takes all
// that others had, or predictions are no numbers. It needs neither a threshold nor a profile. All logs are
// natural and of e-processes, so that it may be looked at whenever one likes.
//
// "Takes all" is worse than stable by odds *and* by a difference, *and* more than nearly all of the canary's
// predictions: the smallest of the three e-processes, valid as long as one of the three does not hold. Which
// class is asked about is what the canary said most often before the interval, so the choice is known when
// the interval is drawn and a product of likelihood ratios stays an e-process. Each of the three is mixed
// over a start before every interval, for a collapse may come late in a step, onto the class that was the
// most frequent before. A step asks anew, and so does another class that has more than kTakesOver of the
// step's predictions: what was asked before stops where it is (a stopped e-process is one), and all of them
// are mixed as starts are (judge/start_mixture.h).
//
// Entropy that falls, and classes that vanish, are the same statement from the other side: all but one class
// vanish when that one takes all.
struct CollapseEvidence {
    // What was asked of one favourite.
    struct Asked {
        Favourite favourite;
        Past seen;        // of the step in which it was asked
        double harm = 0;  // ln E
        bool operator==(const Asked&) const = default;
    };

    Favourite favourite;
    HarmMixture takesAll;        // since the favourite was chosen
    SafeEvidence leavesOthers;   // the contrary; its `past` is of the whole step
    Dispersion dispersion;       // of the favourite among stable's pods
    std::vector<Asked> stopped;  // of the favourites before, in order
    HarmMixture notNumbers;
    SafeEvidence numbers;  // the contrary; its `past` is of the whole step
    Dispersion notNumbersDispersion;

    void startStep();
    // Asks about another class or bucket from the next interval on. `seen` is what both versions have of it
    // in this step, from which the bets are made.
    void choose(const Favourite& next, const Past& seen);
    // Whether there is weight for another favourite.
    bool mayChoose() const;

    // One interval of warm pods; `ofClasses`: not of buckets. Without a favourite the first is left out.
    void add(bool ofClasses, const EventTick& favourites, const EventTick& notANumber);

    // ln E of harm: the mean of both tests, so that they share the weight of their metric.
    double evidence() const;
    double takesAllEvidence() const;
    double notNumbersEvidence() const;
    // What gives the most of takesAllEvidence(), with the intervals that say most of it: all of this step,
    // those of late in it, or those before another favourite was asked about.
    enum class When { InStep, OfLate, Earlier };
    struct Strongest {
        Favourite favourite;
        Past seen;
        When when = When::InStep;
    };
    Strongest strongest() const;
    // ln E of what there is of harm in this step alone; 0 and less where nothing speaks for it.
    double stepEvidence() const;
    // ln E of the contrary of both, for it claims something of each. 0 before there is a favourite.
    double safeEvidence() const;
    // About how many more canary predictions until that is proved; 0 when it is, or nothing is known.
    double missing(bool ofClasses, double missedHarm) const;

    bool operator==(const CollapseEvidence&) const = default;

  private:
    bool mostlyOfLate() const;
    // The present favourite as it stands; there must be one.
    Asked asked() const;
};

// From this share of the canary's predictions in the step on another class or bucket becomes the favourite.
inline constexpr double kTakesOver = 0.6;

// The margins of both tests, as those of a rate: what is harm, and beyond them what may not be called safe.
// Chosen on real data sets and by simulation, see docs/judging.md.
api::Metric takesAllMargins(bool ofClasses, bool ofSafety);
api::Metric notNumbersMargins();

}  // namespace serin::judge
