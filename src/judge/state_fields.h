#pragma once

#include <concepts>
#include <type_traits>

#include "judge/memory.h"
#include "judge/state_text.h"

// The members of everything that is persisted, in the order of the text. A change of any of them is a change
// of the format: raise its number in state_codec.cc.
namespace serin::api {

template <typename T, typename Plain>
concept PersistedAs = std::same_as<std::remove_const_t<T>, Plain>;

template <typename Archive, PersistedAs<JudgeOrder> T>
void fields(Archive& a, T& v) {
    a(v.mode, v.stable, v.canary, v.attempt, v.step, v.stepStartedAt, v.without);
}
template <typename Archive, PersistedAs<ShareCounters> T>
void fields(Archive& a, T& v) {
    a(v.total, v.bad, v.good);
}
template <typename Archive, PersistedAs<MeanCounters> T>
void fields(Archive& a, T& v) {
    a(v.sum, v.count, v.lowerIsWorse);
}
// Not who is asked: that is no part of the question, and none of the judge's business.
template <typename Archive, PersistedAs<PromQuery> T>
void fields(Archive& a, T& v) {
    a(v.promql, v.min, v.max, v.delay);
}
template <typename Archive, PersistedAs<NumberLimits> T>
void fields(Archive& a, T& v) {
    a(v.min, v.max);
}
template <typename Archive, PersistedAs<Metric> T>
void fields(Archive& a, T& v) {
    a(v.name, v.kind, v.weight, v.worseOddsRatio, v.worseDifference, v.safeOddsRatio, v.safeDifference, v.max,
      v.histogram, v.byLabel, v.share, v.mean, v.meanLimits, v.worseChange, v.safeChange, v.unitSeconds,
      v.slowerThan, v.psi, v.collapse, v.observeOnly, v.query);
}
template <typename Archive, PersistedAs<LabelCount> T>
void fields(Archive& a, T& v) {
    a(v.label, v.value, v.bad);
}
template <typename Archive, PersistedAs<Counts> T>
void fields(Archive& a, T& v) {
    a(v.total, v.bad, v.sum, v.edges, v.buckets, v.classes, v.sumIsNaN, v.labels, v.badAbove);
}
template <typename Archive, PersistedAs<PodSample> T>
void fields(Archive& a, T& v) {
    a(v.pod, v.name, v.exposure, v.notReady, v.restarts, v.lostScrapes, v.counted, v.warm, v.serving,
      v.counts);
}
template <typename Archive, PersistedAs<Look> T>
void fields(Archive& a, T& v) {
    a(v.at, v.value, v.trouble);
}
template <typename Archive, PersistedAs<Stratum> T>
void fields(Archive& a, T& v) {
    a(v.from, v.to, v.spread, v.stable, v.canary, v.troubles, v.canarySilentRounds, v.looks);
}

}  // namespace serin::api

namespace serin::judge {

using api::PersistedAs;

template <typename Archive, PersistedAs<Past> T>
void fields(Archive& a, T& v) {
    a(v.canary, v.canaryBad, v.stable, v.stableBad);
}
template <typename Archive, PersistedAs<HarmEvidence> T>
void fields(Archive& a, T& v) {
    a(v.odds, v.byDifference, v.limit, v.past);
}
template <typename Archive, PersistedAs<HarmMixture::Start> T>
void fields(Archive& a, T& v) {
    a(v.byDifference, v.past);
}
template <typename Archive, PersistedAs<HarmMixture::Spread> T>
void fields(Archive& a, T& v) {
    a(v.made, v.byDifference, v.past);
}
template <typename Archive, PersistedAs<HarmMixture> T>
void fields(Archive& a, T& v) {
    a(v.odds, v.limit, v.starts, v.opened, v.spread, v.detects);
}
template <typename Archive, PersistedAs<WithoutGroup> T>
void fields(Archive& a, T& v) {
    a(v.seen, v.harm);
}
template <typename Archive, PersistedAs<SafeEvidence> T>
void fields(Archive& a, T& v) {
    a(v.odds, v.byDifference, v.limit, v.past);
}
template <typename Archive, PersistedAs<OddsProfile> T>
void fields(Archive& a, T& v) {
    a(v.logLikelihood);
}
template <typename Archive, PersistedAs<RateEvidence> T>
void fields(Archive& a, T& v) {
    a(v.harm, v.step, v.without, v.safe, v.profile, v.seen, v.soakLimit);
}
template <typename Archive, PersistedAs<Load> T>
void fields(Archive& a, T& v) {
    a(v.canary, v.canarySeconds, v.stable, v.stableSeconds);
}
template <typename Archive, PersistedAs<RateMetric> T>
void fields(Archive& a, T& v) {
    a(v.edges, v.rates, v.load, v.incomparable);
}
template <typename Archive, PersistedAs<Histogram> T>
void fields(Archive& a, T& v) {
    a(v.edges, v.buckets);
}
template <typename Archive, PersistedAs<EqualityEvidence> T>
void fields(Archive& a, T& v) {
    a(v.bets, v.most);
}
template <typename Archive, PersistedAs<Favourite> T>
void fields(Archive& a, T& v) {
    a(v.chosen, v.name, v.upper);
}
template <typename Archive, PersistedAs<CollapseEvidence::Asked> T>
void fields(Archive& a, T& v) {
    a(v.favourite, v.seen, v.harm);
}
template <typename Archive, PersistedAs<CollapseEvidence> T>
void fields(Archive& a, T& v) {
    a(v.favourite, v.takesAll, v.leavesOthers, v.dispersion, v.stopped, v.notNumbers, v.numbers,
      v.notNumbersDispersion);
}
template <typename Archive, PersistedAs<DriftEvidence> T>
void fields(Archive& a, T& v) {
    a(v.stable, v.canary, v.classes, v.invalid, v.strata, v.looksInStep, v.looksInAttempt, v.verdict,
      v.samples, v.equality, v.collapse, v.onlyCanarySumIsNaN);
}
template <typename Archive, PersistedAs<ReferenceEvidence> T>
void fields(Archive& a, T& v) {
    a(v.about, v.serving, v.live, v.classes, v.seconds, v.strata, v.looks, v.left, v.state, v.index, v.moved,
      v.trouble);
}
template <typename Archive, PersistedAs<Moments> T>
void fields(Archive& a, T& v) {
    a(v.count, v.mean, v.squares);
}
template <typename Archive, PersistedAs<MeanEvidence::Block> T>
void fields(Archive& a, T& v) {
    a(v.seconds, v.canary, v.canarySum, v.stable, v.stableSum);
}
template <typename Archive, PersistedAs<MeanEvidence> T>
void fields(Archive& a, T& v) {
    a(v.open, v.all, v.worse, v.stepWorse, v.better);
}
template <typename Archive, PersistedAs<OpenBlock> T>
void fields(Archive& a, T& v) {
    a(v.seconds, v.count, v.sum);
}
template <typename Archive, PersistedAs<MeanBlocks> T>
void fields(Archive& a, T& v) {
    a(v.canary, v.stable, v.stableMeans, v.newest, v.limits);
}
template <typename Archive, PersistedAs<TroubleEvidence> T>
void fields(Archive& a, T& v) {
    a(v.starts, v.opened, v.canary, v.stable);
}
template <typename Archive, PersistedAs<PodsEvidence> T>
void fields(Archive& a, T& v) {
    for (auto& trouble : v.troubles) a(trouble);
    a(v.canaryRest, v.stableRest);
}
template <typename Archive, PersistedAs<Dispersion> T>
void fields(Archive& a, T& v) {
    a(v.sum, v.count);
}
template <typename Archive, PersistedAs<StableRecord::Rate> T>
void fields(Archive& a, T& v) {
    a(v.dispersion, v.requests, v.bad);
}
template <typename Archive, PersistedAs<StableRecord> T>
void fields(Archive& a, T& v) {
    a(v.revision, v.seconds, v.requests, v.strata, v.metrics);
}
template <typename Archive, PersistedAs<LookMemory> T>
void fields(Archive& a, T& v) {
    a(v.value, v.trouble);
}
template <typename Archive, PersistedAs<Blame::Row> T>
void fields(Archive& a, T& v) {
    a(v.label, v.value, v.canary, v.stable);
}
template <typename Archive, PersistedAs<Blame> T>
void fields(Archive& a, T& v) {
    a(v.past, v.above, v.rows);
}
template <typename Archive, PersistedAs<MetricMemory> T>
void fields(Archive& a, T& v) {
    a(v.definition, v.rate, v.drift, v.mean, v.blocks, v.look, v.blame);
}
template <typename Archive, PersistedAs<PodMemory> T>
void fields(Archive& a, T& v) {
    a(v.wasReady, v.lost, v.asked, v.group);
}
template <typename Archive, PersistedAs<AttemptMemory> T>
void fields(Archive& a, T& v) {
    a(v.stable, v.canary, v.number, v.step, v.stepStarted, v.soaking, v.watching, v.metrics, v.pods,
      v.podsSeen, v.groupNames, v.groupsMade, v.stepOpen, v.warm, v.strata, v.stepRequests, v.stepSeconds,
      v.noDataSince, v.missing, v.silentRounds, v.answering, v.without, v.harm, v.harmHeadline,
      v.harmMetrics);
}
template <typename Archive, PersistedAs<Memory> T>
void fields(Archive& a, T& v) {
    a(v.order, v.at, v.scraped, v.troubles, v.pending, v.pendingForLost, v.stable, v.attempt, v.references);
}

}  // namespace serin::judge
