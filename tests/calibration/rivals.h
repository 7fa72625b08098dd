#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "api/samples.h"
#include "api/spec.h"

namespace serin::calibration {

// One minute of one version, as a metrics backend would show it.
struct Minute {
    uint64_t requests = 0;
    uint64_t bad = 0;
    std::vector<uint64_t> times;  // requests per bucket of latencyEdges(); empty without a latency metric

    void add(const std::vector<api::PodSample>& arm, const std::vector<api::Metric>& metrics);
};

// The rules of other tools, written anew from their documentation, on the same minutes.
enum class Rival { Argo95, Argo99, Flagger, Kayenta };
constexpr size_t kRivals = 4;
const std::array<std::string, kRivals>& rivalNames();

// When each of them takes the canary back.
class Rivals {
  public:
    explicit Rivals(const std::vector<api::Metric>& metrics) : metrics_(metrics) {}

    // An interval, and at which second of the rollout it ends.
    void add(const api::Stratum& stratum, double second);
    // Seconds; nothing for those that keep it.
    const std::array<std::optional<double>, kRivals>& at() const { return at_; }
    bool allDecided() const;

  private:
    void judgeMinute(double second);
    bool kayentaFails() const;

    const std::vector<api::Metric>& metrics_;
    Minute canary_, stable_;
    double minuteEnds_ = 60;
    std::array<int, kRivals> failures_{};
    std::vector<double> canarySeries_, stableSeries_;
    std::array<std::optional<double>, kRivals> at_;
};

}  // namespace serin::calibration
