// The input is a pod's page of metrics in protobuf, of which a latency, a drift and errors are read.
#include "signals/protobuf_page.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <string>

#include "base/text.h"
#include "signals/pod_reading.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/reading.h"

namespace serin::fuzz {
namespace {

signals::Selection selection() {
    api::Runtime runtime;
    runtime.errors = {{"http_requests_total"}, {"http_requests_total{code=~\"5..\"}"}};
    api::Metric errors;
    errors.name = "errors";
    api::Metric latency;
    latency.name = "latency";
    latency.kind = api::MetricKind::Latency;
    latency.histogram = "took_seconds";
    api::Metric drift;
    drift.name = "margin";
    drift.kind = api::MetricKind::HistogramDrift;
    drift.histogram = "margin";
    api::Metric mean;
    mean.name = "size";
    mean.kind = api::MetricKind::Mean;
    mean.mean = {"size_bytes_sum", "size_bytes_count", true};
    auto made = signals::compileSelection(runtime, {errors, latency, drift, mean});
    require(made.ok(), "the selection of this target is valid");
    return std::move(made).value();
}

// Everything that a page says.
class Everything final : public signals::PageSink {
  public:
    bool wants(std::string_view) override { return true; }
    void type(std::string_view, std::string_view) override {}
    void sample(const signals::Sample&) override {}
    void native(const signals::NativeSample& sample) override {
        for (const signals::EdgeGrid& grid : {signals::latencyGrid(1), signals::valueGrid()}) {
            checkCounts(countsAt(sample.histogram, grid), sample.histogram.all());
        }
    }
    void malformed(const signals::PageIssue& issue) override {
        require(issue.message.size() < 500, "a complaint is short");
    }

  private:
    static void checkCounts(const std::vector<signals::AtEdge>& counts, double all) {
        double edge = -INFINITY, upTo = 0;
        for (const signals::AtEdge& at : counts) {
            require(at.edge > edge, "edges ascend");
            require(at.upTo >= upTo, "counts at edges never fall");
            edge = at.edge;
            upTo = at.upTo;
        }
        // Sums of the same numbers in another order differ in their last bits where they are no counts.
        require(upTo <= all * (1 + 1e-9), "no edge has more than all of them");
    }
};

}  // namespace

void one(std::string_view input) {
    static const signals::Selection selected = selection();
    Everything everything;
    const auto summary = signals::readProtobuf(input, {}, everything);
    const auto reading = signals::readProtobufPage(input, selected);
    if (!reading) {
        require(!reading.error().message.empty() && reading.error().message.size() < 500,
                "a complaint is short");
        return;
    }
    require(summary.truncated.empty(), "a page that is cut is not read");
    for (const signals::SourceReading& source : reading->sources) checkSeries(source);
    // A family that nobody knows: its name, and a field of the future.
    const std::string unknown("\x07\x0a\x02zz\xa0\x06\x05", 8);
    for (const std::string& more : {cat(unknown, input), cat(input, unknown)}) {
        const auto again = signals::readProtobufPage(more, selected);
        require(again && same(*reading, *again), "families that are not judged change nothing");
    }
}

}  // namespace serin::fuzz
