#include "signals/protobuf_page.h"

#include <cmath>
#include <utility>
#include <vector>

#include "base/text.h"
#include "signals/number.h"
#include "signals/protobuf_histogram.h"
#include "signals/sample_line.h"
#include "signals/wire.h"

namespace serin::signals {

namespace {

constexpr size_t longestName = 200;      // that a complaint repeats
constexpr size_t mostQuantiles = 1'000;  // of one summary

// MetricType, and the field of a Metric that holds the numbers of each.
enum class Type : uint8_t {
    Counter = 0,
    Gauge = 1,
    Summary = 2,
    Untyped = 3,
    Histogram = 4,
    GaugeHistogram = 5
};

struct TypeNames {
    Type type;
    uint32_t field;
    std::string_view text;  // as a TYPE line has it
};

constexpr TypeNames typeNames[] = {{Type::Counter, 3, "counter"},
                                   {Type::Gauge, 2, "gauge"},
                                   {Type::Summary, 4, "summary"},
                                   {Type::Untyped, 5, "untyped"},
                                   {Type::Histogram, 7, "histogram"}};

struct Family {
    std::string_view name;
    uint64_t type = 0;
    std::vector<std::string_view> metrics;  // messages
};

// One Metric: its labels, and the message of its numbers.
struct Metric {
    std::vector<Label> labels;
    std::optional<std::string_view> numbers;
    std::optional<double> timestamp;  // milliseconds
};

// Keeps one more than `most`, which tells that there are too many.
bool addLabel(const WireField& field, size_t most, std::vector<Label>& labels) {
    if (labels.size() > most) return true;
    Label label;
    const bool good = field.type == WireType::Bytes && eachField(field.bytes, [&](const WireField& part) {
                          if (part.number == 1) return read(part, label.name);
                          return part.number != 2 || read(part, label.value);
                      });
    labels.push_back(label);
    return good;
}

bool readMetric(std::string_view message, uint32_t numbersField, size_t mostLabels, Metric& out) {
    out.labels.clear();
    out.numbers.reset();
    out.timestamp.reset();
    return eachField(message, [&](const WireField& field) {
        if (field.number == 1) return addLabel(field, mostLabels, out.labels);
        if (field.number == numbersField) {
            out.numbers = field.bytes;
            return field.type == WireType::Bytes;
        }
        uint64_t timestamp = 0;
        if (field.number != 6) return true;
        if (!read(field, timestamp)) return false;
        out.timestamp = static_cast<double>(static_cast<int64_t>(timestamp));
        return true;
    });
}

// Counter, Gauge and Untyped: a value, and of a counter a creation time.
struct Single {
    double value = 0;
    double created = 0;
};

bool readSingle(std::string_view message, bool counter, Single& out) {
    return eachField(message, [&](const WireField& field) {
        if (field.number == 1) return read(field, out.value);
        if (!counter || field.number != 3) return true;
        return field.type == WireType::Bytes && readTimestamp(field.bytes, out.created);
    });
}

struct Summary {
    double count = 0;
    double sum = 0;
    double created = 0;
    std::vector<std::pair<double, double>> quantiles;
};

bool addQuantile(const WireField& field, Summary& out) {
    if (out.quantiles.size() >= mostQuantiles) return false;
    double quantile = 0, value = 0;
    const bool good = field.type == WireType::Bytes && eachField(field.bytes, [&](const WireField& part) {
                          if (part.number == 1) return read(part, quantile);
                          return part.number != 2 || read(part, value);
                      });
    out.quantiles.emplace_back(quantile, value);
    return good;
}

bool readSummary(std::string_view message, Summary& out) {
    return eachField(message, [&](const WireField& field) {
        uint64_t count = 0;
        switch (field.number) {
            case 1:
                if (!read(field, count)) return false;
                out.count = static_cast<double>(count);
                return true;
            case 2:
                return read(field, out.sum);
            case 3:
                return addQuantile(field, out);
            case 4:
                return field.type == WireType::Bytes && readTimestamp(field.bytes, out.created);
            default:
                return true;
        }
    });
}

class FamilyReader {
  public:
    FamilyReader(std::string_view page, const PageLimits& limits, PageSink& sink)
        : page_(page), limits_(limits), sink_(sink) {}

    PageSummary run() {
        if (page_.size() > limits_.bytes) {
            summary_.truncated = cat("the page is larger than ", limits_.bytes, " bytes");
            return std::move(summary_);
        }
        while (!page_.empty()) {
            ++number_;
            uint64_t length = 0;
            if (!takeVarint(page_, length) || length > page_.size()) {
                summary_.truncated = cat("the page ends within metric family ", number_);
                break;
            }
            readFamily(page_.substr(0, length));
            page_.remove_prefix(length);
            if (summary_.samples <= limits_.samples) continue;
            summary_.truncated = cat("the page has more than ", limits_.samples, " samples");
            break;
        }
        return std::move(summary_);
    }

  private:
    void readFamily(std::string_view message) {
        family_.name = {};
        family_.type = 0;
        family_.metrics.clear();
        const bool good = eachField(message, [&](const WireField& field) {
            if (field.number == 1) return read(field, family_.name);
            if (field.number == 3) return read(field, family_.type);
            if (field.number != 4) return true;
            // Nothing of a page with too many is of use, and each takes more here than in the page.
            return ++summary_.samples <= limits_.samples && read(field, family_.metrics.emplace_back());
        });
        if (summary_.samples > limits_.samples) return;
        if (!good) return report("its message is broken");
        // Names of other characters (UTF-8 names of Prometheus 3), which no selector can mean.
        if (family_.name.empty() || nameLength(family_.name) != family_.name.size()) return;
        for (const TypeNames& known : typeNames) {
            if (family_.type != static_cast<uint64_t>(known.type)) continue;
            sink_.type(family_.name, known.text);
            readMetrics(known);
        }
    }

    void readMetrics(const TypeNames& type) {
        if (type.type == Type::Summary) return readSummaries(type.field);
        if (type.type == Type::Histogram) return readHistograms(type.field);
        const bool counter = type.type == Type::Counter;
        const auto read = [&](auto use) {
            return [this, counter, use](std::string_view numbers) {
                Single single;
                if (!readSingle(numbers, counter, single)) return report("its message is broken");
                use(single);
            };
        };
        each("", type.field, read([&](const Single& single) { give("", "", single.value); }));
        if (counter) each("_created", type.field, read([&](const Single& one) { giveCreated(one.created); }));
    }

    void readSummaries(uint32_t field) {
        const auto read = [&](auto use) {
            return [this, use](std::string_view numbers) {
                Summary summary;
                if (!readSummary(numbers, summary)) return report("its message is broken");
                use(summary);
            };
        };
        each("", field, read([&](const Summary& summary) {
                 for (const auto& [quantile, value] : summary.quantiles)
                     give("quantile", numberText(quantile), value);
             }));
        each("_sum", field, read([&](const Summary& summary) { give("", "", summary.sum); }));
        each("_count", field, read([&](const Summary& summary) { give("", "", summary.count); }));
        each("_created", field, read([&](const Summary& summary) { giveCreated(summary.created); }));
    }

    void readHistograms(uint32_t field) {
        const auto read = [&](auto use) {
            return [this, use](std::string_view numbers) {
                const auto histogram = readProtobufHistogram(numbers);
                if (!histogram) return report(histogram.error().message);
                use(*histogram);
            };
        };
        each("_bucket", field, read([&](const ProtobufHistogram& histogram) { giveBuckets(histogram); }));
        each("_sum", field, read([&](const ProtobufHistogram& histogram) { give("", "", histogram.sum); }));
        each("_count", field,
             read([&](const ProtobufHistogram& histogram) { give("", "", histogram.count); }));
        each("_created", field,
             read([&](const ProtobufHistogram& histogram) { giveCreated(histogram.created); }));
        each("", field, read([&](const ProtobufHistogram& histogram) {
                 if (!histogram.native || histogram.hasClassicBuckets()) return;
                 sink_.native({name_, metric_.labels, histogram.count, *histogram.native});
             }));
    }

    // Hands the numbers of every metric of the family to `take`, where samples of this name are wanted.
    template <typename Take>
    void each(std::string_view suffix, uint32_t field, Take take) {
        std::string_view stem = family_.name;
        if (suffix == "_created" && stem.ends_with("_total")) stem.remove_suffix(6);
        name_ = cat(stem, suffix);
        if (!sink_.wants(name_)) return;
        for (const std::string_view message : family_.metrics) {
            if (!readMetric(message, field, limits_.labels, metric_)) {
                report("a metric's message is broken");
            } else if (metric_.labels.size() > limits_.labels) {
                report(cat("more than ", limits_.labels, " labels"));
            } else if (!metric_.numbers) {
                report("a metric has no numbers of the family's type");
            } else {
                take(*metric_.numbers);
            }
        }
    }

    void giveBuckets(const ProtobufHistogram& histogram) {
        if (histogram.native && !histogram.hasClassicBuckets()) return;
        summary_.samples += histogram.classic.size();
        bool last = false;
        for (const AtEdge& bucket : histogram.classic) {
            const bool infinite = std::isinf(bucket.edge) && bucket.edge > 0;
            last = last || infinite;
            give("le", infinite ? "+Inf" : numberText(bucket.edge), bucket.upTo);
        }
        if (!last) give("le", "+Inf", histogram.count);
    }

    void giveCreated(double created) {
        if (created > 0) give("", "", created);
    }

    // One sample of the name and the metric at hand, with this label too where it has a name.
    void give(std::string_view label, const std::string& value, double number) {
        std::vector<Label>& labels = metric_.labels;
        if (!label.empty()) labels.push_back({label, value});
        sink_.sample({name_, labels, number, metric_.timestamp, 0});
        if (!label.empty()) labels.pop_back();
    }

    void report(std::string_view why) {
        if (std::exchange(reported_, number_) == number_) return;
        ++summary_.malformed;
        const bool shown = family_.name.size() <= longestName &&
                           nameLength(family_.name) == family_.name.size() && !family_.name.empty();
        const std::string name = shown ? cat(" (", family_.name, ")") : std::string();
        sink_.malformed({number_, family_.name, cat("metric family ", number_, name, ": ", why)});
    }

    std::string_view page_;
    PageLimits limits_;
    PageSink& sink_;
    PageSummary summary_;
    size_t number_ = 0;    // of the family, from 1
    size_t reported_ = 0;  // the last one that something was wrong with: that is said once
    Family family_;
    Metric metric_;
    std::string name_;  // of the samples that are read
};

}  // namespace

PageSummary readProtobuf(std::string_view page, const PageLimits& limits, PageSink& sink) {
    return FamilyReader(page, limits, sink).run();
}

}  // namespace serin::signals
