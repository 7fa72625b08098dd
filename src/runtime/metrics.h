#pragma once

#include <memory>
#include <string>

#include "api/observed.h"
#include "api/samples.h"
#include "base/time.h"

namespace serin::runtime {

// The operator's own numbers, for Prometheus. Only the gauges of a living ModelDeployment have its name as
// labels; they go with it. Thread-safe.
class Metrics {
  public:
    Metrics();
    ~Metrics();
    Metrics(const Metrics&) = delete;
    Metrics& operator=(const Metrics&) = delete;

    void reconciled(const std::string& result, Duration took);
    void requested(const std::string& verb, const std::string& resource, int status);
    void heard(const std::string& kind);
    // States of the moment: set them before text().
    void queue(size_t depth);
    void cached(const std::string& kind, size_t objects, double lagSeconds);
    void leading(bool yes);
    void eventsDropped(size_t sinceStart);

    // What is recorded of a ModelDeployment, and what the judge says.
    void show(const api::ModelDeployment& object, const api::Status& status, const api::Judgement* judgement);
    void counted(const std::string& space, const std::string& name, const api::Stratum& stratum);
    void judged(const std::string& verdict);
    void ended(const std::string& outcome);
    void forget(const std::string& space, const std::string& name);

    // The page, in text format 0.0.4.
    std::string text() const;

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace serin::runtime
