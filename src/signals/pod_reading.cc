#include "signals/pod_reading.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "base/text.h"
#include "signals/fingerprint.h"
#include "signals/native_reading.h"
#include "signals/number.h"
#include "signals/protobuf_page.h"
#include "signals/series_identity.h"

namespace serin::signals {

namespace {

constexpr size_t maxSeries = 5'000;            // that are judged, of one pod
constexpr size_t maxSeriesTogether = 200'000;  // of all pods that are read together
constexpr size_t leastSeries = 50;             // that any pod may have
constexpr size_t maxClassName = 64;            // bytes that are kept of it
constexpr size_t maxClasses = 100;             // of one counter; more are no classes but names

// "x_total", "x_bucket", "x_count" and "x" belong to the family "x", whose creation time is "x_created".
std::string_view familyOf(std::string_view name) {
    for (std::string_view suffix : {"_total", "_bucket", "_count"}) {
        if (name.ends_with(suffix)) return name.substr(0, name.size() - suffix.size());
    }
    return name;
}

enum class Role { Number, Native, Created, ProcessStart, HistogramSum };

// What a metric name on the page is read for.
struct Use {
    std::string name;
    Role role = Role::Number;
    size_t source = 0;
    Slot slot = Slot::Total;
    const Selector* selector = nullptr;  // whose labels count; null where all are taken
    uint64_t family = 0;                 // fingerprint of the family
};

std::vector<Use> usesOf(const Selection& selection) {
    std::vector<Use> uses;
    uses.push_back({std::string(processStartName), Role::ProcessStart, 0, Slot::Total, nullptr, 0});
    auto add = [&](size_t source, const Selector& selector, std::string_view suffix, Slot slot) {
        std::string name = cat(selector.name, suffix);
        std::string family(familyOf(name));
        uint64_t familyId = fingerprint(family);
        uses.push_back({name, Role::Number, source, slot, &selector, familyId});
        uses.push_back({family + "_created", Role::Created, source, slot, nullptr, familyId});
    };
    for (size_t i = 0; i < selection.sources.size(); ++i) {
        const Source& source = selection.sources[i];
        for (const Selector& selector : source.total) add(i, selector, "", Slot::Total);
        for (const Selector& selector : source.bad) add(i, selector, "", Slot::Bad);
        if (source.kind == SourceKind::Classes) add(i, source.histogram, "", Slot::Class);
        if (source.kind == SourceKind::Histogram) {
            add(i, source.histogram, "_bucket", Slot::Bucket);
            add(i, source.histogram, "_count", Slot::Count);
            uses.push_back({source.histogram.name, Role::Native, i, Slot::Bucket, &source.histogram,
                            fingerprint(source.histogram.name)});
            uses.push_back(
                {source.histogram.name + "_sum", Role::HistogramSum, i, Slot::Total, &source.histogram, 0});
        }
    }
    return uses;
}

// As much of a class's name as is kept; no character of UTF-8 is cut.
std::string beginningOf(const std::string& name) {
    if (name.size() <= maxClassName) return name;
    size_t end = maxClassName;
    while (end > maxClassName - 3 && (static_cast<unsigned char>(name[end]) & 0xC0U) == 0x80U) --end;
    return name.substr(0, end);
}

// Where a number stands, for a complaint; nothing where it is not from a page.
std::string placeOf(const Sample& sample) {
    return sample.line > 0 ? cat("line ", sample.line, ": ") : std::string();
}

struct Created {
    uint64_t group = 0;
    double seconds = 0;
};

// A native histogram that is judged, unless its classic buckets are.
struct Unread {
    size_t source = 0;
    uint64_t group = 0;
    std::string why;
};

class Reducer final : public PageSink {
  public:
    Reducer(const Selection& selection, size_t mostSelected)
        : selection_(selection), uses_(usesOf(selection)), most_(mostSelected) {
        reading_.sources.resize(selection.sources.size());
        created_.resize(selection.sources.size());
        natives_.resize(selection.sources.size());
        for (size_t i = 0; i < selection.sources.size(); ++i) {
            labels_.emplace_back(selection.sources[i].labels);
            reading_.sources[i].fingerprint = selection.sources[i].fingerprint;
            reading_.sources[i].kind = selection.sources[i].kind;
        }
    }

    bool wants(std::string_view name) override {
        current_.clear();
        for (const Use& use : uses_) {
            if (use.name == name) current_.push_back(&use);
        }
        return !current_.empty();
    }

    void type(std::string_view family, std::string_view) override {
        uint64_t id = fingerprint(familyOf(family));
        for (const Use& use : uses_) {
            if (use.role == Role::Number && use.family == id) reading_.sources[use.source].exported = true;
        }
    }

    void sample(const Sample& sample) override {
        for (const Use* use : current_) {
            if (use->role == Role::ProcessStart) {
                if (!reading_.processStart && std::isfinite(sample.value))
                    reading_.processStart = sample.value;
            } else if (use->role == Role::Created) {
                if (!std::isfinite(sample.value)) continue;
                created_[use->source].push_back(
                    {seriesIdentity(use->family, sample.labels, false), sample.value});
            } else if (use->role == Role::Native || !use->selector->accepts(sample.labels)) {
                continue;
            } else if (use->role == Role::HistogramSum) {
                SourceReading& source = reading_.sources[use->source];
                source.sumIsNaN = source.sumIsNaN || std::isnan(sample.value);
            } else {
                take(*use, sample);
            }
        }
    }

    void native(const NativeSample& sample) override {
        for (const Use* use : current_) {
            if (use->role == Role::Native && use->selector->accepts(sample.labels)) takeNative(*use, sample);
        }
    }

    void unread(const UnreadNative& native) {
        for (const Use* use : current_) {
            if (use->role != Role::Native || !use->selector->accepts(native.labels)) continue;
            unread_.push_back({use->source, seriesIdentity(use->family, native.labels, false),
                               cat("the native histogram ", native.name, ": ", native.why)});
        }
    }

    void malformed(const PageIssue& issue) override { fail(issue.message); }

    Result<PodReading> finish() {
        for (const Unread& native : unread_) {
            if (!groupsWithBuckets(reading_.sources[native.source]).contains(native.group)) fail(native.why);
        }
        if (!trouble_.empty()) return invalid(trouble_);
        for (size_t i = 0; i < reading_.sources.size(); ++i) {
            joinNatives(natives_[i], selection_.sources[i].grid, reading_.sources[i]);
            settle(reading_.sources[i], created_[i]);
            reading_.sources[i].labels = labels_[i].finish();
        }
        return std::move(reading_);
    }

  private:
    void take(const Use& use, const Sample& sample) {
        SourceReading& source = reading_.sources[use.source];
        source.exported = true;
        if (!std::isfinite(sample.value) || sample.value < 0) {
            return fail(
                cat(placeOf(sample), sample.name, " is ", numberText(sample.value), ", which is no count"));
        }
        SeriesNumber number;
        number.slot = use.slot;
        number.value = sample.value;
        number.group = seriesIdentity(use.family, sample.labels, false);
        const uint64_t seed = seriesSeed(sample.name, use.slot);
        number.series = seriesIdentity(seed, sample.labels, use.slot != Slot::Bucket);
        if (use.slot == Slot::Bucket) {
            auto edge = edgeOf(sample);
            if (!edge) return fail(cat(placeOf(sample), sample.name, " has no number in its label le"));
            putAtEdge(*edge, seed, number);
        }
        if (use.slot == Slot::Class && !takeClass(use, sample, source, number)) return;
        add(number, source.series);
        noteLabels(use, sample.labels, number);
    }

    // Of a histogram once, by its _count.
    void noteLabels(const Use& use, std::span<const Label> labels, const SeriesNumber& number) {
        const LabelRule& rule = selection_.sources[use.source].labels;
        if (!rule.wanted || selected_ >= most_) return;
        const bool ofHistogram = number.slot == Slot::Count;
        if (!ofHistogram && number.slot != Slot::Total && number.slot != Slot::Bad) return;
        const bool bad = number.slot != Slot::Total || rule.byDifference;
        labels_[use.source].note(labels, ofHistogram ? number.group : number.series, bad);
    }

    void takeNative(const Use& use, const NativeSample& sample) {
        reading_.sources[use.source].exported = true;
        const auto series = seriesOfNative(sample, use.family, selection_.sources[use.source].grid);
        if (!series) return fail(series.error().message);
        for (const SeriesNumber& number : *series) {
            add(number, natives_[use.source]);
            if (number.slot == Slot::Count) noteLabels(use, sample.labels, number);
        }
    }

    void add(const SeriesNumber& number, std::vector<SeriesNumber>& series) {
        if (selected_ >= most_) return fail(cat("more than ", most_, " series are selected"));
        ++selected_;
        series.push_back(number);
    }

    // A class is known by 53 bits of a digest of its name, which a double holds exactly. False: too many.
    bool takeClass(const Use& use, const Sample& sample, SourceReading& source, SeriesNumber& number) {
        const std::string& label = selection_.sources[use.source].label;
        std::string value;
        for (const Label& written : sample.labels) {
            if (written.name == label) value = written.value;
        }
        number.edge = static_cast<double>(fingerprint(value) >> 11U);
        source.classes.emplace(number.edge, beginningOf(value));
        if (source.classes.size() <= maxClasses) return true;
        fail(cat("more than ", maxClasses, " values of the label ", label, " of ", sample.name));
        return false;
    }

    static std::optional<double> edgeOf(const Sample& sample) {
        for (const Label& label : sample.labels) {
            if (label.name != "le") continue;
            auto edge = parseNumber(label.value);
            if (!edge || std::isnan(*edge)) return std::nullopt;
            return *edge + 0.0;  // -0 becomes 0
        }
        return std::nullopt;
    }

    static void settle(SourceReading& source, std::vector<Created>& created) {
        auto byGroup = [](const Created& a, const Created& b) { return a.group < b.group; };
        std::stable_sort(created.begin(), created.end(), byGroup);
        for (SeriesNumber& number : source.series) {
            auto found = std::lower_bound(created.begin(), created.end(), Created{number.group, 0}, byGroup);
            if (found != created.end() && found->group == number.group) number.created = found->seconds;
        }
        auto bySeries = [](const SeriesNumber& a, const SeriesNumber& b) { return a.series < b.series; };
        std::stable_sort(source.series.begin(), source.series.end(), bySeries);
        auto same = [](const SeriesNumber& a, const SeriesNumber& b) { return a.series == b.series; };
        source.series.erase(std::unique(source.series.begin(), source.series.end(), same),
                            source.series.end());
    }

    void fail(std::string why) {
        if (trouble_.empty()) trouble_ = std::move(why);
    }

    const Selection& selection_;
    std::vector<Use> uses_;
    size_t most_;
    size_t selected_ = 0;
    std::vector<const Use*> current_;
    std::vector<std::vector<Created>> created_;       // by source
    std::vector<std::vector<SeriesNumber>> natives_;  // the same
    std::vector<LabelCollector> labels_;              // the same
    std::vector<Unread> unread_;
    PodReading reading_;
    std::string trouble_;
};

}  // namespace

const std::string_view processStartName = "process_start_time_seconds";

size_t mostSeries(size_t pods) {
    return std::clamp(maxSeriesTogether / std::max<size_t>(pods, 1), leastSeries, maxSeries);
}

Result<PodReading> readPage(std::string_view page, const Selection& selection, bool openMetrics,
                            size_t mostSelected) {
    Reducer reducer(selection, mostSelected);
    PageSummary summary = readExposition(page, PageLimits{}, reducer);
    if (!summary.truncated.empty()) return invalid(summary.truncated);
    if (openMetrics && !summary.endMarker)
        return invalid("the page has no \"# EOF\", so its end may be missing");
    return reducer.finish();
}

Result<PodReading> readProtobufPage(std::string_view page, const Selection& selection, size_t mostSelected) {
    Reducer reducer(selection, mostSelected);
    PageSummary summary = readProtobuf(page, PageLimits{}, reducer);
    if (!summary.truncated.empty()) return invalid(summary.truncated);
    return reducer.finish();
}

Result<PodReading> readSamples(std::span<const Sample> samples, std::span<const NativeSample> natives,
                               std::span<const UnreadNative> unread, const Selection& selection,
                               size_t mostSelected) {
    Reducer reducer(selection, mostSelected);
    for (const Sample& sample : samples) {
        if (reducer.wants(sample.name)) reducer.sample(sample);
    }
    for (const NativeSample& sample : natives) {
        if (reducer.wants(sample.name)) reducer.native(sample);
    }
    for (const UnreadNative& native : unread) {
        if (reducer.wants(native.name)) reducer.unread(native);
    }
    return reducer.finish();
}

std::vector<std::string> namesRead(const Selection& selection) {
    std::set<std::string> names;
    for (const Use& use : usesOf(selection)) names.insert(use.name);
    return {names.begin(), names.end()};
}

}  // namespace serin::signals
