#include "report.h"

#include "base/text.h"
#include "table.h"

namespace serin::calibration {
namespace {

using Line = std::vector<std::string>;

// What may happen in no more than a share of the runs.
struct Bound {
    const Moments& moments;
    double share;
};

Bound boundOf(const Group& group, const Row& row, const Tally& tally) {
    if (group.question == Question::CalledSafe) return {tally.proven, row.analysis.missedHarm};
    return {tally.harm, row.analysis.falseAlarm};
}

bool hasAim(const Group& group) {
    return group.question == Question::TimeToHarm || group.question == Question::TimeToSafety;
}

bool hasBound(const Group& group) {
    return group.question == Question::TakenBack || group.question == Question::CalledSafe;
}

const Moments& aimedAt(const Group& group, const Tally& tally) {
    return group.question == Question::TimeToSafety ? tally.safe : tally.harm;
}

// Times count from `since`, the second at which the canary gets worse.
void addTimes(const Moments& moments, Line& line, double since = 0) {
    line.push_back(percent(moments.share()));
    line.push_back(inSeconds(moments.quantile(.5) - since));
    line.push_back(inSeconds(moments.quantile(.9) - since));
}

std::string marked(const Finding& finding) {
    if (!finding.bounded) return "";
    if (finding.good && !finding.note.empty()) return "MISSED (known)";
    return finding.good ? "ok" : "MISSED";
}

Line headOf(const Group& group) {
    Line out{"row", "looks", "runs"};
    const auto add = [&out](std::initializer_list<const char*> names) {
        out.insert(out.end(), names.begin(), names.end());
    };
    switch (group.question) {
        case Question::TakenBack:
            add({"rolled back", "at most", "", "SAFE", "median", "q90"});
            break;
        case Question::Unbounded:
            add({"rolled back", "SAFE", "median", "q90"});
            break;
        case Question::CalledSafe:
            add({"called SAFE", "at most", ""});
            break;
        case Question::Found:
            add({"found", "median", "q90"});
            break;
        case Question::TimeToHarm:
            add({"found", "median", "q90", "aim", ""});
            break;
        case Question::TimeToSafety:
            add({"SAFE", "median", "q90", "aim", ""});
            break;
    }
    if (group.rivals) out.insert(out.end(), rivalNames().begin(), rivalNames().end());
    return out;
}

Line lineOf(const Group& group, const Row& row, const Tally& tally, const Finding& finding) {
    Line out{row.name, cat(row.scenario.looks), cat(tally.harm.runs())};
    if (hasBound(group)) {
        const Bound bound = boundOf(group, row, tally);
        const size_t runs = bound.moments.runs();
        const size_t most = mostByChance(runs, bound.share);
        out.push_back(percent(bound.moments.share()));
        out.push_back(percent(static_cast<double>(most) / static_cast<double>(runs)));
        out.push_back(marked(finding));
    }
    if (group.question == Question::Unbounded) out.push_back(percent(tally.harm.share()));
    if (group.question == Question::TakenBack || group.question == Question::Unbounded)
        addTimes(tally.safe, out);
    const double since = row.scenario.change.from;
    if (group.question == Question::Found) addTimes(tally.harm, out, since);
    if (hasAim(group)) {
        addTimes(aimedAt(group, tally), out, since);
        out.push_back(row.aim ? inSeconds(row.aim->seconds) : "");
        out.push_back(marked(finding));
    }
    for (const Moments& rival : tally.rivals) {
        if (!group.rivals) break;
        const bool timed = group.question == Question::Found;
        out.push_back(percent(rival.share()) +
                      (timed ? cat(" ", inSeconds(rival.quantile(.5) - since)) : ""));
    }
    return out;
}

}  // namespace

Finding judgeRow(const Group& group, const Row& row, const Tally& tally) {
    Finding out{row.name, false, true, ""};
    if (hasBound(group)) {
        const Bound bound = boundOf(group, row, tally);
        out.bounded = true;
        out.good = bound.moments.happened() <= mostByChance(bound.moments.runs(), bound.share);
        if (!out.good) out.note = cat("in ", bound.moments.happened(), " of ", bound.moments.runs(), " runs");
    } else if (row.aim) {
        const double median = aimedAt(group, tally).quantile(.5) - row.scenario.change.from;
        const bool missed = !(median <= row.aim->seconds);
        out.bounded = true;
        out.good = !missed || !row.aim->knownMiss.empty();
        if (missed) out.note = out.good ? row.aim->knownMiss : cat("median ", inSeconds(median));
    }
    return out;
}

std::string tableOf(const Group& group, const std::vector<Tally>& tallies,
                    const std::vector<Finding>& findings) {
    Table table(headOf(group));
    for (size_t i = 0; i < group.rows.size(); ++i) {
        table.add(lineOf(group, group.rows[i], tallies[i], findings[i]));
    }
    std::string out = cat(group.title, "\n", table.text());
    for (const Finding& finding : findings) {
        if (!finding.note.empty()) out += cat("  * ", finding.row, ": ", finding.note, "\n");
    }
    return out;
}

}  // namespace serin::calibration
