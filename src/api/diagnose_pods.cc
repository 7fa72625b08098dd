#include <algorithm>
#include <utility>
#include <vector>

#include "api/codec.h"
#include "api/container_trouble.h"
#include "api/json_read.h"
#include "api/pod_template.h"
#include "base/text.h"

namespace serin::api {

using nlohmann::json;

namespace {

constexpr size_t kMostTroublesShown = 2;

const json* conditionOf(const json& podStatus, const char* type) {
    for (const json& condition : listAt(podStatus, "conditions")) {
        if (textAt(condition, "type") == type) return &condition;
    }
    return nullptr;
}

bool isFalse(const json* condition) {
    return condition != nullptr && textAt(*condition, "status") == "False";
}

// The scheduler's sentence about the nodes, without what follows about resource claims and preemption.
std::string schedulersWords(const json& condition) {
    std::string message = textAt(condition, "message", textAt(condition, "reason"));
    for (const char* rest : {" no new claims to deallocate", " preemption:"}) {
        message.resize(std::min(message.size(), message.find(rest)));
    }
    return oneLine(message);
}

std::string probeText(const json& container) {
    const json& probe = objectAt(container, "readinessProbe");
    const json& get = objectAt(probe, "httpGet");
    if (get.empty()) return probe.empty() ? std::string() : " (readiness probe)";
    const std::string port = textAt(get, "port", std::to_string(integerAt(get, "port")));
    return cat(" (readiness probe GET ", textAt(get, "path", "/"), " on port ", port, ")");
}

// A container that runs and is not ready: only its probe knows why.
Trouble notReady(const json& podSpec, const json& status) {
    if (find(objectAt(status, "state"), "running") == nullptr || flagAt(status, "ready")) return {};
    const std::string name = textAt(status, "name");
    if (!flagAt(status, "started", true)) {
        return {Trouble::NotReady,
                cat("not ready: container ", name, " runs, but has not passed its startup probe")};
    }
    const json* container = containerNamed(podSpec, name);
    const std::string probe = container == nullptr ? std::string() : probeText(*container);
    const bool asksForModel = probe.find("/models/") != std::string::npos;
    return {Trouble::NotReady,
            asksForModel ? cat("not ready: the model is not ready yet", probe)
                         : cat("not ready: container ", name, " runs, but is not ready yet", probe)};
}

Trouble gateTrouble(const json& pod) {
    for (const json& gate : listAt(objectAt(pod, "spec"), "readinessGates")) {
        const std::string type = textAt(gate, "conditionType");
        const json* condition = conditionOf(objectAt(pod, "status"), type.c_str());
        if (condition == nullptr || textAt(*condition, "status") != "True") {
            return {Trouble::NotReady, cat("not ready: the readiness gate ", type, " is not true")};
        }
    }
    return {};
}

std::vector<std::string> volumeImagesOf(const json& podSpec) {
    std::vector<std::string> out;
    for (const json& volume : listAt(podSpec, "volumes")) {
        std::string image = textAt(objectAt(volume, "image"), "reference");
        if (!image.empty()) out.push_back(std::move(image));
    }
    return out;
}

void keepWorse(Trouble& worst, Trouble other) {
    if (other.rank < worst.rank) worst = std::move(other);
}

Trouble podTrouble(const json& pod) {
    const json& spec = objectAt(pod, "spec");
    const json& status = objectAt(pod, "status");
    const json* ready = conditionOf(status, "Ready");
    if (find(objectAt(pod, "metadata"), "deletionTimestamp") != nullptr) return {};
    if (ready != nullptr && textAt(*ready, "status") == "True") return {};
    const std::vector<std::string> volumeImages = volumeImagesOf(spec);
    Trouble worst;
    if (textAt(status, "phase") == "Failed" && !textAt(status, "reason").empty()) {
        worst = {Trouble::Failing, cat("the pod failed (", textAt(status, "reason"),
                                       "): ", oneLine(textAt(status, "message")))};
    }
    const json* scheduled = conditionOf(status, "PodScheduled");
    if (isFalse(scheduled)) keepWorse(worst, {Trouble::Unschedulable, schedulersWords(*scheduled)});
    for (const json& init : listAt(status, "initContainerStatuses")) {
        const bool done = find(objectAt(init, "state"), "terminated") != nullptr &&
                          integerAt(objectAt(objectAt(init, "state"), "terminated"), "exitCode") == 0;
        if (done) continue;
        keepWorse(worst, containerTrouble(init, volumeImages));
        if (find(objectAt(init, "state"), "running") != nullptr && !flagAt(init, "ready") &&
            !flagAt(init, "started")) {
            keepWorse(worst, {Trouble::NotReady,
                              cat("not ready: init container ", textAt(init, "name"), " has not finished")});
        }
    }
    for (const json& container : listAt(status, "containerStatuses")) {
        keepWorse(worst, containerTrouble(container, volumeImages));
        keepWorse(worst, notReady(spec, container));
    }
    keepWorse(worst, gateTrouble(pod));
    return worst;
}

}  // namespace

std::string diagnosePods(const json& podList) {
    std::vector<std::pair<Trouble, int>> troubles;  // each with the number of pods that have it
    for (const json& pod : listAt(podList, "items")) {
        Trouble trouble = podTrouble(pod);
        if (trouble.rank == Trouble::None) continue;
        const auto same = std::find_if(troubles.begin(), troubles.end(),
                                       [&](const auto& entry) { return entry.first.text == trouble.text; });
        if (same == troubles.end()) {
            troubles.emplace_back(std::move(trouble), 1);
        } else {
            ++same->second;
        }
    }
    std::stable_sort(troubles.begin(), troubles.end(), [](const auto& a, const auto& b) {
        return std::pair(a.first.rank, -a.second) < std::pair(b.first.rank, -b.second);
    });
    std::vector<std::string> texts;
    for (const auto& [trouble, count] : troubles) {
        if (texts.size() < kMostTroublesShown) texts.push_back(trouble.text);
    }
    return join(texts, "; ");
}

}  // namespace serin::api
