#include "runtime/examiner.h"

#include <algorithm>
#include <set>
#include <utility>

#include "api/query_template.h"
#include "api/status_limits.h"
#include "signals/refusal.h"
#include "signals/shared_selection.h"

namespace serin::runtime {
namespace {

// The book and the judge share one text in the status; the book, which has no line breaks, stands first. What
// does not fit is left out by the book: it costs one interval after a restart.
constexpr size_t kLongestBook = 24'000;
constexpr size_t kMostRuntimes = 20;
// Whom a spec with problems names is not asked.
constexpr const char* kNeverAccepted =
    "no metrics are read, for the spec was not accepted and none before it is known since the operator "
    "started; correct what the condition Accepted says";

std::string join(const signals::CounterBook& book, const std::string& judgeState) {
    const size_t used = judgeState.size() + 1;
    const size_t left = used < api::kLongestState ? api::kLongestState - used : 0;
    return book.save(std::min(kLongestBook, left)) + '\n' + judgeState;
}

struct Parts {
    std::string_view book;
    std::string_view judge;
};

// The opposite of join(); empty for a text that it never makes.
Parts partsOf(std::string_view state) {
    const size_t end = state.find('\n');
    return end == std::string_view::npos ? Parts{} : Parts{state.substr(0, end), state.substr(end + 1)};
}

// From where on a request of a latency is slow, as the judge told it last.
signals::SlowerThan toldEdges(const std::optional<api::Judgement>& judgement) {
    signals::SlowerThan out;
    if (!judgement) return out;
    for (const api::MetricVerdict& metric : judgement->metrics) {
        if (metric.slowerThan) out[metric.name] = *metric.slowerThan;
    }
    return out;
}

std::shared_ptr<const signals::Selection> noSelection() {
    static const auto none = std::make_shared<const signals::Selection>();
    return none;
}

}  // namespace

Examiner::Examiner(const api::ModelDeployment& object, std::unique_ptr<judge::RecordingSink> recording)
    : analysis_(std::make_shared<const api::Analysis>(object.spec.analysis)),
      judge_(analysis_, std::move(recording)) {
    adoptSpec(object);
    if (object.status.analysis && !object.status.analysis->state.empty())
        restore(object.status.analysis->state);
}

void Examiner::restore(const std::string& state) {
    const Parts parts = partsOf(state);
    if (parts.judge.empty()) return;
    // A book of another version starts anew: its next interval only sets baselines.
    if (!book_.restore(parts.book)) book_ = signals::CounterBook();
    judge_.restore(std::string(parts.judge));
    restored_ = true;
}

void Examiner::noteRuntime(const api::Spec& spec) {
    if (!runtimes_.contains(spec.revision) && runtimes_.size() >= kMostRuntimes) runtimes_.clear();
    runtimes_[spec.revision] = spec.runtime;
}

void Examiner::adoptSpec(const api::ModelDeployment& object) {
    // A source that moved makes another revision of the same generation.
    const bool known = object.meta.generation == generation_ && runtimes_.contains(object.spec.revision);
    if (object.spec.usable() && !known) noteRuntime(object.spec);
    if (object.meta.generation == generation_) return;
    generation_ = object.meta.generation;
    space_ = object.meta.ns;
    name_ = object.meta.name;
    const api::Spec& spec = object.spec;
    runtime_ = spec.runtime;
    const bool accepted = spec.problems.empty();
    if (!accepted && accepted_) return;  // judging goes on with the last accepted one
    analysis_ = std::make_shared<const api::Analysis>(spec.analysis);
    if (!accepted) {
        selection_ = noSelection();
        return;
    }
    accepted_ = true;
    judge_.setAnalysis(analysis_);
    adoptReference();
    accessSource_ = analysis_->prometheus ? analysis_->prometheus->access : spec.metricsAccess;
    const auto compiled = signals::sharedSelection(runtime_, analysis_->metrics);
    selectionTrouble_ = compiled ? "" : compiled.error().message;
    selection_ = compiled ? *compiled : noSelection();
}

void Examiner::order(const api::ModelDeployment& object, const api::Plan& plan, const api::Split& split,
                     Timestamp now) {
    const std::lock_guard lock(mutex_);
    adoptSpec(object);
    const auto& rollout = plan.status ? plan.status->rollout : object.status.rollout;
    const auto& watch = plan.status ? plan.status->watch : object.status.watch;
    attemptStartedAt_.reset();
    if (rollout) attemptStartedAt_ = rollout->startedAt;
    if (watch) attemptStartedAt_ = watch->startedAt;
    askModel_ = plan.askModel;
    if (const auto& analysis = object.status.analysis) {
        judge_.recall(partsOf(analysis->state).judge, plan.order);
    }
    adoptOrder(plan.order, now);
    adoptAccess();
    adoptReadiness(split, now);
}

void Examiner::adoptOrder(const api::JudgeOrder& order, Timestamp now) {
    if (order.mode == api::JudgeMode::Off) {
        // What is counted now is nobody's evidence.
        if (judges()) book_ = signals::CounterBook();
        order_ = order;
        judgement_.reset();
        return;
    }
    order_ = order;
    judge_.order(order);
    if (!std::exchange(restored_, false)) return;
    // What was known before the restart holds, unless a step has begun since: then it is judged by what
    // comes.
    const api::Judgement known = judge_.judgement();
    if (known.at <= now && (!order.stepStartedAt || known.at >= *order.stepStartedAt)) publish();
}

void Examiner::adoptReadiness(const api::Split& split, Timestamp now) {
    std::set<std::string> asked;
    for (const auto& [revision, version] : split.versions) {
        const bool ask = std::ranges::find(askModel_, revision) != askModel_.end();
        for (const api::Endpoint& endpoint : version.endpoints) {
            if (judges()) book_.noteReadiness(endpoint.podUid, endpoint.ready, now);
            if (ask) asked.insert(endpoint.podUid);
        }
    }
    std::erase_if(answers_, [&](const auto& answer) { return !asked.contains(answer.first); });
    // Nothing to ask: the probe has said it all.
    std::set<std::string> askable;
    for (const auto& target : askedTargets(askModel_, split, runtimes())) askable.insert(target.podUid);
    for (const std::string& revision : askModel_) {
        const auto version = split.versions.find(revision);
        if (version == split.versions.end()) continue;
        for (const api::Endpoint& endpoint : version->second.endpoints) {
            if (endpoint.ready && !askable.contains(endpoint.podUid)) {
                answers_.emplace(endpoint.podUid, api::ModelAnswer::Ready);
            }
        }
    }
}

bool Examiner::wanted() const {
    const std::lock_guard lock(mutex_);
    return judges() || !askModel_.empty();
}

Duration Examiner::interval() const {
    const std::lock_guard lock(mutex_);
    return analysis_->interval;
}

Duration Examiner::askInterval() const {
    const std::lock_guard lock(mutex_);
    return analysis_->prometheus ? std::min(analysis_->prometheus->askInterval, analysis_->interval)
                                 : analysis_->interval;
}

std::optional<signals::RoundRequest> Examiner::round(const api::Split& split) const {
    const std::lock_guard lock(mutex_);
    if (!judges()) return std::nullopt;
    signals::RoundRequest request{judgedTargets(order_, askModel_, split, runtimes()), selection_,
                                  analysis_->interval};
    if (!accepted_) {
        request.unreadable = Error{ErrorCode::Unavailable, kNeverAccepted};
        return request;
    }
    request.access = accesses_.of(accessSource_);
    if (analysis_->prometheus) request.prometheus = signals::PrometheusOrigin{*analysis_->prometheus, space_};
    const auto canary = [](const signals::Target& target) { return target.arm == signals::Arm::Canary; };
    if (std::ranges::any_of(request.targets, canary)) request.queries = queries();
    return request;
}

// About the version under judgement.
std::vector<signals::Query> Examiner::queries() const {
    const api::QueryWords words{order_.canary, order_.stable, space_, name_, analysis_->interval};
    std::vector<signals::Query> out;
    for (const api::Metric& metric : analysis_->metrics) {
        if (!metric.isQuery() || !metric.query.source) continue;
        // An empty word would select what has no such label.
        if (order_.stable.empty() && api::asksForStable(metric.query.promql)) continue;
        const api::PrometheusSource& source = *metric.query.source;
        out.push_back(
            {metric.name, api::filledQuery(metric.query.promql, words), source, accesses_.of(source.access)});
    }
    return out;
}

std::optional<signals::RoundRequest> Examiner::questions(const api::Split& split, Whom whom) const {
    const std::lock_guard lock(mutex_);
    signals::RoundRequest request{askedTargets(askModel_, split, runtimes()), noSelection(),
                                  analysis_->interval};
    request.read = false;
    std::set<std::string> elsewhere;
    if (whom == Whom::NotJudged) {
        for (const auto& target : judgedTargets(order_, askModel_, split, runtimes()))
            elsewhere.insert(target.podUid);
    } else if (whom == Whom::NeverAsked) {
        for (const auto& [pod, answer] : answers_) elsewhere.insert(pod);
    }
    std::erase_if(request.targets,
                  [&](const signals::Target& target) { return elsewhere.contains(target.podUid); });
    if (request.targets.empty()) return std::nullopt;
    return request;
}

bool Examiner::learn(const signals::Round& round) {
    bool news = false;
    for (const signals::PodResult& pod : round.pods) {
        if (!pod.model) continue;
        const auto known = answers_.find(pod.target.podUid);
        news = news || known == answers_.end() || known->second != *pod.model;
        answers_[pod.target.podUid] = *pod.model;
    }
    return news;
}

Examiner::Finding Examiner::finishQuestions(const signals::Round& round, Whom whom) {
    const std::lock_guard lock(mutex_);
    if (whom == Whom::All) book_.noteAnswers(round);
    return {learn(round), std::nullopt};
}

Examiner::Finding Examiner::finish(const signals::Round& round) {
    const std::lock_guard lock(mutex_);
    Finding finding{learn(round), std::nullopt};
    finding.news = noteRefusals(round) || finding.news;
    // Ordered off while it was under way.
    if (!judges()) return finding;
    finding.stratum = book_.add(round, {attemptStartedAt_, analysis_->warmUp, toldEdges(judgement_)});
    if (!finding.stratum) return finding;
    if (!selectionTrouble_.empty()) finding.stratum->troubles.push_back(selectionTrouble_);
    if (record_.add(*analysis_, order_, *finding.stratum)) adoptRecord();
    judge_.add(*finding.stratum);
    publish();
    finding.news = true;
    return finding;
}

bool Examiner::noteRefusals(const signals::Round& round) {
    const bool refused = std::ranges::any_of(round.pods, [](const signals::PodResult& pod) {
        return !pod.reading && signals::isRefusal(pod.reading.error());
    });
    bool news = refused && accesses_.refused(accessSource_);
    for (const signals::QueryResult& result : round.queries) {
        if (result.answer || !signals::isRefusal(result.answer.error())) continue;
        news = accesses_.refused(result.query.source.access) || news;
    }
    return news;
}

// Secrets are kept only while something is judged.
void Examiner::adoptAccess() {
    if (!judges() || !accepted_) return accesses_.want({});
    std::vector<api::AccessSource> wanted{accessSource_};
    if (order_.mode == api::JudgeMode::Record) return accesses_.want(wanted);  // no query is asked
    for (const api::Metric& metric : analysis_->metrics) {
        if (metric.query.source) wanted.push_back(metric.query.source->access);
    }
    accesses_.want(wanted);
}

// Another profile is another question: nothing of the one before is compared with any more.
void Examiner::adoptReference() {
    record_.want(analysis_->recordOver.has_value());
    if (record_.wanted()) adoptRecord();
    if (analysis_->reference == referenceSource_ && analysis_->referenceFile == referenceFile_) return;
    referenceSource_ = analysis_->reference;
    referenceReading_ = {};
    referenceFile_ = analysis_->referenceFile;
    fileKnown_.reset();
    if (!record_.wanted()) judge_.setReference(std::make_shared<const api::Reference>());
}

void Examiner::adoptRecord() {
    judge_.setReference(std::make_shared<const api::Reference>(record_.reference(*analysis_)));
}

bool Examiner::recordDue(Duration now) const {
    const std::lock_guard lock(mutex_);
    return judges() && record_.readDue(now);
}

void Examiner::learnRecord(const apply::RecordAnswer& answer, const api::ModelDeployment& object,
                           Duration now) {
    const std::lock_guard lock(mutex_);
    record_.learn(answer, object, now);
    if (record_.wanted()) adoptRecord();
}

std::optional<RecordKeeper::Writing> Examiner::takeRecord(Duration now) {
    const std::lock_guard lock(mutex_);
    return record_.take(now);
}

void Examiner::recordWritten(const apply::RecordAnswer& answer, Duration now) {
    const std::lock_guard lock(mutex_);
    if (record_.written(answer, now)) adoptRecord();
}

std::optional<api::ConfigMapKey> Examiner::referenceDue(Duration now) const {
    const std::lock_guard lock(mutex_);
    const bool wanted = judges() && referenceSource_;
    return wanted && referenceReading_.due(now) ? referenceSource_ : std::nullopt;
}

void Examiner::learnReference(const api::ConfigMapKey& source, const ReferenceReading& reading,
                              Duration now) {
    const std::lock_guard lock(mutex_);
    if (source != referenceSource_) return;  // another one was named meanwhile
    if (!referenceReading_.ended(reading.reference.profile.has_value(), reading.failed, now)) return;
    judge_.setReference(std::make_shared<const api::Reference>(reading.reference));
}

std::optional<Examiner::ProfileWish> Examiner::profileWish() const {
    const std::lock_guard lock(mutex_);
    if (!judges() || referenceFile_.empty()) return std::nullopt;
    return ProfileWish{referenceFile_, order_.afterPromotion() ? order_.canary : order_.stable};
}

void Examiner::learnProfile(const std::string& path, const std::shared_ptr<const api::Reference>& known) {
    const std::lock_guard lock(mutex_);
    if (path != referenceFile_ || known == fileKnown_) return;
    if (known && fileKnown_ && *known == *fileKnown_) return;
    fileKnown_ = known;
    judge_.setReference(known ? known : std::make_shared<const api::Reference>());
}

std::optional<api::AccessSource> Examiner::accessDue(Duration now) const {
    const std::lock_guard lock(mutex_);
    return judges() ? accesses_.due(now) : std::nullopt;
}

void Examiner::learnAccess(const api::AccessSource& source, const AccessReading& reading, Duration now) {
    const std::lock_guard lock(mutex_);
    accesses_.learn(source, reading, now);
}

void Examiner::publish() {
    judgement_ = judge_.judgement();
}

std::optional<api::Judgement> Examiner::judgement() {
    const std::lock_guard lock(mutex_);
    std::optional<api::Judgement> out = judgement_;
    if (out) out->state = join(book_, judge_.state());
    return out;
}

std::optional<api::Verdict> Examiner::verdict() const {
    const std::lock_guard lock(mutex_);
    return judgement_ ? std::optional(judgement_->verdict) : std::nullopt;
}

std::map<std::string, api::ModelAnswer> Examiner::modelAnswers() const {
    const std::lock_guard lock(mutex_);
    return answers_;
}

}  // namespace serin::runtime
