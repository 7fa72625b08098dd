#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "signals/selection.h"

namespace serin::signals {

// The labels by which a series tells its pod. Kubernetes' service discovery and PodMonitors set them.
inline constexpr std::string_view podLabel = "pod";
inline constexpr std::string_view namespaceLabel = "namespace";
// What Prometheus itself writes at each scrape of a target: 1 when it got the page, 0 when it did not.
inline constexpr std::string_view upName = "up";

// PromQL for all raw samples, of the last `window`, of everything that is read of these pods. Pure.
//
// Raw samples and never rate() or increase(): those extrapolate, count in fractions, and lose the first
// sample of a new series, which is a new pod's first errors. One question for all names, without the
// conditions on labels of the selectors: a single evaluation sees each scrape whole or not at all, so that a
// request and its failure are never a scrape apart; and what is selected, by conditions on labels too, is
// decided by the same code as for a page.
std::string prometheusQuery(const Selection& selection, std::string_view space,
                            const std::vector<std::string>& pods, Duration window);

// The body of POST <address>/api/v1/query. The answer is as of `at`; Prometheus gives up after `timeout`.
std::string prometheusForm(std::string_view query, Timestamp at, Duration timeout);

}  // namespace serin::signals
