#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "api/spec.h"
#include "base/result.h"
#include "signals/edge_grid.h"
#include "signals/selector.h"
#include "signals/series_labels.h"

namespace serin::signals {

// Requests counts events and the bad ones of them, Complement events and the good ones, Mean observations and
// their sum, Classes events by the value of a label.
enum class SourceKind { Requests, Histogram, Complement, Mean, Classes };

// The series one kind of number is made of. Metrics that ask for the same series share a source.
struct Source {
    // Equal exactly when kind and selectors are; the same in every process (it is persisted).
    uint64_t fingerprint = 0;
    SourceKind kind = SourceKind::Requests;
    // All but Histogram and Classes: a series counts once in each list, however many selectors of it accept
    // it.
    std::vector<Selector> total;
    std::vector<Selector> bad;  // Complement: the good ones; Mean: the sums
    // Histogram: selects on the labels of <name>_bucket (without le) and <name>_count, or of the native
    // histogram <name>. Classes: the counter.
    Selector histogram;
    EdgeGrid grid;      // Histogram: where a native one is counted
    std::string label;  // Classes
    LabelRule labels;   // of rates: by which labels their bad events are told apart
};

struct SelectedMetric {
    std::string name;
    size_t source = 0;       // index in Selection::sources
    double unitSeconds = 1;  // Latency: of its histogram
};

// What is read from each pod's page. Immutable once made; share it between threads.
struct Selection {
    std::vector<Source> sources;
    std::vector<SelectedMetric> metrics;
};

// Compiles what the runtime and the metrics ask pods for; queries ask none. Invalid names the field and what
// is wrong with it ("spec.runtime.errors.bad[0]: …").
Result<Selection> compileSelection(const api::Runtime& runtime, const std::vector<api::Metric>& metrics);

}  // namespace serin::signals
