#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "api/judgement.h"
#include "api/profile.h"
#include "api/samples.h"
#include "api/spec.h"

namespace serin::judge {

struct Memory;

// Turns strata into judgements of one ModelDeployment. Pure: no IO, no clock, no threads; a value that can be
// copied. The same calls in the same order give the same judgement, bit for bit; a Judge restored
// from its state goes on as if it had never been interrupted. Not thread-safe.
class Judge {
  public:
    explicit Judge(const api::Analysis& analysis);
    // Shares the analysis, which is not null.
    explicit Judge(std::shared_ptr<const api::Analysis> analysis);
    Judge(const Judge& other);
    Judge& operator=(const Judge& other);
    Judge(Judge&&) noexcept;
    Judge& operator=(Judge&&) noexcept;
    ~Judge();

    // Goes on from persisted text (Judgement::state). Call it before order(), which then decides whether the
    // text is about the same attempt. A text of another format, and metrics defined otherwise, start anew.
    void restore(const std::string& state);

    // Before order(): takes up persisted text in the midst of judging, if it is about the order's attempt and
    // what is remembered is not. So a process that was shown the past at first finds the evidence all the
    // same.
    // True when it was taken up.
    bool recall(std::string_view state, const api::JudgeOrder& order);

    // Other metrics or limits from now on. A metric whose definition changed starts anew (its weight and its
    // role are no part of the definition); a HARM that was once declared in this attempt stays.
    void setAnalysis(const api::Analysis& analysis);
    void setAnalysis(std::shared_ptr<const api::Analysis> analysis);  // as the constructor takes it
    const api::Analysis& analysis() const { return *analysis_; }

    // The profile that metrics with a reference are compared with from now on, or why there is none. Whoever
    // restores a judge sets it again; until then nothing is compared. Precondition: not null.
    void setReference(std::shared_ptr<const api::Reference> reference);
    const api::Reference& reference() const;

    // What is judged from now on. Another step opens a new start of the evidence; another attempt or canary
    // starts anew; what was learnt about the stable version stays as long as the stable version does. Cheap
    // when nothing changed.
    void order(const api::JudgeOrder& order);

    // One tick. Strata come in time order, `from` being the previous one's `to`; a stratum that was counted
    // already, overlaps what was counted, or is longer than max(5 intervals, 2 min) is left out. One whose
    // scrapes were too far apart is kept and merged with the next.
    void add(const api::Stratum& stratum);

    // What can be said now.
    api::Judgement judgement() const;
    // The same without its state, which costs more to make than all the rest.
    api::Judgement judgementWithoutState() const;

    // Judgement::state by itself.
    std::string state() const;
    // Everything remembered, as a text that restore() takes. Unlike Judgement::state it leaves nothing out,
    // however long it gets.
    std::string wholeState() const;
    // The same as a value, for what explains it. Valid until the next call that changes something.
    const Memory& memory() const { return *memory_; }

  private:
    // Goes on from that memory, but for the reference, which is not persisted.
    void adopt(Memory&& known);
    // What is remembered follows the analysis.
    void reconcile();

    std::shared_ptr<const api::Analysis> analysis_;  // never null, but in a moved-from Judge
    std::unique_ptr<Memory> memory_;                 // likewise
};

}  // namespace serin::judge
