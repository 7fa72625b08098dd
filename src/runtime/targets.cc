#include "runtime/targets.h"

#include <algorithm>

namespace serin::runtime {
namespace {

bool canBeAsked(const api::Endpoint& endpoint, const api::Runtime& runtime) {
    return endpoint.ready && !runtime.readyPath.empty() && runtime.ports.http > 0;
}

signals::Target targetOf(const api::Endpoint& endpoint, const api::Runtime& runtime, signals::Arm arm,
                         bool ask) {
    signals::Target target;
    target.podUid = endpoint.podUid;
    target.podName = endpoint.podName;
    target.address = endpoint.address;
    target.metricsPort = runtime.ports.metrics;
    target.metricsPath = runtime.metricsPath;
    target.metricsHttps = runtime.metricsHttps;
    target.readyPort = runtime.ports.http;
    target.readyPath = runtime.readyPath;
    target.askModel = ask && canBeAsked(endpoint, runtime);
    target.arm = arm;
    target.ready = endpoint.ready;
    return target;
}

const api::Runtime& runtimeOf(const std::string& revision, const KnownRuntimes& runtimes) {
    const auto known = runtimes.byRevision.find(revision);
    return known == runtimes.byRevision.end() ? runtimes.other : known->second;
}

}  // namespace

std::vector<signals::Target> judgedTargets(const api::JudgeOrder& order,
                                           const std::vector<std::string>& askModel, const api::Split& split,
                                           const KnownRuntimes& runtimes) {
    std::vector<signals::Target> targets;
    if (order.mode == api::JudgeMode::Off) return targets;
    for (const auto& [revision, version] : split.versions) {
        const bool canary = !order.canary.empty() && revision == order.canary;
        if (!canary && revision != order.stable) continue;
        const bool ask = std::ranges::find(askModel, revision) != askModel.end();
        const auto arm = canary ? signals::Arm::Canary : signals::Arm::Stable;
        for (const api::Endpoint& endpoint : version.endpoints) {
            targets.push_back(targetOf(endpoint, runtimeOf(revision, runtimes), arm, ask));
        }
    }
    return targets;
}

std::vector<signals::Target> askedTargets(const std::vector<std::string>& askModel, const api::Split& split,
                                          const KnownRuntimes& runtimes) {
    std::vector<signals::Target> targets;
    for (const std::string& revision : askModel) {
        const auto version = split.versions.find(revision);
        if (version == split.versions.end()) continue;
        for (const api::Endpoint& endpoint : version->second.endpoints) {
            const api::Runtime& runtime = runtimeOf(revision, runtimes);
            if (!canBeAsked(endpoint, runtime)) continue;
            targets.push_back(targetOf(endpoint, runtime, signals::Arm::Canary, true));
        }
    }
    return targets;
}

}  // namespace serin::runtime
