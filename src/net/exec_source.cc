#include "net/exec_source.h"

#include <utility>

#include "base/text.h"
#include "net/command.h"
#include "net/surroundings.h"

namespace serin::net {
namespace {

constexpr Duration kBetweenRuns = std::chrono::seconds(5);

}  // namespace

ExecSource::ExecSource(const kube::ClusterConfig& config, const Clock& clock)
    : config_(config), clock_(clock) {}

Error ExecSource::failure(ErrorCode code, const std::string& why) const {
    return {code, cat("credential plugin '", config_.exec->command, "': ", why)};
}

Result<kube::ExecCredential> ExecSource::run(const std::stop_token& stop) const {
    const kube::ExecPlugin& plugin = *config_.exec;
    Result<std::string> ca = config_.ca.text;
    if (plugin.provideClusterInfo && !config_.ca.file.empty()) ca = readFile(config_.ca.file);
    if (!ca) return ca.error();
    Command command{plugin.command, plugin.arguments, plugin.environment};
    command.environment.emplace_back("KUBERNETES_EXEC_INFO", kube::execInfo(config_, *ca));
    const Result<CommandOutput> ran = runCommand(command, {}, stop);
    if (!ran && ran.error().code == ErrorCode::NotFound) {
        const std::string& hint = plugin.installHint;
        return failure(ErrorCode::Unavailable,
                       cat("there is no such program", hint.empty() ? "" : cat("; ", hint)));
    }
    if (!ran) return failure(ran.error().code, ran.error().message);
    if (ran->status != 0) {
        const std::string_view said = trim(ran->errors);
        return failure(ErrorCode::Unavailable,
                       cat("it ended with ", ran->status, said.empty() ? "" : cat(": ", said)));
    }
    Result<kube::ExecCredential> credential = kube::parseExecCredential(ran->output, plugin.apiVersion);
    if (!credential) return failure(ErrorCode::Unavailable, credential.error().message);
    return credential;
}

Result<kube::ExecCredential> ExecSource::credential(const std::stop_token& stop) {
    const std::lock_guard lock(mutex_);
    const bool expired = credential_ && credential_->expires && clock_.wall() >= *credential_->expires;
    if (credential_ && !dropped_ && !expired) return *credential_;
    const Duration now = clock_.sinceBoot();
    if (ranAt_ && now - *ranAt_ < kBetweenRuns) {
        if (lastFailure_) return *lastFailure_;
        return *credential_;
    }
    Result<kube::ExecCredential> fresh = run(stop);
    if (!fresh && fresh.error().code == ErrorCode::Stopped) return fresh;
    ranAt_ = now;
    lastFailure_.reset();
    if (!fresh) {
        lastFailure_ = fresh.error();
        return fresh;
    }
    credential_ = *fresh;
    dropped_ = false;
    return fresh;
}

void ExecSource::drop() {
    const std::lock_guard lock(mutex_);
    dropped_ = true;
}

}  // namespace serin::net
