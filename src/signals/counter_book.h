#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/samples.h"
#include "base/result.h"
#include "base/time.h"
#include "signals/counter_delta.h"
#include "signals/label_parts.h"
#include "signals/round.h"

namespace serin::signals {

// Turns rounds of scrapes of one ModelDeployment into strata: per-series deltas, summed per pod, and the
// answers of its queries as they are. Pure: time comes in with the rounds. Not safe for use from several
// threads at once.
//
// What counts: a series counts what it rose since it was last read, or all of it after a reset or when it is
// new in a pod read before. A pod read for the first time counts from 0 when its process started both after
// the attempt and after this book began (nothing can have been counted before), else it only sets a baseline.
// A pod that could not be read keeps its last numbers: its next delta spans the gap. Where somebody else kept
// the scrapes of the interval, each of them is read in turn, so that a counter which fell and rose again in
// between counts as often as it did; what is no later than the last scrape read is no news. Exposure,
// not-ready time, restarts and lost scrapes of a pod begin when it is ready for the first time, so that
// starting up is no evidence.
class CounterBook {
  public:
    struct Context {
        std::optional<Timestamp> attemptStartedAt;  // absent while no attempt runs
        Duration warmUp{0};
        SlowerThan slowerThan{};  // of latencies whose slow requests are wanted by label
    };

    // Reports a change of a pod's endpoint between rounds; makes notReady exact. Optional: each round's
    // targets say it too. Times must not go back.
    void noteReadiness(const std::string& podUid, bool ready, Timestamp at);

    // Answers of all pods of the canary about their model, asked between rounds; add() looks at a round's
    // own.
    void noteAnswers(const Round& round) { countSilence(round); }

    // Closes the interval since the previous round. Absent for the first round of a new book, and when the
    // clock was set back (the next interval then spans both).
    std::optional<api::Stratum> add(const Round& round, const Context& context);

    // All that a later process needs to go on, printable, without line breaks, at most `maxBytes`. Where the
    // counters do not fit they are left out, and the interval across the restart has no counts.
    std::string save(size_t maxBytes = 24'000) const;
    // Replaces everything by what save() wrote. Invalid (and the book is empty) when the text is not of
    // save().
    Result<void> restore(std::string_view text);

  private:
    struct Pod {
        PodNumbers numbers;
        std::optional<Timestamp> firstRequestAt;
        std::optional<Timestamp> firstReadyAt;
        bool ready = false;
        std::optional<Timestamp>
            readinessAt;                  // up to when `notReady` is reckoned; absent right after restore()
        Duration notReady{0};             // since the last round
        std::optional<Timestamp> seenAt;  // the last round with this pod in it
    };

    static void setReadiness(Pod& pod, bool ready, Timestamp at);
    api::PodSample closePod(Pod& pod, const PodResult& result, const Round& round,
                            const Context& context) const;
    void countReadings(Pod& pod, const PodResult& result, const Round& round, const Context& context,
                       api::PodSample& sample) const;
    bool countsFromZero(const PodReading& reading, const Context& context) const;
    void countSilence(const Round& round);
    void forgetVanished(Timestamp now);
    void setBack(Timestamp now);

    std::map<std::string, Pod> pods_;   // by uid
    std::optional<Timestamp> beganAt_;  // the first round whose numbers this book or its forerunners remember
    std::optional<Timestamp> lastRoundAt_;
    int silentRounds_ = 0;

    friend class BookText;
};

}  // namespace serin::signals
