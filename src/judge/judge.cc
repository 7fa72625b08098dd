#include "judge/judge.h"

#include <algorithm>

#include "base/text.h"
#include "judge/left_out.h"
#include "judge/mean_metric.h"
#include "judge/memory.h"
#include "judge/messages.h"
#include "judge/reference_ticks.h"
#include "judge/report.h"
#include "judge/soak.h"
#include "judge/standing.h"
#include "judge/state_codec.h"
#include "judge/strata.h"
#include "judge/ticks.h"

namespace serin::judge {
namespace {

using api::JudgeMode;

bool sameDefinition(api::Metric a, const api::Metric& b) {
    a.weight = b.weight;
    a.observeOnly = b.observeOnly;
    // What a metric is compared with beside the other version says nothing of the two.
    a.referenceFeature = b.referenceFeature;
    a.referencePsi = b.referencePsi;
    a.inputs = b.inputs;
    // Whoever answers a query, it is the same question.
    a.query.source = b.query.source;
    // The same limit in other words.
    a.limitForm = b.limitForm;
    return a == b;
}

// Of a metric that is new after promotion, and so by what is written alone.
void judgeByLimits(bool watching, MetricMemory& metric) {
    if (metric.definition->isMean()) {
        startMeanSoakWithoutRecord(metric);
        if (!watching) return;
        for (RateEvidence& rate : metric.rate.rates) rate.startWatch();
    } else {
        metric.rate.startSoakByLimit(*metric.definition, watching);
    }
}

// The metrics of the analysis with what is remembered of them.
std::vector<MetricMemory> reconciled(const std::shared_ptr<const api::Analysis>& analysis,
                                     const AttemptMemory& attempt) {
    std::vector<MetricMemory> out;
    out.reserve(analysis->metrics.size());
    for (const api::Metric& metric : analysis->metrics) {
        const SharedValue<api::Metric> definition(std::shared_ptr<const api::Metric>(analysis, &metric));
        const auto known =
            std::find_if(attempt.metrics.begin(), attempt.metrics.end(),
                         [&](const MetricMemory& m) { return sameDefinition(*m.definition, metric); });
        MetricMemory next;
        if (known != attempt.metrics.end()) {
            next = *known;
        } else {
            next.rate = RateMetric::of(metric);
            next.definition = definition;
            if (attempt.soaking) judgeByLimits(attempt.watching, next);
        }
        next.definition = definition;
        out.push_back(std::move(next));
    }
    return out;
}

bool aboutSameAttempt(const AttemptMemory& attempt, const api::JudgeOrder& order) {
    return attempt.stable == order.stable && attempt.canary == order.canary &&
           attempt.number == order.attempt;
}

void startAttempt(const std::shared_ptr<const api::Analysis>& analysis, const api::JudgeOrder& order,
                  Memory& memory) {
    memory.attempt = {};
    memory.attempt.stable = order.stable;
    memory.attempt.canary = order.canary;
    memory.attempt.number = order.attempt;
    memory.attempt.metrics = reconciled(analysis, memory.attempt);
    memory.pending.reset();
}

// The next stratum within the step opens it.
void closeStep(Memory& memory) {
    AttemptMemory& attempt = memory.attempt;
    attempt.stepOpen = false;
    attempt.warm = false;
    attempt.stepRequests = 0;
    attempt.stepSeconds = 0;
    attempt.noDataSince.reset();
    attempt.missing.clear();
    for (MetricMemory& metric : attempt.metrics) {
        if (DriftEvidence* drift = metric.drift.ifMade()) drift->startStep();
    }
    memory.pending.reset();
}

void noteScrapes(const api::Stratum& stratum, Memory& memory) {
    const auto counted = [](const api::PodSample& pod) { return pod.counted; };
    const bool stable = std::any_of(stratum.stable.begin(), stratum.stable.end(), counted);
    const bool canary = std::any_of(stratum.canary.begin(), stratum.canary.end(), counted);
    memory.scraped = memory.scraped || stable || canary;
    memory.troubles = memory.scraped ? "" : join(stratum.troubles, "; ");
    if (memory.order.mode == JudgeMode::Compare) {
        memory.attempt.silentRounds =
            stable ? static_cast<uint64_t>(std::max(0, stratum.canarySilentRounds)) : 0;
    }
}

// A split that moves within an interval gives the arms unlike shares of its better and worse seconds.
bool splitMoved(const api::JudgeOrder& order, const api::Stratum& stratum) {
    if (order.stepStartedAt) return stratum.from < *order.stepStartedAt && stratum.to > *order.stepStartedAt;
    return std::any_of(stratum.canary.begin(), stratum.canary.end(), [](const api::PodSample& pod) {
        return pod.notReady.count() > 0 && pod.notReady < pod.exposure;
    });
}

void declareHarm(const api::Analysis& analysis, AttemptMemory& attempt) {
    if (attempt.harm) return;
    const Standing standing = standingOf(analysis, attempt);
    if (!standing.harm) return;
    attempt.harm = true;
    attempt.harmMetrics = harmMetrics(analysis, attempt, standing);
    attempt.harmHeadline = harmHeadline(analysis, attempt, standing);
}

void count(const api::Analysis& analysis, const api::Stratum& stratum, Memory& memory) {
    const api::JudgeOrder& order = memory.order;
    countReferences(analysis, stratum, memory);
    switch (order.mode) {
        case JudgeMode::Off:
        case JudgeMode::Record:
            return;
        case JudgeMode::Evaluate:
            countEvaluation(analysis, stratum, memory);
            return;
        case JudgeMode::Compare:
            if (splitMoved(order, stratum)) return;
            countComparison(analysis, stratum, order.stepStartedAt && stratum.from >= *order.stepStartedAt,
                            memory);
            break;
        case JudgeMode::Soak:
        case JudgeMode::Watch:
            countSoak(analysis, stratum, memory);
            break;
    }
    declareHarm(analysis, memory.attempt);
}

}  // namespace

Judge::Judge(const api::Analysis& analysis) : Judge(std::make_shared<const api::Analysis>(analysis)) {}
Judge::Judge(std::shared_ptr<const api::Analysis> analysis)
    : analysis_(std::move(analysis)), memory_(std::make_unique<Memory>()) {}
Judge::Judge(const Judge& other)
    : analysis_(other.analysis_), memory_(std::make_unique<Memory>(*other.memory_)) {}
Judge& Judge::operator=(const Judge& other) {
    if (this != &other) *this = Judge(other);
    return *this;
}
Judge::Judge(Judge&&) noexcept = default;
Judge& Judge::operator=(Judge&&) noexcept = default;
Judge::~Judge() = default;

void Judge::restore(const std::string& state) {
    if (std::optional<Memory> known = decodeState(state)) adopt(std::move(*known));
}

void Judge::adopt(Memory&& known) {
    known.reference = memory_->reference;
    *memory_ = std::move(known);
    reconcile();
}

const api::Reference& Judge::reference() const {
    return *memory_->reference;
}

void Judge::setReference(std::shared_ptr<const api::Reference> reference) {
    memory_->reference = std::move(reference);
}

bool Judge::recall(std::string_view state, const api::JudgeOrder& order) {
    const bool compares = order.mode == JudgeMode::Compare || order.afterPromotion();
    if (!compares || state.empty() || aboutSameAttempt(memory_->attempt, order)) return false;
    std::optional<Memory> known = decodeState(std::string(state));
    if (!known || !aboutSameAttempt(known->attempt, order)) return false;
    adopt(std::move(*known));
    return true;
}

void Judge::setAnalysis(const api::Analysis& analysis) {
    setAnalysis(std::make_shared<const api::Analysis>(analysis));
}

void Judge::setAnalysis(std::shared_ptr<const api::Analysis> analysis) {
    analysis_ = std::move(analysis);
    reconcile();
}

void Judge::reconcile() {
    memory_->attempt.metrics = reconciled(analysis_, memory_->attempt);
    reconcileReferences(*analysis_, *memory_);
}

void Judge::order(const api::JudgeOrder& order) {
    const api::JudgeOrder before = memory_->order;
    memory_->order = order;
    if (order == before || order.mode == JudgeMode::Off) return;
    if (!order.afterPromotion() && memory_->stable.revision != order.stable) {
        memory_->stable = {};
        memory_->stable.revision = order.stable;
    }
    if (order.mode == JudgeMode::Record) {
        memory_->pending.reset();
        return;
    }
    if (order.mode == JudgeMode::Evaluate) {
        if (before.mode == JudgeMode::Evaluate) return;
        memory_->stable.seconds = 0;
        memory_->stable.requests = 0;
        memory_->stable.strata = 0;
        for (auto& [name, rates] : memory_->stable.metrics) {
            for (auto& [edge, rate] : rates) rate.requests = rate.bad = 0;
        }
        memory_->pending.reset();
        return;
    }
    if (!aboutSameAttempt(memory_->attempt, order)) {
        startAttempt(analysis_, order, *memory_);
    } else if (order.step != memory_->attempt.step ||
               (memory_->attempt.stepStarted && !order.stepStartedAt)) {
        closeStep(*memory_);
    }
    if (!order.without.empty()) leaveOut(order.without, memory_->attempt);
    memory_->attempt.step = order.step;
    memory_->attempt.stepStarted = order.stepStartedAt.has_value();
    if (order.afterPromotion() && !memory_->attempt.soaking) {
        startSoak(*analysis_, memory_->stable, memory_->attempt);
        memory_->pending.reset();
    }
    if (order.mode == JudgeMode::Watch && !memory_->attempt.watching) startWatch(memory_->attempt);
}

void Judge::add(const api::Stratum& stratum) {
    Memory& memory = *memory_;
    if (memory.order.mode == JudgeMode::Off || stratum.to <= stratum.from) return;
    const Timestamp counted = memory.pending ? memory.pending->to : memory.at;
    if (stratum.to <= counted) return;
    noteScrapes(stratum, memory);
    // Clocks of two processes may differ a little; more than that would count requests twice.
    const bool overlaps = counted - stratum.from > (stratum.to - stratum.from) / 10;
    if (overlaps || tooLong(stratum, analysis_->interval)) {
        memory.pending.reset();
        memory.at = stratum.to;
        return;
    }
    const bool waited = memory.pending.has_value() && memory.pendingForLost;
    const bool lost = newlyLost(stratum, memory) && !waited;
    api::Stratum tick = memory.pending ? mergedStrata(*memory.pending, stratum) : stratum;
    if ((lost || misaligned(tick)) && !tooLong(tick, analysis_->interval)) {
        memory.pending = tick;
        memory.pendingForLost = waited || lost;
        return;
    }
    memory.pending.reset();
    memory.pendingForLost = false;
    memory.at = tick.to;
    if (tooLong(tick, analysis_->interval)) return;
    dropLeftOut(memory.attempt, tick);
    count(*analysis_, tick, memory);
}

api::Judgement Judge::judgement() const {
    api::Judgement out = judgementWithoutState();
    out.state = state();
    return out;
}

api::Judgement Judge::judgementWithoutState() const {
    return reportOf(*analysis_, *memory_);
}

std::string Judge::state() const {
    return encodeState(*memory_);
}

std::string Judge::wholeState() const {
    return encodeWhole(*memory_);
}

}  // namespace serin::judge
