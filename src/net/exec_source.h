#pragma once

#include <mutex>
#include <optional>
#include <stop_token>

#include "base/clock.h"
#include "base/result.h"
#include "kube/cluster_config.h"
#include "kube/exec_credential.h"

namespace serin::net {

// Credentials of a client-go credential plugin. It is run when there are none, when those it gave have
// expired, and after drop(); but not within five seconds of its last run, whatever came of that, so that a
// server that refuses everybody does not make us start programs without end. Thread-safe: while it runs, the
// others wait for its answer.
class ExecSource {
  public:
    // Precondition: config.exec. `clock` outlives it.
    ExecSource(const kube::ClusterConfig& config, const Clock& clock);

    // Fails with the plugin's name, why, the end of what it wrote to standard error, and its installHint when
    // it is not there.
    Result<kube::ExecCredential> credential(const std::stop_token& stop);
    // The server refused them.
    void drop();

  private:
    Result<kube::ExecCredential> run(const std::stop_token& stop) const;
    Error failure(ErrorCode code, const std::string& why) const;

    kube::ClusterConfig config_;
    const Clock& clock_;
    std::mutex mutex_;
    std::optional<kube::ExecCredential> credential_;
    std::optional<Error> lastFailure_;
    std::optional<Duration> ranAt_;
    bool dropped_ = false;
};

}  // namespace serin::net
