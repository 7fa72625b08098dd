#include "judge/collapse_evidence.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "judge/log_math.h"
#include "judge/start_mixture.h"

namespace serin::judge {
namespace {

// Classes are decisions, whose shares move little between models that are both good; which bucket a score
// falls into moves a lot with how sure of itself a model is, so of buckets much more is asked.
constexpr double kClassOdds = 5;
constexpr double kBucketOdds = 20;
constexpr double kWorseDifference = 0.001;
constexpr double kNearlyAllOfClasses = 0.95;
constexpr double kNearlyAllOfBuckets = 0.98;
// A class named None may be an honest answer: only what stable hardly ever says counts.
constexpr double kNotNumbersDifference = 0.01;
constexpr double kSafeDifference = 0.05;
// How much more of late than in the whole step is worth to be told apart.
constexpr double kToldDifference = 0.01;

double temperBy(const Dispersion& dispersion, const std::vector<Dispersion::Pod>& pods) {
    const auto answering =
        std::count_if(pods.begin(), pods.end(), [](const Dispersion::Pod& pod) { return pod.requests > 0; });
    return dispersion.factor(static_cast<size_t>(answering));
}

double smallest(const HarmMixture& evidence) {
    return std::min({evidence.logOdds(), evidence.logDifference(), evidence.logLimit()});
}

// The comparison alone, and the limit alone.
api::Metric withoutLimit(api::Metric margins) {
    margins.max.reset();
    return margins;
}
api::Metric limitOf(api::Metric margins) {
    margins.worseOddsRatio.reset();
    return margins;
}

}  // namespace

api::Metric takesAllMargins(bool ofClasses, bool ofSafety) {
    const double odds = ofClasses ? kClassOdds : kBucketOdds;
    const double all = ofClasses ? kNearlyAllOfClasses : kNearlyAllOfBuckets;
    api::Metric out;
    out.worseOddsRatio = odds;
    out.worseDifference = kWorseDifference;
    out.safeOddsRatio = 2 * odds;
    out.safeDifference = kSafeDifference;
    out.max = ofSafety ? (1 + all) / 2 : all;
    return out;
}

api::Metric notNumbersMargins() {
    api::Metric out = withoutLimit(takesAllMargins(true, false));
    out.worseDifference = kNotNumbersDifference;
    return out;
}

bool CollapseEvidence::mayChoose() const {
    return !favourite.chosen || stopped.size() + 1 < kMostSteps;
}

void CollapseEvidence::startStep() {
    numbers = {};
    if (!favourite.chosen || !mayChoose()) return;
    stopped.push_back(asked());
    favourite = {};
    takesAll = {};
    leavesOthers = {};
    dispersion = {};
    notNumbers.open();
}

void CollapseEvidence::choose(const Favourite& next, const Past& seen) {
    if (favourite.chosen) stopped.push_back(asked());
    favourite = next;
    favourite.chosen = true;
    takesAll = {};
    leavesOthers = {};
    dispersion = {};
    takesAll.starts.push_back({0, seen});
    leavesOthers.past = seen;
}

bool CollapseEvidence::mostlyOfLate() const {
    const Past& late = takesAll.spread.past;
    const Past& all = leavesOthers.past;
    return late.canary > 0 && late.canary < all.canary &&
           late.canaryShare() > all.canaryShare() + kToldDifference;
}

CollapseEvidence::Asked CollapseEvidence::asked() const {
    return {favourite, mostlyOfLate() ? takesAll.spread.past : leavesOthers.past, smallest(takesAll)};
}

void CollapseEvidence::add(bool ofClasses, const EventTick& favourites, const EventTick& notANumber) {
    if (favourite.chosen) {
        const double temper = temperBy(dispersion, favourites.stablePods);
        takesAll.add(HarmTick(takesAllMargins(ofClasses, false), favourites.table, temper));
        leavesOthers.add(takesAllMargins(ofClasses, true), favourites.table);
        dispersion.add(favourites.stablePods);  // afterwards: an interval must not temper itself
    }
    const double temper = temperBy(notNumbersDispersion, notANumber.stablePods);
    notNumbers.add(HarmTick(notNumbersMargins(), notANumber.table, temper));
    numbers.add(notNumbersMargins(), notANumber.table);
    notNumbersDispersion.add(notANumber.stablePods);
}

double CollapseEvidence::takesAllEvidence() const {
    std::vector<double> logs;
    for (const Asked& before : stopped) logs.push_back(before.harm);
    if (favourite.chosen) logs.push_back(smallest(takesAll));
    return logMixtureOfStarts(logs);
}

CollapseEvidence::Strongest CollapseEvidence::strongest() const {
    Strongest out;
    double most = -std::numeric_limits<double>::infinity();
    const auto consider = [&](const Asked& next, size_t place, When when) {
        const double part = std::log(weightOfStart(place)) + next.harm;
        if (part <= most) return;
        most = part;
        out = {next.favourite, next.seen, when};
    };
    for (size_t i = 0; i < stopped.size(); ++i) consider(stopped[i], i, When::Earlier);
    if (favourite.chosen) consider(asked(), stopped.size(), mostlyOfLate() ? When::OfLate : When::InStep);
    return out;
}

double CollapseEvidence::notNumbersEvidence() const {
    return notNumbers.evidence(notNumbersMargins());
}

double CollapseEvidence::evidence() const {
    return logMeanExp({takesAllEvidence(), notNumbersEvidence()});
}

double CollapseEvidence::stepEvidence() const {
    return favourite.chosen ? smallest(takesAll) : 0;
}

double CollapseEvidence::safeEvidence() const {
    if (!favourite.chosen) return 0;
    // It is enough that one of the three parts of "takes all" does not hold, and each is tested against the
    // whole of what may not be called safe: the mean.
    const double others = logMeanExp(
        {logMeanExp(leavesOthers.odds), leavesOthers.byDifference, logMeanExp(leavesOthers.limit)});
    return std::min(others, numbers.evidence(notNumbersMargins()));
}

double CollapseEvidence::missing(bool ofClasses, double missedHarm) const {
    if (!favourite.chosen || safeEvidence() >= -std::log(missedHarm)) return 0;
    const api::Metric margins = takesAllMargins(ofClasses, true);
    const double compared = requestsToSafe(withoutLimit(margins), leavesOthers, missedHarm / 3);
    const double limited = requestsToSafe(limitOf(margins), leavesOthers, missedHarm / 3);
    const double others =
        compared > 0 && limited > 0 ? std::min(compared, limited) : std::max(compared, limited);
    return std::max(others, requestsToSafe(notNumbersMargins(), numbers, missedHarm));
}

}  // namespace serin::judge
