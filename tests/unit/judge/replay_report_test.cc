#include "judge/replay_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/text.h"
#include "recorded_rollout.h"

namespace serin::judge {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

// A canary that errs five times as often is taken back: five strata.
std::string harmRecorded() {
    const api::Analysis analysis = analysisOf({errorMetric()});
    Kept kept;
    Rig rig(analysis);
    RecordedJudge judge(analysis, kept.sink());
    judge.order(rig.order());
    for (int tick = 0; tick < 5; ++tick) {
        judge.add(rig.stratum(
            {pod("s1", {{"errors", requests(500, 5)}}), pod("s2", {{"errors", requests(400, 4)}})},
            {pod("c", {{"errors", requests(300, 15)}})}));
        judge.judgement();
    }
    return kept.text();
}

// The recording with the nth line (from 1) changed; an empty one is left out.
std::string withLine(const std::string& recording, size_t number, const std::string& line) {
    std::vector<std::string> lines = split(recording, '\n');
    lines.at(number - 1) = line;
    if (line.empty()) lines.erase(lines.begin() + static_cast<std::ptrdiff_t>(number) - 1);
    return join(lines, "\n");
}

std::string lineAt(const std::string& recording, size_t number) {
    return split(recording, '\n').at(number - 1);
}

TEST(ReplayReport, SaysTheVerdictAndThatItIsTheSame) {
    const ReplayReport report = reportReplay(harmRecorded(), false);
    EXPECT_EQ(report.code, 0) << report.trouble;
    EXPECT_EQ(report.trouble, "");
    EXPECT_THAT(report.text, StartsWith("ml/fraud\nattempt 1 of revision new against old, step 1\n"
                                        "verdict: Harm, evidence of harm "));
    EXPECT_THAT(report.text, HasSubstr("\ncanary errs 5.0 % against 1.0 %, odds ratio at least "));
    EXPECT_THAT(report.text, HasSubstr("\n  errors       Harm         evidence "));
    EXPECT_THAT(report.text, HasSubstr("\n  pods         "));
    EXPECT_THAT(report.text, EndsWith("5 strata: the same as recorded, bit for bit\n"));
    EXPECT_THAT(report.text, Not(HasSubstr("stratum 1")));
}

TEST(ReplayReport, ShowsTheNumbersOfEachStratumWhenAsked) {
    const ReplayReport report = reportReplay(harmRecorded(), true);
    EXPECT_EQ(report.code, 0);
    EXPECT_THAT(report.text, HasSubstr("stratum 1: 2023-11-14T22:13:20Z, 10s: Continue, evidence "));
    EXPECT_THAT(report.text, HasSubstr("stratum 5: 2023-11-14T22:14:00Z, 10s: Harm, evidence "));
    EXPECT_THAT(report.text, HasSubstr(" canary 300 (15 bad), stable 900 (9 bad)\n"));
}

TEST(ReplayReport, CountsWhatIsBadAsEachMetricDoes) {
    const api::Analysis analysis = everyKind();
    Kept kept;
    Rig rig(analysis);
    RecordedJudge judge(analysis, kept.sink());
    judge.order(rig.order());
    std::map<std::string, api::Counts> counts{{"errors", requests(100, 2)},
                                              {"latency", histogram({.1, .2}, {70, 20, 10})},
                                              {"score", scores({10, 20, 30, 0, 0, 0, 0, 0, 0, 40})},
                                              {"value", requests(5, 0)}};
    counts["value"].sum = 2.5;
    api::PodSample unread = pod("c2", counts);
    unread.counted = false;
    judge.add(rig.stratum({pod("s1", counts), pod("s2", counts)}, {pod("c", counts), unread}));
    const std::optional<double> edge = judge.judgement().metrics[1].slowerThan;
    ASSERT_TRUE(edge);
    const std::string slower = *edge < .2 ? "canary 100 (30 bad), stable 200 (60 bad)\n"
                                          : "canary 100 (10 bad), stable 200 (20 bad)\n";
    const std::string text = reportReplay(kept.text(), true).text;
    EXPECT_THAT(text, HasSubstr("canary 100 (2 bad), stable 200 (4 bad)\n"));
    EXPECT_THAT(text, HasSubstr(slower));
    EXPECT_THAT(text, HasSubstr("canary 100, stable 200\n"));
    EXPECT_THAT(text, HasSubstr("canary 5 (sum 2.5), stable 10 (sum 5)\n"));
}

TEST(ReplayReport, OfAFirstVersionNamesNoOtherAndCountsAtTheEdgeInTheHistogramsUnit) {
    api::Metric latency = latencyMetric();
    latency.unitSeconds = .001;
    latency.slowerThan = .2;
    latency.max = .1;
    const api::Analysis analysis = analysisOf({latency});
    Kept kept;
    Rig rig(analysis);
    RecordedJudge judge(analysis, kept.sink());
    judge.order({api::JudgeMode::Watch, "", "new", 1, -1, rig.now});
    judge.add(rig.stratum({}, {pod("c", {{"latency", histogram({100, 200}, {70, 20, 10})}})}));
    judge.judgement();
    const std::string text = reportReplay(kept.text(), true).text;
    EXPECT_THAT(text, HasSubstr("attempt 1 of revision new\n"));
    EXPECT_THAT(text, HasSubstr("canary 100 (10 bad), stable 0"));
}

TEST(ReplayReport, ShowsWhatAQueryWasAnswered) {
    const api::Analysis analysis = analysisOf({errorMetric(), queryMetric()});
    Kept kept;
    Rig rig(analysis);
    RecordedJudge judge(analysis, kept.sink());
    judge.order(rig.order());
    const auto errors = std::map<std::string, api::Counts>{{"errors", requests(100, 2)}};
    for (const auto& [value, trouble] : {std::pair(std::optional(18.25), ""), {std::nullopt, "HTTP 503"}}) {
        api::Stratum stratum = rig.stratum({pod("s", errors)}, {pod("c", errors)});
        stratum.looks["order-value"] = {{rig.now, value, trouble}};
        judge.add(stratum);
        judge.judgement();
    }
    const ReplayReport report = reportReplay(kept.text(), true);
    EXPECT_EQ(report.code, 0) << report.trouble;
    EXPECT_THAT(report.text, HasSubstr(" query 18.2\n"));
    EXPECT_THAT(report.text, HasSubstr(" query no answer (HTTP 503)\n"));
}

TEST(ReplayReport, TellsTheFirstStratumThatDiffers) {
    // Lines: format, remark, analysis, reference, state, order, then a stratum and what was said of it, five
    // times.
    const std::string recording = harmRecorded();
    std::string third = lineAt(recording, 11);
    const size_t bad = third.find("300 15");
    ASSERT_NE(bad, std::string::npos) << third;
    third.replace(bad, 6, "300 14");
    const ReplayReport report = reportReplay(withLine(recording, 11, third), false);
    EXPECT_EQ(report.code, 1);
    EXPECT_EQ(report.trouble, "");
    EXPECT_THAT(report.text, HasSubstr("differs from what was recorded at stratum 3 (line 12): "));
    EXPECT_THAT(report.text, Not(HasSubstr("the same as recorded")));
}

TEST(ReplayReport, ADigestAloneIsEnoughToDiffer) {
    const std::string recording = harmRecorded();
    std::string said = lineAt(recording, 8);
    said.back() = said.back() == '0' ? '1' : '0';
    const ReplayReport report = reportReplay(withLine(recording, 8, said), true);
    EXPECT_EQ(report.code, 1);
    EXPECT_THAT(report.text, HasSubstr("differs from what was recorded at stratum 1 (line 8): "));
    EXPECT_THAT(report.text, HasSubstr("in the rest of the judgement or the last digits"));
}

TEST(ReplayReport, NamesTheLineThatCannotBeRead) {
    const std::string recording = harmRecorded();
    const auto trouble = [&](size_t line, const std::string& text) {
        const ReplayReport report = reportReplay(withLine(recording, line, text), false);
        EXPECT_EQ(report.code, 2) << report.text;
        return report.trouble;
    };
    EXPECT_THAT(trouble(1, "serin-recording/1"), StartsWith("line 1: not \"serin-recording/4\""));
    EXPECT_THAT(trouble(3, ""), StartsWith("line 3: an analysis has to come first"));
    EXPECT_THAT(trouble(5, "state serin-judge/1 0"), StartsWith("line 5: the judge's state cannot be read"));
    EXPECT_THAT(trouble(9, lineAt(recording, 9).substr(0, 60)),
                StartsWith("line 9: what follows \"stratum\" is cut short"));
    EXPECT_THAT(trouble(10, "\x1b[2J"), StartsWith("line 10: it begins with none of the words"));
}

TEST(ReplayReport, AnyOtherFileIsNone) {
    for (const std::string text : {"", "\n", "<html>", "serin-judge/3 0"}) {
        const ReplayReport report = reportReplay(text, false);
        EXPECT_EQ(report.code, 2) << text;
        EXPECT_THAT(report.trouble, HasSubstr("line 1")) << text;
    }
}

TEST(ReplayReport, SaysSoWhenNothingWasJudgedYet) {
    std::string recording = harmRecorded();
    recording.resize(recording.find("\nstratum") + 1);
    const ReplayReport report = reportReplay(recording, true);
    EXPECT_EQ(report.code, 2);
    EXPECT_THAT(report.trouble, HasSubstr("no answer of the judge yet"));
}

TEST(ReplayReport, ShowsNoControlCharacters) {
    const ReplayReport report = reportReplay(withLine(harmRecorded(), 2, "# \x1b[31m\x7f red"), false);
    EXPECT_EQ(report.code, 0);
    EXPECT_THAT(report.text, StartsWith("?[31m? red\n"));
}

}  // namespace
}  // namespace serin::judge
