#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "judge/recorded_judge.h"
#include "rig.h"

namespace serin::judge {

// Keeps the recordings of a RecordedJudge, the last attempt's at the end. Outlives its sinks.
struct Kept {
    explicit Kept(size_t most = kMostRecording) : room(most) {}

    class Sink final : public RecordingSink {
      public:
        explicit Sink(Kept& kept) : kept_(kept) {}
        void begin(std::string head, bool anotherAttempt) override {
            if (anotherAttempt || kept_.recordings.empty()) kept_.recordings.emplace_back(kept_.room);
            ++kept_.parts;
            kept_.recordings.back().begin(std::move(head));
        }
        bool append(std::string_view line) override {
            return !kept_.recordings.empty() && kept_.recordings.back().append(line);
        }

      private:
        Kept& kept_;
    };
    std::unique_ptr<RecordingSink> sink() { return std::make_unique<Sink>(*this); }
    std::string text() const { return recordings.back().text("ml/fraud"); }

    size_t room;
    std::vector<Recording> recordings;
    int parts = 0;
};

// A metric of each kind.
inline api::Analysis everyKind() {
    api::Metric share = errorMetric();
    share.name = "nan";
    share.kind = api::MetricKind::Share;
    share.share = {"predictions_total", "predictions_total{class=\"NaN\"}", ""};
    share.max = 0.3;
    api::Metric mean = limitedValue({0.4, std::nullopt});
    mean.worseChange = 0.05;
    api::Metric classes = driftMetric(0.5);
    classes.name = "class";
    classes.histogram = "predictions_total";
    classes.byLabel = "class";
    classes.collapse = true;
    return analysisOf(
        {errorMetric(), latencyMetric(), driftMetric(1.0), share, mean, classes, queryMetric()});
}

// A rollout whose every number is drawn by lot: traffic, errors, pods that come, go, fall silent or start
// anew, scrapes that are lost or late, steps, changed analyses. The same seed makes the same rollout.
class RandomRollout {
  public:
    explicit RandomRollout(uint64_t seed) : random_(seed) {
        order.mode = api::JudgeMode::Evaluate;
        order.stable = "old";
        order.attempt = 1;
    }

    // To be ordered now; moves on with every call.
    const api::JudgeOrder& nextOrder() {
        if (at(3)) {
            order.mode = api::JudgeMode::Compare;
            order.canary = "new";
        }
        if (tick_ >= 3 && tick_ % 15 == 4) {
            ++order.step;
            order.stepStartedAt = now_;
        }
        if (at(50)) order.mode = api::JudgeMode::Soak;
        if (at(55)) order.mode = api::JudgeMode::Watch;
        return order;
    }
    api::Stratum nextStratum() {
        api::Stratum out;
        out.from = now_;
        now_ += chance(.03) ? std::chrono::minutes(4) : std::chrono::seconds(10);
        out.to = now_;
        if (chance(.1)) out.spread = std::chrono::seconds(3);
        out.stable = {podNamed("s1", 1), podNamed("s2", 1)};
        if (!order.canary.empty()) out.canary = {podNamed("c1", 2)};
        if (!order.canary.empty() && chance(.7))
            out.canary.push_back(podNamed("c" + std::to_string(2 + tick_ / 20), 2));
        if (chance(.1)) out.troubles = {"10.0.0.7:8082: connection \xE2\x80\x9Crefused\xE2\x80\x9D 100 %"};
        out.canarySilentRounds = chance(.1) ? 3 : 0;
        if (!order.canary.empty()) out.looks["order-value"] = {look()};
        ++tick_;
        return out;
    }
    bool at(int tick) const { return tick_ == tick; }
    bool chance(double of) { return random_.uniform() < of; }

    api::JudgeOrder order;

  private:
    api::Look look() {
        if (chance(.05)) return {now_, std::nullopt, "HTTP 503, query timed out (timeout)"};
        return {now_, 15 + 20 * random_.uniform(), ""};
    }
    uint64_t upTo(double most) { return static_cast<uint64_t>(random_.uniform() * most); }
    api::PodSample podNamed(const std::string& uid, uint64_t worse) {
        const uint64_t total = 100 + upTo(200);
        const std::vector<uint64_t> buckets{upTo(100), upTo(50) * worse, upTo(9)};
        std::map<std::string, api::Counts> counts;
        counts["errors"] = requests(total, upTo(3) * worse);
        counts["latency"] = histogram({.1, 1.0 / 3}, buckets);
        counts["score"] = histogram({.25, .5}, buckets);
        counts["nan"] = requests(total, upTo(10));
        counts["value"] = requests(total, 0);
        counts["value"].sum = static_cast<double>(total) * random_.uniform();
        counts["class"] = histogram({}, buckets);
        counts["class"].classes = {"ham", "no class", "spam"};
        api::PodSample out = pod(uid, std::move(counts));
        out.counted = !chance(.05);
        out.warm = !chance(.1);
        out.lostScrapes = chance(.05) ? 1 : 0;
        out.restarts = chance(.02) ? 1 : 0;
        if (chance(.05)) out.notReady = std::chrono::milliseconds(1234);
        return out;
    }

    Random random_;
    Timestamp now_{std::chrono::seconds(1'700'000'000)};
    int tick_ = 0;
};

}  // namespace serin::judge
