#include "runtime/startup.h"

#include <charconv>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "kube/discovery.h"
#include "kube/resource.h"
#include "kube/status.h"

namespace serin::runtime {
namespace {

constexpr auto kBetween = std::chrono::seconds(3);

// "30+" of some providers is 30.
int leadingNumber(const std::string& text) {
    int value = -1;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

HttpRequest plainGet(const std::string& target) {
    HttpRequest request;
    request.target = target;
    request.headers["accept"] = "application/json";
    request.timeout = std::chrono::seconds(10);
    return request;
}

ClusterState notReady(const Error& error) {
    if (error.code == ErrorCode::Stopped) return {Readiness::Stopped, error.message};
    return {Readiness::Unreachable, error.message};
}

// Which kinds besides ModelDeployments the API server does not serve (aggregated APIs can be away), in words;
// empty when all are there, or when it cannot say.
Result<std::string> missingKinds(net::Transport& transport, const std::stop_token& stop) {
    const std::vector<kube::Resource> wanted{kube::replicaSets(), kube::endpointSlices(), kube::leases(),
                                             kube::events()};
    const auto document = kube::expectSuccess("discovery", transport.send(kube::aggregatedDiscovery(), stop));
    if (!document) {
        const bool unknown = document.error().code == ErrorCode::Invalid ||
                             document.error().code == ErrorCode::NotFound ||
                             document.error().code == ErrorCode::Forbidden;
        return unknown ? Result<std::string>(std::string()) : Result<std::string>(document.error());
    }
    std::vector<std::string> names;
    for (const kube::Resource& one :
         kube::missingFrom(document->body, wanted).value_or(std::vector<kube::Resource>{}))
        names.push_back(cat(one.apiVersion(), ' ', one.plural));
    return join(names, ", ");
}

}  // namespace

HttpRequest versionRequest() {
    return plainGet("/version");
}

Result<std::string> checkVersion(const std::string& body) {
    const nlohmann::json version = nlohmann::json::parse(body, nullptr, false);
    if (!version.is_object()) return Error{ErrorCode::Unavailable, "/version is no JSON object"};
    const auto text = [&](const char* name) {
        const auto found = version.find(name);
        return found != version.end() && found->is_string() ? found->get<std::string>() : std::string();
    };
    const int major = leadingNumber(text("major"));
    const int minor = leadingNumber(text("minor"));
    if (major < 0 || minor < 0) return Error{ErrorCode::Unavailable, "/version has no numbers"};
    if (major < 1 || (major == 1 && minor < kLeastMinor)) {
        return invalid(cat("the API server is Kubernetes ", text("gitVersion"), "; Serin needs 1.",
                           kLeastMinor, " or newer, for its pods stop with a preStop of sleep"));
    }
    return text("gitVersion");
}

ClusterState askCluster(net::Transport& transport, const std::stop_token& stop) {
    const auto version = kube::expectSuccess("the API server", transport.send(versionRequest(), stop));
    if (!version) return notReady(version.error());
    const Result<std::string> checked = checkVersion(version->body);
    if (!checked && checked.error().code == ErrorCode::Invalid)
        return {Readiness::TooOld, checked.error().message};
    if (!checked) return notReady(checked.error());
    const std::string group = cat("/apis/", kube::modelDeployments().apiVersion());
    const auto resources = kube::expectSuccess("discovery", transport.send(plainGet(group), stop));
    if (!resources && resources.error().code == ErrorCode::NotFound) {
        return {Readiness::NoResource,
                "the CustomResourceDefinition modeldeployments.serin.dev is not installed: kubectl apply -f "
                "crds/modeldeployments.serin.dev.yaml, or helm install with crds.install=true"};
    }
    if (!resources) return notReady(resources.error());
    const Result<std::string> missing = missingKinds(transport, stop);
    if (!missing) return notReady(missing.error());
    if (!missing->empty()) return {Readiness::NoResource, cat("the API server does not serve ", *missing)};
    return {Readiness::Ready, *checked};
}

bool awaitCluster(net::Transport& transport, Logger& log, const std::stop_token& stop) {
    std::mutex mutex;
    std::condition_variable_any wake;
    while (!stop.stop_requested()) {
        const ClusterState state = askCluster(transport, stop);
        switch (state.readiness) {
            case Readiness::Ready:
                log.info("the cluster is reachable", {{"kubernetes", state.message}});
                return true;
            case Readiness::TooOld:
                log.error(state.message);
                return false;
            case Readiness::Stopped:
                return false;
            case Readiness::Unreachable:
            case Readiness::NoResource:
                log.warning("waiting for the cluster", {{"reason", state.message}});
                break;
        }
        std::unique_lock lock(mutex);
        wake.wait_for(lock, stop, kBetween, [] { return false; });
    }
    return false;
}

}  // namespace serin::runtime
