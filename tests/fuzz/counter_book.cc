// The input is the persisted counters of a ModelDeployment's pods. A book that takes it goes on with a round.
#include "signals/counter_book.h"

#include "tests/fuzz/fuzz.h"

namespace serin::fuzz {
namespace {

signals::Round roundAt(Timestamp at) {
    signals::Round round;
    round.at = at;
    auto selection = std::make_shared<signals::Selection>();
    selection->sources.resize(1);
    selection->sources[0].fingerprint = 1;
    selection->metrics = {{"errors", 0}};
    round.selection = selection;
    signals::PodResult pod;
    pod.target.podUid = "a";
    pod.target.ready = true;
    pod.startedAt = pod.endedAt = at;
    signals::PodReading reading;
    reading.processStart = 1.7e9;
    reading.sources.resize(1);
    reading.sources[0].fingerprint = 1;
    reading.sources[0].exported = true;
    reading.sources[0].series = {{1, 1, signals::Slot::Total, 0, 100, 0},
                                 {2, 1, signals::Slot::Bad, 0, 10, 0}};
    pod.reading = std::move(reading);
    round.pods = {pod};
    return round;
}

}  // namespace

void one(std::string_view input) {
    signals::CounterBook book;
    if (book.restore(input)) {
        const std::string once = book.save(24'000);
        signals::CounterBook other;
        require(once.size() <= 24'000 && other.restore(once).ok(), "what is saved can be restored");
        require(other.save(24'000) == once, "a book reads back as itself");
    }
    const Timestamp start(std::chrono::hours(24 * 365 * 56));
    for (int tick = 0; tick < 3; ++tick) {
        const auto stratum = book.add(roundAt(start + std::chrono::seconds(10 * tick)), {start, Duration{0}});
        require(!stratum || stratum->to > stratum->from, "time goes forward");
    }
    signals::CounterBook other;
    require(other.restore(book.save(100)).ok() && book.save(100).size() <= 100,
            "a short text is one of the book too");
}

}  // namespace serin::fuzz
