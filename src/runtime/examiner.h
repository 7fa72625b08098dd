#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "api/observed.h"
#include "api/plan.h"
#include "judge/recorded_judge.h"
#include "runtime/accesses.h"
#include "runtime/record_keeper.h"
#include "runtime/reference_reader.h"
#include "runtime/rereading.h"
#include "runtime/targets.h"
#include "signals/counter_book.h"
#include "signals/scraper.h"

namespace serin::runtime {

// The examination of one ModelDeployment: whom to scrape, what their counters did, what the judge says of it,
// and what pods said of their model. Thread-safe: a worker orders, the sampler samples.
class Examiner {
  public:
    // Goes on from what is recorded in the object's status. What the judge is told and says is taken down by
    // the sink, if there is one.
    explicit Examiner(const api::ModelDeployment& object,
                      std::unique_ptr<judge::RecordingSink> recording = nullptr);

    // What is to be judged and asked from now on, by the newest plan for `object`. `split` shows which
    // endpoints are ready.
    void order(const api::ModelDeployment& object, const api::Plan& plan, const api::Split& split,
               Timestamp now);

    // Whether anything is judged or asked at all, how often it is judged, and how often asked, which is not
    // less often.
    bool wanted() const;
    Duration interval() const;
    Duration askInterval() const;

    // Which pods to ask: all of which an answer is wanted, those of them that no round() asks, or those that
    // were never asked.
    enum class Whom { All, NotJudged, NeverAsked };
    // What is to be read now; nothing when there is nothing to read. Until a spec is accepted a round reads
    // nothing and fails with that reason: a spec that is rejected sends nobody anywhere.
    std::optional<signals::RoundRequest> round(const api::Split& split) const;
    std::optional<signals::RoundRequest> questions(const api::Split& split, Whom whom) const;

    struct Finding {
        bool news = false;                    // the planner should look again
        std::optional<api::Stratum> stratum;  // what the round added, if it was judged
    };
    // The end of a round, or of questions.
    Finding finish(const signals::Round& round);
    Finding finishQuestions(const signals::Round& round, Whom whom);

    // What has to be read (again) now, while something is judged and as Rereading has it: the profile that
    // the last accepted spec names, and what opens the servers that its numbers come from, those of queries
    // among them. An access that its server refused is read again soon. When nothing is judged any more, what
    // was read of accesses is forgotten. `now` is Clock::sinceBoot.
    std::optional<api::ConfigMapKey> referenceDue(Duration now) const;
    std::optional<api::AccessSource> accessDue(Duration now) const;
    // What reading it came to. Where the API server did not say, what was known before stays.
    void learnReference(const api::ConfigMapKey& source, const ReferenceReading& reading, Duration now);
    void learnAccess(const api::AccessSource& source, const AccessReading& reading, Duration now);

    // The profile among the files of the version that serves, where the last accepted spec names one and
    // something is judged.
    struct ProfileWish {
        std::string path;     // within the model's files
        std::string serving;  // the revision whose data is compared
    };
    std::optional<ProfileWish> profileWish() const;
    // What is known of it now, as often as somebody looks; null before it was read.
    void learnProfile(const std::string& path, const std::shared_ptr<const api::Reference>& known);

    // The hourly record of a spec with reference.stable, as RecordKeeper has it.
    bool recordDue(Duration now) const;
    void learnRecord(const apply::RecordAnswer& answer, const api::ModelDeployment& object, Duration now);
    std::optional<RecordKeeper::Writing> takeRecord(Duration now);
    void recordWritten(const apply::RecordAnswer& answer, Duration now);

    // With all that is remembered at this moment as its state.
    std::optional<api::Judgement> judgement();
    std::optional<api::Verdict> verdict() const;
    // Of the ready pods that were asked; those that cannot be asked count as ready.
    std::map<std::string, api::ModelAnswer> modelAnswers() const;

  private:
    void restore(const std::string& state);
    void noteRuntime(const api::Spec& spec);
    void adoptSpec(const api::ModelDeployment& object);
    void adoptOrder(const api::JudgeOrder& order, Timestamp now);
    void adoptReadiness(const api::Split& split, Timestamp now);
    void adoptReference();
    void adoptRecord();
    void adoptAccess();
    bool judges() const { return order_.mode != api::JudgeMode::Off; }
    void publish();
    bool learn(const signals::Round& round);
    std::vector<signals::Query> queries() const;
    bool noteRefusals(const signals::Round& round);
    KnownRuntimes runtimes() const { return {runtimes_, runtime_}; }

    mutable std::mutex mutex_;
    std::shared_ptr<const api::Analysis> analysis_;  // of the last accepted spec, else of the newest
    judge::RecordedJudge judge_;
    signals::CounterBook book_;
    bool restored_ = false;  // from a status, and nothing was judged since
    int64_t generation_ = -1;
    std::string space_;                             // the object's namespace
    std::string name_;                              // and name
    api::Runtime runtime_;                          // of the newest spec
    bool accepted_ = false;                         // any spec was, since this process began
    std::map<std::string, api::Runtime> runtimes_;  // by revision, as far as seen by this process
    std::shared_ptr<const signals::Selection> selection_;
    std::string selectionTrouble_;  // why the metrics cannot be read at all
    api::JudgeOrder order_;
    std::vector<std::string> askModel_;
    std::optional<Timestamp> attemptStartedAt_;
    std::optional<api::Judgement> judgement_;           // without its state, which is made when asked for
    std::optional<api::ConfigMapKey> referenceSource_;  // whose profile the judge has, or has not yet
    Rereading referenceReading_;
    std::string referenceFile_;                        // likewise, among the model's files; empty: none
    std::shared_ptr<const api::Reference> fileKnown_;  // what the judge has of it
    RecordKeeper record_;                              // in place of a profile
    api::AccessSource accessSource_;  // of the last accepted spec: to its Prometheus, or to the pods' metrics
    Accesses accesses_;               // none while nothing is judged
    std::map<std::string, api::ModelAnswer> answers_;
};

}  // namespace serin::runtime
