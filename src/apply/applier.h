#pragma once

#include <functional>
#include <optional>
#include <stop_token>

#include "api/observed.h"
#include "api/plan.h"
#include "apply/outcome.h"
#include "apply/requests.h"
#include "base/clock.h"
#include "base/log.h"
#include "kube/request.h"
#include "kube/status.h"
#include "net/transport.h"

namespace serin::apply {

// Carries plans out, one request after the other: actionsFirst (a failure of these is logged and does not
// keep the status from being written), the status, the actions. Stops at the first failure of the status or
// of an action; the next plan begins anew. Holds no state; safe to call from several threads at once.
class Applier {
  public:
    // Asked before each write; false: nothing more may be written (the lease is lost or never was ours).
    using MayWrite = std::function<bool()>;

    // The transport, the clock and the log outlive it.
    Applier(net::Transport& transport, kube::RequestBuilder requests, Bodies bodies, MayWrite mayWrite,
            const Clock& clock, Logger& log);

    // `lastDiagnosis`: what was learnt before; pods are not read again within 10 s of it.
    Outcome apply(const api::ModelDeployment& object, const api::Plan& plan,
                  const std::optional<api::Diagnosis>& lastDiagnosis, std::stop_token stop) const;

  private:
    struct Job {
        const api::ModelDeployment& object;
        const std::optional<api::Diagnosis>& lastDiagnosis;
        std::stop_token stop;
        Outcome outcome;
    };
    // Each returns whether to go on; when not, the outcome says why.
    bool first(Job& job, const std::vector<api::Action>& actions) const;
    bool writeStatus(Job& job, const api::Status& status) const;
    bool act(Job& job, const api::Action& action) const;
    bool create(Job& job, const api::Action& action) const;
    bool exists(Job& job, const api::Action& action) const;
    bool diagnose(Job& job, const api::DiagnosePods& intent, const HttpRequest& request) const;

    std::optional<HttpResponse> send(Job& job, const std::string& what, const HttpRequest& request) const;
    bool fail(Job& job, Ending ending, std::string message) const;
    bool failed(Job& job, const std::string& what, const HttpResponse& answer) const;
    bool refuse(Job& job, const api::Intent& intent, bool nameTaken, const std::string& message) const;
    void wrote(Job& job, const Subject& subject, const HttpResponse& answer) const;

    net::Transport& transport_;
    kube::RequestBuilder requests_;
    Bodies bodies_;
    MayWrite mayWrite_;
    const Clock& clock_;
    Logger& log_;
};

}  // namespace serin::apply
