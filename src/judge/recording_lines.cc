#include "judge/recording_lines.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>

#include "api/enum_names.h"
#include "base/sha256.h"
#include "base/text.h"
#include "judge/recording_fields.h"

namespace serin::judge {
namespace {

constexpr std::string_view kRemark = "#";
constexpr std::string_view kAnalysis = "analysis";
constexpr std::string_view kReference = "reference";
constexpr std::string_view kState = "state";
constexpr std::string_view kOrder = "order";
constexpr std::string_view kStratum = "stratum";
constexpr std::string_view kSaid = "said";

constexpr size_t kDigestLength = 16;  // 64 bits: no defence against forgery, only against chance

template <typename Value>
std::string valueLine(std::string_view word, const Value& value) {
    StateWriter writer;
    writer(value);
    return cat(word, ' ', writer.text());
}

// False when the text is not just one such value.
template <typename Value>
bool readWhole(std::string_view text, Value& value) {
    StateReader reader(text);
    reader(value);
    return reader.ok() && reader.atEnd();
}

template <typename Value>
Result<RecordedLine> readValue(std::string_view word, std::string_view rest) {
    // On the heap: GCC 12 takes optional members of a value on the stack for uninitialised.
    const auto value = std::make_unique<Value>();
    if (!readWhole(rest, *value)) {
        return invalid(cat("what follows \"", word, "\" is cut short or was changed"));
    }
    return RecordedLine(std::move(*value));
}

// The judge trusts whoever counts in this: each bucket has its edge or its class.
bool whole(const api::Counts& counts) {
    const size_t buckets = counts.buckets.size();
    if (!counts.classes.empty()) return buckets == counts.classes.size() && counts.edges.empty();
    return buckets == 0 ? counts.edges.empty() : buckets == counts.edges.size() + 1;
}

bool whole(const std::vector<api::PodSample>& arm) {
    return std::all_of(arm.begin(), arm.end(), [](const api::PodSample& pod) {
        return std::all_of(pod.counts.begin(), pod.counts.end(),
                           [](const auto& entry) { return whole(entry.second); });
    });
}

// A number, or why there is none.
bool whole(const std::map<std::string, std::vector<api::Look>>& looks) {
    return std::all_of(looks.begin(), looks.end(), [](const auto& entry) {
        return std::all_of(entry.second.begin(), entry.second.end(), [](const api::Look& look) {
            return look.value ? std::isfinite(*look.value) && look.trouble.empty() : !look.trouble.empty();
        });
    });
}

// From 1970 on, and in years of four digits.
bool inRange(Timestamp time) {
    constexpr Timestamp most{std::chrono::sys_days{std::chrono::year{9999} / 12 / 31}};
    return time >= Timestamp{} && time < most;
}

Result<RecordedLine> readStratum(std::string_view rest) {
    Result<RecordedLine> line = readValue<api::Stratum>(kStratum, rest);
    if (!line) return line;
    const auto& stratum = std::get<api::Stratum>(*line);
    if (!inRange(stratum.from) || !inRange(stratum.to))
        return invalid("the stratum is of no time that can be");
    if (!whole(stratum.stable) || !whole(stratum.canary))
        return invalid("a histogram in the stratum has not one bucket more than edges");
    if (!whole(stratum.looks)) return invalid("a look in the stratum has no number and no reason, or both");
    return line;
}

Result<RecordedLine> readReference(std::string_view rest) {
    Result<RecordedLine> line = readValue<api::Reference>(kReference, rest);
    if (!line) return line;
    const auto& profile = std::get<api::Reference>(*line).profile;
    const bool good = !profile || std::all_of(profile->features.begin(), profile->features.end(),
                                              [](const auto& feature) { return whole(feature.second); });
    if (!good) return invalid("a histogram in the reference has not one bucket more than edges");
    return line;
}

Result<RecordedLine> readSaid(std::string_view rest) {
    const std::vector<std::string> words = split(rest, ' ');
    if (words.size() != 3) return invalid("\"said\" needs a verdict, the evidence and a digest");
    const auto verdict = api::verdictNamed(words[0]);
    if (!verdict) return invalid(cat("there is no verdict \"", words[0], '"'));
    double evidence = 0;
    if (!readWhole(words[1], evidence))
        return invalid(cat("the evidence \"", words[1], "\" is no number of a recording"));
    if (words[2].size() != kDigestLength)
        return invalid(cat("the digest \"", words[2], "\" has not ", kDigestLength, " characters"));
    return RecordedLine(Said{*verdict, evidence, words[2]});
}

}  // namespace

Said saidIn(const api::Judgement& judgement) {
    StateWriter writer;
    writer(judgement);
    const std::string digest = sha256Hex(cat(writer.text(), '\n', judgement.state));
    return {judgement.verdict, judgement.evidence, digest.substr(0, kDigestLength)};
}

std::string lineOf(const Remark& remark) {
    return cat(kRemark, ' ', remark.text);
}
std::string lineOf(const api::Analysis& analysis) {
    return valueLine(kAnalysis, analysis);
}
std::string lineOf(const api::Reference& reference) {
    return valueLine(kReference, reference);
}
std::string lineOf(const RestoredState& state) {
    return cat(kState, ' ', state.text);
}
std::string lineOf(const api::JudgeOrder& order) {
    return valueLine(kOrder, order);
}
std::string lineOf(const api::Stratum& stratum) {
    return valueLine(kStratum, stratum);
}
std::string lineOf(const Said& said) {
    StateWriter writer;
    writer(said.evidence);
    return cat(kSaid, ' ', api::nameOf(said.verdict), ' ', writer.text(), ' ', said.digest);
}

Result<RecordedLine> readLine(std::string_view line) {
    const size_t blank = line.find(' ');
    const std::string_view word = line.substr(0, blank);
    const std::string_view rest = blank == std::string_view::npos ? "" : line.substr(blank + 1);
    if (word == kRemark) return RecordedLine(Remark{std::string(rest)});
    if (word == kAnalysis) return readValue<api::Analysis>(word, rest);
    if (word == kReference) return readReference(rest);
    if (word == kState) return RecordedLine(RestoredState{std::string(rest)});
    if (word == kOrder) return readValue<api::JudgeOrder>(word, rest);
    if (word == kStratum) return readStratum(rest);
    if (word == kSaid) return readSaid(rest);
    return invalid("it begins with none of the words #, analysis, reference, state, order, stratum and said");
}

}  // namespace serin::judge
