#include "runtime/sampler.h"

#include <algorithm>

#include "routing/routing.h"
#include "runtime/thread_name.h"

namespace serin::runtime {
namespace {

constexpr Duration kLongestWait = std::chrono::seconds(5);
// Spreads the first rounds after a start; more would only delay a rollout.
constexpr Duration kMostJitter = std::chrono::seconds(1);

}  // namespace

Sampler::Sampler(signals::Scraper& scraper, const ObjectSource& source, const Clock& clock,
                 kube::Random random, Found found)
    : scraper_(scraper),
      source_(source),
      clock_(clock),
      random_(std::move(random)),
      found_(std::move(found)) {}

Sampler::~Sampler() {
    if (thread_.joinable()) {
        thread_.request_stop();
        thread_.join();
    }
    std::unique_lock lock(mutex_);
    wake_.wait(lock, [&] { return rounds_ == 0; });
}

void Sampler::start() {
    thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

void Sampler::watch(const std::string& key, const std::shared_ptr<Examiner>& examiner) {
    if (!examiner->wanted()) return forget(key);
    const Duration pace = examiner->askInterval();
    const Duration interval = examiner->interval();
    {
        const std::lock_guard lock(mutex_);
        const auto [place, isNew] = entries_.try_emplace(key);
        Entry& entry = place->second;
        entry.examiner = examiner;
        const Duration now = clock_.sinceBoot();
        const double jitter = random_() * static_cast<double>(std::min(kMostJitter, interval).count());
        Duration due =
            isNew ? now + Duration{static_cast<Duration::rep>(jitter)} : std::min(entry.due, now + pace);
        if (!isNew) order_.erase({entry.due, key});
        entry.readDue = isNew ? due : std::min(entry.readDue, now + interval);
        entry.due = due;
        order_.emplace(due, key);
    }
    wake_.notify_all();
    ask(key, examiner, Examiner::Whom::NeverAsked);
}

void Sampler::forget(const std::string& key) {
    const std::lock_guard lock(mutex_);
    const auto place = entries_.find(key);
    if (place == entries_.end()) return;
    order_.erase({place->second.due, key});
    entries_.erase(place);
}

void Sampler::run(const std::stop_token& stop) {
    nameThisThread("sampler");
    while (!stop.stop_requested()) {
        const Duration next = turn();
        const Duration wait = std::clamp(next - clock_.sinceBoot(), Duration{1}, kLongestWait);
        std::unique_lock lock(mutex_);
        wake_.wait_for(lock, stop, wait, [&] { return firstDue() < next; });
    }
}

Duration Sampler::firstDue() const {
    return order_.empty() ? Duration::max() : order_.begin()->first;
}

Duration Sampler::turn() {
    struct Due {
        std::string key;
        std::shared_ptr<Examiner> examiner;
        bool reads;
    };
    std::vector<Due> due;
    {
        const std::lock_guard lock(mutex_);
        const Duration now = clock_.sinceBoot();
        while (firstDue() <= now) {
            const std::string key = order_.begin()->second;
            order_.erase(order_.begin());
            Entry& entry = entries_.at(key);
            const Duration pace = std::max(entry.examiner->askInterval(), Duration{100});
            const bool reads = entry.readDue <= entry.due;
            if (reads) entry.readDue = entry.due + std::max(entry.examiner->interval(), pace);
            // After a pause of the whole machine the missed rounds are not made up for.
            entry.due = std::max(entry.due + pace, now + pace / 2);
            order_.emplace(entry.due, key);
            due.push_back({key, entry.examiner, reads});
        }
    }
    for (const auto& [key, examiner, reads] : due) {
        if (reads) sample(key, examiner);
        ask(key, examiner, reads ? Examiner::Whom::NotJudged : Examiner::Whom::All);
    }
    const std::lock_guard lock(mutex_);
    return firstDue();
}

api::Split Sampler::split(const std::string& key) const {
    const Sight sight = source_.look(key);
    if (!sight.object) return {};
    return routing::observeSplit(*sight.object, sight.replicaSets, sight.services, sight.slices);
}

void Sampler::sample(const std::string& key, const std::shared_ptr<Examiner>& examiner) {
    if (!claim(key, Flag::UnderWay)) return;
    auto request = examiner->round(split(key));
    if (!request) return release(key, Flag::UnderWay);
    launch(key, Flag::UnderWay, std::move(*request), [this, key, examiner](const signals::Round& round) {
        found_(key, *examiner, examiner->finish(round));
    });
}

void Sampler::ask(const std::string& key, const std::shared_ptr<Examiner>& examiner, Examiner::Whom whom) {
    if (!claim(key, Flag::Asking)) return;
    auto request = examiner->questions(split(key), whom);
    if (!request) return release(key, Flag::Asking);
    launch(key, Flag::Asking, std::move(*request), [this, key, examiner, whom](const signals::Round& round) {
        found_(key, *examiner, examiner->finishQuestions(round, whom));
    });
}

void Sampler::launch(const std::string& key, Flag flag, signals::RoundRequest request,
                     std::function<void(const signals::Round&)> finish) {
    {
        const std::lock_guard lock(mutex_);
        ++rounds_;
    }
    scraper_.start(std::move(request),
                   [this, key, flag, finish = std::move(finish)](const signals::Round& round) {
                       finish(round);
                       release(key, flag);
                       {
                           const std::lock_guard lock(mutex_);
                           --rounds_;
                           wake_.notify_all();  // under the lock: the destructor may be waiting for it
                       }
                   });
}

bool Sampler::claim(const std::string& key, Flag flag) {
    const std::lock_guard lock(mutex_);
    const auto place = entries_.find(key);
    if (place == entries_.end()) return false;
    bool& taken = flag == Flag::UnderWay ? place->second.underWay : place->second.asking;
    return !std::exchange(taken, true);
}

void Sampler::release(const std::string& key, Flag flag) {
    const std::lock_guard lock(mutex_);
    const auto place = entries_.find(key);
    if (place == entries_.end()) return;
    (flag == Flag::UnderWay ? place->second.underWay : place->second.asking) = false;
}

}  // namespace serin::runtime
