#include "api/status_limits.h"

#include <algorithm>

#include "base/shorten.h"

namespace serin::api {
namespace {

// What JSON adds to an entry of each list: names of members, numbers, times, punctuation. Rounded up.
constexpr size_t kFrame = 400;
constexpr size_t kPerCondition = 190;
constexpr size_t kPerVersion = 110;
constexpr size_t kPerLoad = 100;
constexpr size_t kPerStep = 60;
constexpr size_t kPerRollout = 480;
constexpr size_t kPerWatch = 140;
constexpr size_t kPerAttempt = 90;
constexpr size_t kPerApproval = 4;
constexpr size_t kPerQuarantined = 70;
constexpr size_t kPerMetric = 245;
constexpr size_t kPerEffect = 20;
constexpr size_t kPerLabel = 90;
constexpr size_t kPerHistory = 100;
constexpr size_t kPerSource = 220;
constexpr size_t kPerReport = 80;
// Of a source, for people: the spec has all of it.
constexpr size_t kLongestUri = 256;
// Of a reason that must make room.
constexpr size_t kShortestReason = 60;

void cut(std::string& text, size_t most) {
    if (text.size() > most) text = shortened(text, most);
}

// In JSON, between its quotes.
size_t sizeOf(const std::string& text) {
    size_t size = text.size();
    for (const char c : text) {
        if (c == '"' || c == '\\') ++size;
        if (static_cast<unsigned char>(c) < ' ') size += 5;
    }
    return size;
}

size_t sizeOf(const std::optional<VersionStatus>& version) {
    if (!version) return 0;
    return kPerVersion + (version->load ? kPerLoad : 0) + sizeOf(version->revision) +
           sizeOf(version->version) + sizeOf(version->id);
}

size_t sizeOf(const std::optional<RolloutStatus>& rollout) {
    if (!rollout) return 0;
    return kPerRollout + kPerStep * rollout->steps.size() + sizeOf(rollout->revision) +
           sizeOf(rollout->replacedPod) + sizeOf(rollout->reason) + sizeOf(rollout->next);
}

size_t sizeOf(const std::optional<WatchStatus>& watch) {
    return watch ? kPerWatch + sizeOf(watch->revision) + sizeOf(watch->returnTo) : 0;
}

size_t sizeOf(const std::map<std::string, double>& effects) {
    size_t size = effects.empty() ? 0 : kPerEffect;
    for (const auto& [name, effect] : effects) size += kPerEffect + sizeOf(name);
    return size;
}

size_t sizeOf(const std::vector<BlamedLabel>& labels) {
    size_t size = 0;
    for (const BlamedLabel& one : labels) size += kPerLabel + sizeOf(one.label) + sizeOf(one.value);
    return size;
}

size_t sizeOf(const std::optional<AnalysisStatus>& analysis) {
    if (!analysis) return 0;
    // The state is one word after the other, without anything to escape.
    size_t size = kFrame + sizeOf(analysis->message) + analysis->state.size();
    for (const MetricVerdict& metric : analysis->metrics) {
        size += kPerMetric + sizeOf(metric.name) + sizeOf(metric.message) + sizeOf(metric.effects) +
                sizeOf(metric.labels);
    }
    return size;
}

size_t sizeOf(const std::optional<SourceStatus>& source) {
    if (!source) return 0;
    const Lineage& lineage = source->model.lineage;
    return kPerSource + sizeOf(source->uri) + sizeOf(source->model.id) + sizeOf(source->model.version) +
           sizeOf(lineage.run) + sizeOf(lineage.commit) + sizeOf(lineage.signature) +
           sizeOf(lineage.trainedAt) + sizeOf(source->written) + sizeOf(source->refresh);
}

size_t sizeOf(const std::optional<ReportStatus>& report) {
    return report ? kPerReport + sizeOf(report->told) + sizeOf(report->problem) : 0;
}

size_t sizeOf(const HistoryEntry& entry) {
    return kPerHistory + sizeOf(entry.revision) + sizeOf(entry.version) + sizeOf(entry.id) +
           sizeOf(entry.outcome) + sizeOf(entry.reason);
}

size_t sizeOf(const Status& status) {
    size_t size = kFrame + sizeOf(status.message) + sizeOf(status.selector) + sizeOf(status.stable) +
                  sizeOf(status.canary) + sizeOf(status.previous) + sizeOf(status.rollout) +
                  sizeOf(status.watch) + sizeOf(status.analysis) + sizeOf(status.source) +
                  sizeOf(status.report);
    for (const Condition& condition : status.conditions) size += kPerCondition + sizeOf(condition.message);
    for (const AttemptStatus& attempt : status.attempts) {
        size += kPerAttempt + sizeOf(attempt.revision) + kPerApproval * attempt.approved.size();
    }
    for (const QuarantineEntry& entry : status.quarantined) {
        size += kPerQuarantined + sizeOf(entry.revision) + sizeOf(entry.reason);
    }
    for (const HistoryEntry& entry : status.history) size += sizeOf(entry);
    return size;
}

// What tells models apart is never cut.
void cutSource(SourceStatus& source) {
    cut(source.uri, kLongestUri);
    cut(source.model.version, kLongestVersion);
    Lineage& lineage = source.model.lineage;
    for (std::string* text : {&lineage.run, &lineage.commit, &lineage.signature, &lineage.trainedAt}) {
        cut(*text, kLongestLineage);
    }
}

void cutSentences(Status& status) {
    cut(status.message, kLongestMessage);
    for (Condition& condition : status.conditions) cut(condition.message, kLongestMessage);
    if (status.rollout) cut(status.rollout->reason, kLongestMessage);
    if (status.source) cutSource(*status.source);
    if (status.report) cut(status.report->problem, kLongestMessage);
    if (status.analysis) {
        cut(status.analysis->message, kLongestMessage);
        for (MetricVerdict& metric : status.analysis->metrics) cut(metric.message, kLongestDetail);
    }
    for (QuarantineEntry& entry : status.quarantined) cut(entry.reason, kLongestDetail);
    for (HistoryEntry& entry : status.history) cut(entry.reason, kLongestDetail);
}

// Makes room, the least loss first, until `status` fits.
class Squeeze {
  public:
    explicit Squeeze(Status& status) : status_(status), size_(sizeOf(status)) {}

    void run() {
        if (status_.analysis) {
            for (MetricVerdict& metric : status_.analysis->metrics) forgetLabels(metric);
        }
        for (auto entry = status_.history.rbegin(); entry != status_.history.rend(); ++entry) {
            shrink(entry->reason, kShortestReason);
        }
        for (QuarantineEntry& entry : status_.quarantined) shrink(entry.reason, kShortestReason);
        for (AttemptStatus& attempt : status_.attempts) forgetApprovals(attempt);
        for (Condition& condition : status_.conditions) shrink(condition.message, kLongestDetail);
        if (status_.report) shrink(status_.report->problem, kShortestReason);
        if (status_.analysis) {
            for (MetricVerdict& metric : status_.analysis->metrics)
                shrink(metric.message, kLongestDetail / 2);
            for (MetricVerdict& metric : status_.analysis->metrics) forgetEffects(metric);
        }
        if (status_.source) forgetLineage(*status_.source);
        while (!fits() && !status_.history.empty()) {
            size_ -= sizeOf(status_.history.back());
            status_.history.pop_back();
        }
    }

  private:
    bool fits() const { return size_ <= kMostStatus; }

    void shrink(std::string& text, size_t most) {
        if (fits()) return;
        const size_t before = sizeOf(text);
        cut(text, most);
        size_ -= before - sizeOf(text);
    }

    // Nobody asks any more which steps of an attempt that is over were approved.
    void forgetApprovals(AttemptStatus& attempt) {
        if (fits() || attempt.outcome.empty()) return;
        size_ -= kPerApproval * attempt.approved.size();
        attempt.approved.clear();
    }

    // The next record has them again, and the sentence says most of them.
    void forgetLabels(MetricVerdict& metric) {
        if (fits()) return;
        size_ -= sizeOf(metric.labels);
        metric.labels.clear();
    }

    // The next record has them again.
    void forgetEffects(MetricVerdict& metric) {
        if (fits()) return;
        size_ -= sizeOf(metric.effects);
        metric.effects.clear();
    }

    // The registry still has it.
    void forgetLineage(SourceStatus& source) {
        Lineage& lineage = source.model.lineage;
        for (std::string* text : {&lineage.signature, &lineage.run, &lineage.commit, &lineage.trainedAt}) {
            if (fits()) return;
            size_ -= sizeOf(*text);
            text->clear();
        }
    }

    Status& status_;
    size_t size_;
};

}  // namespace

void limit(Status& status) {
    cutSentences(status);
    Squeeze(status).run();
}

}  // namespace serin::api
