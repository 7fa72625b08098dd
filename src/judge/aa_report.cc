#include "judge/aa_report.h"

#include <algorithm>
#include <cmath>

#include "api/enum_names.h"
#include "base/text.h"
#include "judge/absolute.h"
#include "judge/dealt_rehearsal.h"
#include "judge/messages.h"
#include "judge/rehearsal.h"
#include "judge/standing.h"

namespace serin::judge {
namespace {

constexpr double kBoundsError = 0.05;  // of the bounds of a share of deals
// From where on a dispersion is worth a word, and a warning. Without any of its own the judge's estimate
// falls from 1.5 to 1 while it learns.
constexpr double kSomeDispersion = 1.6;
constexpr double kMuchDispersion = 3;

std::string after(const Moment& moment) {
    return cat("after ", humanSeconds(moment.seconds), " with ",
               humanNumber(static_cast<double>(moment.canaryRequests)), " canary requests");
}

std::string percentOf(double share) {
    return cat(humanNumber(100 * share), " %");
}

// Whether the metric can be called safe.
bool provesSafety(const RehearsedMetric& metric) {
    return metric.definition &&
           (!metric.definition->isDrift() || metric.definition->psi || metric.definition->collapse) &&
           !metric.definition->isDelayed();
}

std::string dispersionLine(const std::optional<double>& dispersion) {
    if (!dispersion)
        return "  dispersion unknown: it takes two stable pods, and some but not only bad requests\n";
    const std::string out = cat("  dispersion ", humanNumber(*dispersion), ": stable's pods differ ");
    if (*dispersion < kSomeDispersion) return out + "hardly more than chance explains\n";
    if (*dispersion < kMuchDispersion) {
        return out + "more than chance explains; evidence of harm is divided by it and comes later\n";
    }
    return out +
           "much more than chance explains, by clients that keep their connection or by a pod or node that "
           "is "
           "unlike the others; a canary may look worse for that alone\n";
}

std::string indexLine(const RehearsedMetric& metric) {
    if (!metric.mostIndex) return "  PSI: too few observations in a step to tell it from chance\n";
    return cat("  largest PSI ", humanNumber(*metric.mostIndex), " of one version against itself; ",
               metric.definition->psi ? cat("the threshold is ", humanNumber(*metric.definition->psi), '\n')
                                      : "a threshold must lie well above it\n");
}

std::string changeLine(const RehearsedMetric& metric) {
    if (!metric.mostChange) return "  difference of the means: fewer than ten blocks of six intervals\n";
    const std::optional<double>& harm = metric.definition->worseChange;
    return cat("  largest difference of the means ", percentOf(*metric.mostChange),
               harm ? cat("; harm begins at ", percentOf(*harm)) : "; its limits alone judge it", '\n');
}

std::string noiseLine(const RehearsedMetric& metric) {
    if (metric.definition->isRate()) return dispersionLine(metric.dispersion);
    return metric.definition->isDrift() ? indexLine(metric) : changeLine(metric);
}

std::string evidenceLine(const RehearsedMetric& metric) {
    if (!metric.definition || (metric.definition->isDrift() && !metric.definition->collapse)) return "";
    return cat("  evidence of harm at its highest ", humanNumber(metric.mostEvidence), "; ",
               humanNumber(metric.enoughAlone),
               metric.definition->guard() ? " alone would take a version back\n" : " would be called harm\n");
}

std::string metricBlock(const RehearsedMetric& metric) {
    const char* role = !metric.definition || metric.definition->guard() ? "" : " (observes)";
    std::string out =
        cat('\n', metric.name, role, ": ", api::nameOf(metric.verdict), ", ", metric.message, '\n');
    if (!metric.definition) return out;
    const char* things = whatItCounts(*metric.definition);
    if (metric.definition->isQuery()) {
        out += cat("  ", metric.samples, " looks, of the canary alone; deals of the pods leave it out\n");
    } else {
        out += cat("  ", metric.intervals, " intervals, ", humanNumber(static_cast<double>(metric.canary)),
                   ' ', things, " of the canary and ", humanNumber(static_cast<double>(metric.stable)),
                   " of stable\n");
    }
    out += evidenceLine(metric);
    if (metric.harm) out += cat("  called harm ", after(*metric.harm), '\n');
    if (provesSafety(metric)) {
        out += metric.safe ? cat("  safe ", after(*metric.safe), '\n') : "  not proved safe\n";
    }
    return metric.definition->isQuery() ? out : out + noiseLine(metric);
}

std::string headOf(const Rehearsal& run) {
    return cat("attempt ", run.order.attempt, ", ", run.order.canary, " against ", run.order.stable,
               ", both taken to be the same: ", run.intervals, " intervals in ", humanSeconds(run.seconds),
               ", at most ", run.canaryPods, " canary and ", run.stablePods, " stable pods\n",
               run.beginningLost ? "the recording's beginning is lost; what is told is of the rest\n" : "");
}

std::string togetherBlock(const Rehearsal& run) {
    std::string out = cat("\nall together: evidence of harm at its highest ", humanNumber(run.mostEvidence),
                          "; ", humanNumber(run.threshold), " takes a version back\n");
    if (run.harm) out += cat("  HARM ", after(*run.harm), ": ", run.headline, '\n');
    if (!run.harmAfter.empty()) out += cat("  HARM after promotion: ", run.harmAfter, '\n');
    out += run.safe ? cat("  SAFE ", after(*run.safe), '\n') : "  SAFE was not reached\n";
    return out;
}

double alarmsAtMost(const DealtRehearsal& dealt) {
    return upperRate(static_cast<double>(dealt.splits), static_cast<double>(dealt.alarms), kBoundsError);
}

double alarmsAtLeast(const DealtRehearsal& dealt) {
    const auto calm = static_cast<double>(dealt.splits - dealt.alarms);
    return 1 - upperRate(static_cast<double>(dealt.splits), calm, kBoundsError);
}

// The smallest of ascending moments that so large a share of them does not exceed.
const Moment& quantileOf(const std::vector<Moment>& moments, double share) {
    const auto rank = static_cast<size_t>(std::ceil(share * static_cast<double>(moments.size())));
    return moments[std::max<size_t>(rank, 1) - 1];
}

std::string dealtBlock(const DealtRehearsal& dealt, double promised, uint64_t seed) {
    std::string out = cat("\npods dealt anew: ", dealt.splits, " deals of ", dealt.pods, " pods, ",
                          dealt.different, " different ones (seed ", seed, ")\n  ", dealt.alarms,
                          " false alarms: at most ", percentOf(alarmsAtMost(dealt)),
                          " of all deals (95 % bound), promised are at most ", percentOf(promised), '\n');
    out += cat("  SAFE in ", dealt.safe.size());
    if (dealt.safe.empty()) return out + " of them\n";
    return out + cat(" of them: half ", after(quantileOf(dealt.safe, .5)), ", 90 % ",
                     after(quantileOf(dealt.safe, .9)), ", or sooner\n");
}

std::string conclusionOf(const Rehearsal& run, bool tooMany) {
    if (run.harm || !run.harmAfter.empty()) {
        return "A false alarm, if both versions are the same: this judge would have taken the canary back.\n";
    }
    if (tooMany) {
        return "No false alarm in the rollout as it was, but in more deals of its pods than promised: some "
               "pods are "
               "worse than others, and the canary gets them by chance.\n";
    }
    if (run.safe) return "No false alarm, and proof of safety: these metrics fit this traffic.\n";
    return "No false alarm, but no proof of safety either: such a rollout ends inconclusive. More traffic, a "
           "larger "
           "step or a larger safeWithin help.\n";
}

}  // namespace

AaReport reportAa(std::string_view recording, size_t splits, uint64_t seed) {
    AaReport out;
    const Result<RecordedCalls> calls = callsIn(recording);
    const Result<Rehearsal> run = calls ? rehearse(*calls) : Result<Rehearsal>(calls.error());
    if (!run) {
        out.code = 2;
        out.trouble = withoutControls(run.error().message);
        return out;
    }
    out.text = calls->about + headOf(*run);
    for (const RehearsedMetric& metric : run->metrics) out.text += metricBlock(metric);
    out.text += togetherBlock(*run);
    const double promised = attemptAlarm(run->analysis, run->order.attempt);
    bool tooMany = false;
    if (splits > 0) {
        if (const auto dealt = rehearseDealt(*calls, splits, seed)) {
            tooMany = alarmsAtLeast(*dealt) > promised;
            out.text += dealtBlock(*dealt, promised, seed);
        } else {
            out.text += cat("\npods not dealt anew: there are fewer than ", kLeastPodsDealt, '\n');
        }
    }
    out.code = run->harm || !run->harmAfter.empty() || tooMany ? 1 : 0;
    out.text = withoutControls(cat(out.text, '\n', conclusionOf(*run, tooMany)));
    return out;
}

}  // namespace serin::judge
