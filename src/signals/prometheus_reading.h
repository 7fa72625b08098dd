#pragma once

#include <string>
#include <vector>

#include "api/spec.h"
#include "signals/prometheus_answer.h"
#include "signals/round.h"

namespace serin::signals {

// How messages begin that are about it and not about a pod.
std::string nameOf(const api::PrometheusSource& source);

// A Prometheus and where the pods that it is asked about live.
struct PrometheusOrigin {
    api::PrometheusSource source;
    std::string space;  // their namespace

    std::string name() const { return nameOf(source); }
};

// How far back a look at `origin` has to go, so that every scrape since the look before is in it: the
// interval and what the scrapes of both looks may be late. With very many scrapes in an interval only the
// last of them are looked at, which is what a reader of pages sees too.
Duration windowOf(const PrometheusOrigin& origin, Duration interval);

// Gives every pod of a round the readings that its pages would have made, one for each scrape in the answer,
// as of Round::at; `query` is what was answered, for messages. Pure.
//
// - A pod's labels are those of the series `up`; each judged series has them too, beside those of the page.
//   They are taken off, so that a series is the same one whoever scraped it and whatever relabelling adds
//   ("exported_x" is the page's x where the pod has an x of its own).
// - A pod that is scraped more than once (two jobs, several ports) is read from one target alone, or every
//   request would count twice: the one at its metrics port, else the first with judged series.
// - A pod's newest good scrape must not be older than 2.5 scrape intervals.
void readPrometheus(const std::vector<PrometheusSeries>& series, const PrometheusOrigin& origin,
                    const std::string& query, Round& round);

// Every pod of the round fails for one reason, which is none of theirs and says by itself what it is about.
void failRound(const Error& why, Round& round);

}  // namespace serin::signals
