#include "judge/replay_report.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "api/enum_names.h"
#include "base/text.h"
#include "base/time.h"
#include "judge/replay.h"

namespace serin::judge {
namespace {

// "120 (3 bad)": what the pods of an arm that were read counted of a metric.
std::string countsOf(const std::vector<api::PodSample>& arm, const api::MetricVerdict& metric,
                     double unitSeconds) {
    uint64_t total = 0;
    uint64_t bad = 0;
    double sum = 0;
    bool hasBad = true;
    for (const api::PodSample& pod : arm) {
        const auto found = pod.counts.find(metric.name);
        if (!pod.counted || found == pod.counts.end()) continue;
        const api::Counts& counts = found->second;
        total += counts.total;
        bad += counts.bad;
        sum += counts.sum;
        hasBad = counts.buckets.empty() || metric.slowerThan;
        for (size_t edge = 0; metric.slowerThan && edge < counts.edges.size(); ++edge) {
            if (counts.edges[edge] * unitSeconds >= *metric.slowerThan) bad += counts.buckets[edge + 1];
        }
    }
    if (sum != 0) return cat(total, " (sum ", humanNumber(sum), ')');
    return hasBad ? cat(total, " (", bad, " bad)") : cat(total);
}

// Of the metric's histogram; 1 where it has none.
double unitSecondsOf(const api::Analysis& analysis, const std::string& metric) {
    const auto found = std::ranges::find(analysis.metrics, metric, &api::Metric::name);
    return found == analysis.metrics.end() ? 1 : found->unitSeconds;
}

bool counts(const std::vector<api::PodSample>& arm, const std::string& metric) {
    return std::any_of(arm.begin(), arm.end(),
                       [&](const api::PodSample& pod) { return pod.counted && pod.counts.contains(metric); });
}

std::string padded(std::string text, size_t width) {
    text.resize(std::max(text.size(), width), ' ');
    return text;
}

std::string headOf(const ReplayedAnswer& answer) {
    std::string out = cat("stratum ", answer.strata);
    if (answer.stratum) {
        out += cat(": ", formatTime(answer.stratum->from), ", ",
                   formatDuration(std::max(Duration{0}, answer.stratum->to - answer.stratum->from)));
    }
    const api::Judgement& said = answer.judgement;
    return cat(out, ": ", api::nameOf(said.verdict), ", evidence ", humanNumber(said.evidence),
               answer.same() ? "" : " (differs from what was recorded)", '\n');
}

// "18.2, no answer (HTTP 503)": what the looks at a query in the stratum found.
std::string looksOf(const std::vector<api::Look>& looks) {
    std::vector<std::string> texts;
    texts.reserve(looks.size());
    for (const api::Look& look : looks) {
        texts.push_back(look.value ? humanNumber(*look.value) : cat("no answer (", look.trouble, ')'));
    }
    return join(texts, ", ");
}

// One answer with what its stratum counted.
std::string detailsOf(const ReplayedAnswer& answer) {
    std::string out = headOf(answer);
    const api::Stratum none;
    const api::Stratum& stratum = answer.stratum ? *answer.stratum : none;
    for (const api::MetricVerdict& metric : answer.judgement.metrics) {
        out += cat("  ", padded(metric.name, 12), ' ', padded(api::nameOf(metric.verdict), 12), " evidence ");
        const std::string evidence = humanNumber(metric.evidence);
        if (counts(stratum.canary, metric.name) || counts(stratum.stable, metric.name)) {
            const double unit = unitSecondsOf(*answer.analysis, metric.name);
            out += cat(padded(evidence, 8), " canary ", countsOf(stratum.canary, metric, unit), ", stable ",
                       countsOf(stratum.stable, metric, unit), '\n');
        } else if (const auto looks = stratum.looks.find(metric.name); looks != stratum.looks.end()) {
            out += cat(padded(evidence, 8), " query ", looksOf(looks->second), '\n');
        } else {
            out += cat(evidence, '\n');
        }
    }
    return out;
}

std::string conclusionOf(const ReplayedAnswer& answer) {
    const api::Judgement& said = answer.judgement;
    const api::JudgeOrder& order = said.order;
    std::string out = cat("attempt ", order.attempt);
    if (!order.canary.empty()) out += cat(" of revision ", order.canary);
    if (!order.stable.empty()) out += cat(" against ", order.stable);
    if (order.step >= 0) out += cat(", step ", order.step + 1);
    out += '\n';
    out +=
        cat("verdict: ", api::nameOf(said.verdict), ", evidence of harm ", humanNumber(said.evidence), '\n');
    for (const std::string& text : {said.headline, said.holding, said.warning, said.unreachable}) {
        if (!text.empty()) out += cat(text, '\n');
    }
    for (const api::MetricVerdict& metric : said.metrics) {
        out += cat("  ", padded(metric.name, 12), ' ', padded(api::nameOf(metric.verdict), 12), ' ',
                   "evidence ", padded(humanNumber(metric.evidence), 8), ' ', metric.message, '\n');
    }
    return out;
}

std::string differenceOf(const ReplayedAnswer& answer) {
    const api::Judgement& said = answer.judgement;
    const bool shown = said.verdict != answer.recorded.verdict || said.evidence != answer.recorded.evidence;
    return cat("differs from what was recorded at stratum ", answer.strata, " (line ", answer.line,
               "): ", api::nameOf(said.verdict), " with evidence ", humanNumber(said.evidence), ", recorded ",
               api::nameOf(answer.recorded.verdict), " with ", humanNumber(answer.recorded.evidence),
               shown ? "" : "; the difference is in the rest of the judgement or the last digits",
               "\nreplay it with the serin-judge of the Serin that recorded it; if it differs still, the "
               "recording was changed\n");
}

}  // namespace

ReplayReport reportReplay(std::string_view recording, bool verbose) {
    ReplayReport out;
    std::optional<ReplayedAnswer> last;
    std::optional<ReplayedAnswer> different;
    const Result<void> done =
        replay(recording, {[&](const std::string& remark) { out.text += remark + '\n'; },
                           [&](const ReplayedAnswer& answer) {
                               if (verbose) out.text += detailsOf(answer);
                               if (!different && !answer.same()) different = answer;
                               last = answer;
                           }});
    if (!done || !last) {
        out.code = 2;
        out.trouble = done ? "it has no answer of the judge yet: nothing was judged when it was downloaded"
                           : done.error().message;
    } else {
        out.text += conclusionOf(*last);
        out.code = different ? 1 : 0;
        out.text += different ? differenceOf(*different)
                              : cat(last->strata, " strata: the same as recorded, bit for bit\n");
    }
    out.text = withoutControls(std::move(out.text));
    out.trouble = withoutControls(std::move(out.trouble));
    return out;
}

}  // namespace serin::judge
