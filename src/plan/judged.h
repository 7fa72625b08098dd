#pragma once

#include <string>

#include "plan/draft.h"

namespace serin::plan {

// What the judge is asked in the present phase (JudgeMode::Off when nothing is judged).
api::JudgeOrder judgeOrder(const Draft& draft);

// The judgement, if there is one about this revision and attempt; else null.
const api::Judgement* judgement(const Draft& draft);

// What the present step still waits for besides its hold, in words; empty when it may end. The last step asks
// for SAFE of every Guard as well (statistics: steps need calm, promotion needs SAFE).
std::string stepWaitsFor(const Draft& draft, bool last);

// Every Guard is SAFE now (or there is none).
bool guardsAllow(const Draft& draft);

// Takes the traffic back if the evidence says so (harm, starved, no data for holdAtMost). True when it did.
bool returnOnEvidence(Draft& draft);

// Puts the judgement into status.analysis as it stands, for a return that rests on it.
void recordJudgement(Draft& draft);

// Nobody goes on from the evidence in status.analysis: its text goes, what was found stays.
void forgetEvidence(Draft& draft);

// Puts `said` into status.analysis, and tells of a harm that nothing follows from.
void recordFinding(Draft& draft, const api::Judgement& said);

// Puts the judgement into status.analysis when it has to be recorded: with any other change of substance, at
// a change of verdict, else at most once a minute. True when it did.
bool recordAnalysis(Draft& draft);

}  // namespace serin::plan
