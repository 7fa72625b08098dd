#include "apply/applier.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "api/codec.h"
#include "api/names.h"
#include "base/text.h"
#include "kube/object.h"
#include "kube/resource.h"

namespace serin::apply {
namespace {

constexpr Duration kBetweenDiagnoses = std::chrono::seconds(10);

bool succeeded(const HttpResponse& answer) {
    return answer.status >= 200 && answer.status < 300;
}

Ending endingOf(ErrorCode code) {
    switch (code) {
        case ErrorCode::Conflict:
        case ErrorCode::NotFound:
        case ErrorCode::Expired:
            return Ending::Conflict;
        case ErrorCode::Unknown:
            return Ending::Unknown;
        default:
            return Ending::Failed;
    }
}

bool namespaceEnds(const kube::ApiStatus& status) {
    return status.hasCause("NamespaceTerminating");
}

// An answer to a creation that the same request will get again.
bool isRefusal(const kube::ApiStatus& status) {
    const bool client = status.code >= 400 && status.code < 500;
    return client && !status.transient() && status.code != 401 && status.code != 404 && status.code != 409;
}

std::string refusedBecause(const kube::ApiStatus& status) {
    return status.message.empty() ? cat(status.code, ' ', status.reason) : status.message;
}

}  // namespace

Applier::Applier(net::Transport& transport, kube::RequestBuilder requests, Bodies bodies, MayWrite mayWrite,
                 const Clock& clock, Logger& log)
    : transport_(transport),
      requests_(std::move(requests)),
      bodies_(std::move(bodies)),
      mayWrite_(std::move(mayWrite)),
      clock_(clock),
      log_(log) {}

Outcome Applier::apply(const api::ModelDeployment& object, const api::Plan& plan,
                       const std::optional<api::Diagnosis>& lastDiagnosis, std::stop_token stop) const {
    Job job{object, lastDiagnosis, std::move(stop), {}};
    const bool clean = first(job, plan.actionsFirst);
    if (job.outcome.ending == Ending::Fenced || job.outcome.ending == Ending::Gone) return job.outcome;
    const Outcome before = job.outcome;
    job.outcome.ending = Ending::Done;
    bool on = !plan.status || writeStatus(job, *plan.status);
    for (const api::Action& action : plan.actions) {
        if (!on) break;
        on = act(job, action);
    }
    // The first failure is what the next plan must overcome.
    if (!clean) {
        job.outcome.ending = before.ending;
        job.outcome.message = before.message;
        job.outcome.retryAfter = before.retryAfter;
    }
    return job.outcome;
}

bool Applier::first(Job& job, const std::vector<api::Action>& actions) const {
    for (const api::Action& action : actions) {
        if (act(job, action)) continue;
        log_.warning("a return to the stable version could not be written at once",
                     {{"namespace", job.object.meta.ns},
                      {"name", job.object.meta.name},
                      {"error", job.outcome.message}});
        return false;
    }
    return true;
}

bool Applier::writeStatus(Job& job, const api::Status& status) const {
    const api::Meta& meta = job.object.meta;
    const kube::Resource& resource = kube::modelDeployments();
    const auto answer =
        send(job, "writing the status",
             requests_.applyStatus(resource, meta.ns, meta.name, api::statusBody(job.object, status)));
    if (!answer) return false;
    if (!succeeded(*answer)) return failed(job, "writing the status", *answer);
    wrote(job, {resource.kind, meta.name}, *answer);
    job.outcome.statusWritten = true;
    return true;
}

bool Applier::act(Job& job, const api::Action& action) const {
    if (isCreation(action.intent)) return create(job, action);
    const HttpRequest request = requestFor(job.object, action.intent, requests_, bodies_);
    if (const auto* pods = std::get_if<api::DiagnosePods>(&action.intent))
        return diagnose(job, *pods, request);
    const std::string what = describe(job.object, action.intent);
    const auto answer = send(job, what, request);
    if (!answer) return false;
    const bool alreadyGone = answer->status == 404 && isDeletion(action.intent);
    if (!succeeded(*answer) && !alreadyGone) return failed(job, what, *answer);
    // Pods are not watched: nobody would ever see the write.
    if (!std::holds_alternative<api::DeletePod>(action.intent)) {
        wrote(job, subjectOf(job.object, action.intent), *answer);
    }
    return true;
}

bool Applier::create(Job& job, const api::Action& action) const {
    const std::string what = describe(job.object, action.intent);
    const auto answer = send(job, what, requestFor(job.object, action.intent, requests_, bodies_));
    if (!answer) return false;
    if (succeeded(*answer)) {
        wrote(job, subjectOf(job.object, action.intent), *answer);
        return true;
    }
    const kube::ApiStatus status = kube::parseStatus(*answer);
    if (status.is("AlreadyExists")) return exists(job, action);
    if (namespaceEnds(status)) return fail(job, Ending::Gone, cat(what, ": the namespace is ending"));
    if (isRefusal(status)) return refuse(job, action.intent, false, refusedBecause(status));
    return failed(job, what, *answer);
}

// Our own earlier creation, whose answer was lost or whose event has not come yet, is as good as a new one.
bool Applier::exists(Job& job, const api::Action& action) const {
    const std::string what = describe(job.object, action.intent);
    const auto answer = send(job, what, readExisting(job.object, action.intent, requests_));
    if (!answer) return false;
    if (!succeeded(*answer)) return failed(job, what, *answer);
    const Result<kube::Object> found = kube::Object::parse(answer->body);
    if (!found) return fail(job, Ending::Unknown, cat(what, ": ", found.error().message));
    if (found->controller().uid != job.object.meta.uid) {
        return refuse(job, action.intent, true, "an object of this name exists and is not ours");
    }
    if (found->deleting())
        return fail(job, Ending::Conflict, cat(what, ": the one before is still being deleted"));
    wrote(job, subjectOf(job.object, action.intent), *answer);
    return true;
}

// What cannot be read is a finding too; it must not keep other actions from being done.
bool Applier::diagnose(Job& job, const api::DiagnosePods& intent, const HttpRequest& request) const {
    const Timestamp now = clock_.wall();
    const auto& last = job.lastDiagnosis;
    if (last && last->revision == intent.revision && now >= last->at && now < last->at + kBetweenDiagnoses)
        return true;
    const Result<HttpResponse> answer =
        kube::expectSuccess("the pods cannot be read", transport_.send(request, job.stop));
    if (!answer && answer.error().code == ErrorCode::Stopped)
        return fail(job, Ending::Failed, answer.error().message);
    api::Diagnosis diagnosis{intent.revision, answer ? "" : answer.error().message, now};
    if (answer) {
        const nlohmann::json pods = nlohmann::json::parse(answer->body, nullptr, false);
        diagnosis.message = pods.is_discarded() ? "the list of pods is no JSON" : api::diagnosePods(pods);
    }
    job.outcome.diagnosis = std::move(diagnosis);
    return true;
}

std::optional<HttpResponse> Applier::send(Job& job, const std::string& what,
                                          const HttpRequest& request) const {
    if (!mayWrite_()) {
        fail(job, Ending::Fenced, cat(what, ": this process does not lead"));
        return std::nullopt;
    }
    Result<HttpResponse> answer = transport_.send(request, job.stop);
    if (answer) return std::move(answer).value();
    fail(job, endingOf(answer.error().code), cat(what, ": ", answer.error().message));
    return std::nullopt;
}

bool Applier::fail(Job& job, Ending ending, std::string message) const {
    job.outcome.ending = ending;
    job.outcome.message = std::move(message);
    return false;
}

bool Applier::failed(Job& job, const std::string& what, const HttpResponse& answer) const {
    const kube::ApiStatus status = kube::parseStatus(answer);
    if (namespaceEnds(status)) return fail(job, Ending::Gone, cat(what, ": the namespace is ending"));
    const Error error = kube::toError(what, status);
    job.outcome.retryAfter = status.retryAfter;
    return fail(job, endingOf(error.code), error.message);
}

bool Applier::refuse(Job& job, const api::Intent& intent, bool nameTaken, const std::string& message) const {
    const Subject subject = subjectOf(job.object, intent);
    api::Refusal refusal;
    refusal.name = subject.name;
    refusal.kind = subject.kind;
    if (const auto* set = std::get_if<api::CreateReplicaSet>(&intent)) refusal.revision = set->revision;
    refusal.nameTaken = nameTaken;
    refusal.message = message;
    refusal.at = clock_.wall();
    job.outcome.refusals.push_back(std::move(refusal));
    return fail(job, Ending::Refused, cat(describe(job.object, intent), ": ", message));
}

void Applier::wrote(Job& job, const Subject& subject, const HttpResponse& answer) const {
    const Result<kube::Object> object = kube::Object::parse(answer.body);
    job.outcome.writes.push_back({subject.kind, subject.name, object ? object->resourceVersion() : ""});
}

}  // namespace serin::apply
