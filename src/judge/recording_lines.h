#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "api/judgement.h"
#include "api/profile.h"
#include "api/samples.h"
#include "api/spec.h"
#include "base/result.h"

// The lines of a recording: the calls that a Judge got, in their order, and what it said. The first line is
// kRecordingFormat; each other one is a word, a blank and the rest:
//
//   # TEXT             for people
//   analysis VALUES    Judge::setAnalysis; the first one is what the Judge is made with, too
//   reference VALUES Judge::setReference
//   state TEXT         Judge::restore, of what Judge::wholeState said
//   order VALUES       Judge::order
//   stratum VALUES     Judge::add
//   said VERDICT EVIDENCE DIGEST    of Judge::judgement, after the stratum before it
//
// VALUES are api's structures as judge/state_text.h writes them, in the order of judge/recording_fields.h.
namespace serin::judge {

inline constexpr std::string_view kRecordingFormat = "serin-recording/4";

// What of a judgement is recorded.
struct Said {
    api::Verdict verdict = api::Verdict::Continue;
    double evidence = 0;
    std::string digest;  // of all of the judgement: two that differ in one bit have different ones

    bool operator==(const Said&) const = default;
};
Said saidIn(const api::Judgement& judgement);

struct RestoredState {
    std::string text;
};
struct Remark {
    std::string text;
};
using RecordedLine =
    std::variant<Remark, api::Analysis, api::Reference, RestoredState, api::JudgeOrder, api::Stratum, Said>;

// Without a line break at the end.
std::string lineOf(const Remark& remark);
std::string lineOf(const api::Analysis& analysis);
std::string lineOf(const api::Reference& reference);
std::string lineOf(const RestoredState& state);
std::string lineOf(const api::JudgeOrder& order);
std::string lineOf(const api::Stratum& stratum);
std::string lineOf(const Said& said);
// Fails for what lineOf() never writes, with the reason. An analysis comes back without the Prometheus that
// the numbers came from, which is none of the judge's business.
Result<RecordedLine> readLine(std::string_view line);

}  // namespace serin::judge
