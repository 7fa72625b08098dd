#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <utility>

#include "base/clock.h"
#include "kube/backoff.h"
#include "runtime/examiner.h"
#include "runtime/object_source.h"
#include "signals/scraper.h"

namespace serin::runtime {

// One thread that starts the rounds of all ModelDeployments, each at its own interval. Rounds of one do not
// overlap; the interval is kept from round to round, so that they stay aligned. Between rounds that are far
// apart pods are asked for their model.
class Sampler {
  public:
    // A round of `key` ended. Called on the scraper's threads; must be quick.
    using Found =
        std::function<void(const std::string& key, const Examiner& examiner, const Examiner::Finding&)>;

    // The references outlive it.
    Sampler(signals::Scraper& scraper, const ObjectSource& source, const Clock& clock, kube::Random random,
            Found found);
    // Waits for the rounds under way.
    ~Sampler();

    // Calls turn() on a thread of its own until destruction.
    void start();
    // Starts what is due now. Returns when it has to be called again (Clock::sinceBoot), unless watch() asks
    // for something before; Duration::max() when nothing is watched.
    Duration turn();
    // Does what the examiner wants from now on, and asks pods that were never asked at once. Thread-safe.
    void watch(const std::string& key, const std::shared_ptr<Examiner>& examiner);
    // The ModelDeployment is gone. Thread-safe.
    void forget(const std::string& key);

  private:
    struct Entry {
        std::shared_ptr<Examiner> examiner;
        Duration due{0};      // the next questions
        Duration readDue{0};  // the next round; at the first questions from then on
        bool underWay = false;
        bool asking = false;
    };
    enum class Flag { UnderWay, Asking };

    void run(const std::stop_token& stop);
    // With the mutex held.
    Duration firstDue() const;
    void sample(const std::string& key, const std::shared_ptr<Examiner>& examiner);
    void ask(const std::string& key, const std::shared_ptr<Examiner>& examiner, Examiner::Whom whom);
    bool claim(const std::string& key, Flag flag);
    void release(const std::string& key, Flag flag);
    void launch(const std::string& key, Flag flag, signals::RoundRequest request,
                std::function<void(const signals::Round&)> finish);
    api::Split split(const std::string& key) const;

    signals::Scraper& scraper_;
    const ObjectSource& source_;
    const Clock& clock_;
    kube::Random random_;
    Found found_;
    std::mutex mutex_;
    std::condition_variable_any wake_;
    std::map<std::string, Entry> entries_;
    std::set<std::pair<Duration, std::string>> order_;
    int rounds_ = 0;  // under way
    std::jthread thread_;
};

}  // namespace serin::runtime
