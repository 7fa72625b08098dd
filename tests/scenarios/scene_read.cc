#include <array>
#include <utility>

#include "api/codec.h"
#include "api/enum_names.h"
#include "api/names.h"
#include "api/spec_codec.h"
#include "base/text.h"
#include "scene.h"

namespace serin::scenarios {
namespace {

std::string textIn(const Json& map, const char* key, const std::string& fallback = {}) {
    if (!map.contains(key)) return fallback;
    if (!map[key].is_string()) throw BadTable(cat(key, " is no text"));
    return map[key].get<std::string>();
}

std::map<std::string, std::string> textsIn(const Json& map, const char* key) {
    std::map<std::string, std::string> texts;
    if (!map.contains(key)) return texts;
    for (const auto& [name, value] : map[key].items()) texts[name] = value.get<std::string>();
    return texts;
}

api::JudgeMode modeNamed(const std::string& name) {
    if (name == "Off") return api::JudgeMode::Off;
    if (name == "Evaluate") return api::JudgeMode::Evaluate;
    if (name == "Compare") return api::JudgeMode::Compare;
    if (name == "Soak") return api::JudgeMode::Soak;
    if (name == "Watch") return api::JudgeMode::Watch;
    if (name == "Record") return api::JudgeMode::Record;
    throw BadTable(cat("there is no judge's mode \"", name, "\""));
}

std::optional<api::ModelAnswer> answerNamed(const std::string& name) {
    if (name == "Unasked") return std::nullopt;
    if (name == "Ready") return api::ModelAnswer::Ready;
    if (name == "NotReady") return api::ModelAnswer::NotReady;
    if (name == "CannotConnect") return api::ModelAnswer::CannotConnect;
    if (name == "Silent") return api::ModelAnswer::Silent;
    throw BadTable(cat("there is no answer \"", name, "\""));
}

api::Verdict verdictIn(const Json& map, api::Verdict fallback) {
    if (!map.contains("verdict")) return fallback;
    const auto verdict = api::verdictNamed(textIn(map, "verdict"));
    if (!verdict) throw BadTable(cat("there is no verdict ", map["verdict"].dump()));
    return *verdict;
}

api::MetricVerdict metricOf(const Json& written) {
    checkKeys(written, {"name", "guard", "verdict", "message", "samples"}, "judgement.metrics[]");
    api::MetricVerdict metric;
    metric.name = textIn(written, "name");
    metric.guard = written.value("guard", true);
    metric.verdict = verdictIn(written, api::Verdict::Continue);
    metric.message = textIn(written, "message");
    metric.samples = written.value("samples", uint64_t{0});
    return metric;
}

// What a short word for a judgement says.
api::Judgement judgementNamed(const std::string& name) {
    api::Judgement said;
    said.calm = said.warm = true;
    said.canaryRequestsInStep = 1000;
    if (name == "good") {
        said.safe = true;
        said.verdict = api::Verdict::Safe;
        said.headline = "errors are alike";
    } else if (name == "calm") {
        said.headline = "errors are alike so far";
    } else if (name == "harm") {
        said.harm = true;
        said.calm = false;
        said.verdict = api::Verdict::Harm;
        said.headline = "canary errs 4.1 % against 0.5 %";
    } else {
        throw BadTable(cat("there is no judgement \"", name, "\"; use good, calm, harm or a map"));
    }
    return said;
}

api::DataDrift dataDriftOf(const Json& written) {
    checkKeys(written, {"state", "message", "trouble", "recording"}, "judgement.dataDrift");
    api::DataDrift drift;
    const std::string state = textIn(written, "state");
    if (state != "Unknown" && state != "Within" && state != "Drifted")
        throw BadTable(cat("there is no state \"", state, "\" of data; use Unknown, Within or Drifted"));
    if (state == "Within") drift.state = api::DataState::Within;
    if (state == "Drifted") drift.state = api::DataState::Drifted;
    drift.message = textIn(written, "message");
    drift.trouble = textIn(written, "trouble");
    drift.recording = written.value("recording", false);
    return drift;
}

void readOrder(const Json& written, api::JudgeOrder& order) {
    checkKeys(written, {"mode", "stable", "canary", "attempt", "step", "stepStartedAt", "without"},
              "judgement.about");
    order.mode = modeNamed(textIn(written, "mode", "Compare"));
    order.stable = textIn(written, "stable", "v1");
    order.canary = textIn(written, "canary", "v2");
    order.attempt = written.value("attempt", 1);
    order.step = written.value("step", 0);
    order.without = textIn(written, "without");
    if (written.contains("stepStartedAt"))
        order.stepStartedAt = momentOf(written["stepStartedAt"], "stepStartedAt");
}

}  // namespace

Scene::Scene(const Json& given) {
    checkKeys(
        given,
        {"at", "recordedAt", "spec", "wants", "generation", "annotations", "deleting", "status", "versions",
         "selects", "mainService", "judgement", "refusals", "diagnosis", "drainDelay", "look", "told"},
        "given");
    if (given.contains("at")) at_ = momentOf(given["at"], "at");
    if (given.contains("recordedAt")) recordedAt_ = momentOf(given["recordedAt"], "recordedAt");
    readObject(given);
    if (given.contains("versions")) {
        for (const auto& [revision, written] : given["versions"].items()) readVersion(revision, written);
    }
    readMainService(given);
    if (given.contains("refusals")) readRefusals(given["refusals"]);
    if (given.contains("diagnosis")) {
        const Json& written = given["diagnosis"];
        checkKeys(written, {"revision", "message", "at"}, "diagnosis");
        diagnosis_ = api::Diagnosis{textIn(written, "revision"), textIn(written, "message"),
                                    momentOf(written.at("at"), "diagnosis.at")};
    }
    if (given.contains("judgement")) readJudgement(given["judgement"]);
    if (given.contains("look")) readLook(given["look"]);
    if (given.contains("told")) {
        const Json& written = given["told"];
        checkKeys(written, {"problem", "over", "news"}, "told");
        told_ = api::RegistryAnswer{textIn(written, "news"), textIn(written, "problem"),
                                    written.value("over", true)};
    }
    if (given.contains("drainDelay")) drainDelay_ = momentOf(given["drainDelay"], "drainDelay") - kStart;
}

void Scene::readObject(const Json& given) {
    const std::string wants = textIn(given, "wants", "v1");
    Json spec = given.value("spec", Json::object());
    checkSchema(spec, resourceSchema()["properties"]["spec"], "spec");
    if (!spec["model"].contains("version") && !spec["model"].contains("source"))
        spec["model"]["version"] = wants;
    Json body = {{"metadata",
                  {{"name", "fraud"}, {"namespace", "ml"}, {"uid", "uid-fraud"}, {"resourceVersion", "7"}}},
                 {"spec", spec}};
    body["metadata"]["generation"] = given.value("generation", 2);
    if (given.contains("annotations")) body["metadata"]["annotations"] = given["annotations"];
    if (given.value("deleting", false)) body["metadata"]["deletionTimestamp"] = formatTime(at_);
    if (given.contains("status")) {
        checkSchema(given["status"], resourceSchema()["properties"]["status"], "status");
        body["status"] = withMoments(given["status"]);
        Json& status = body["status"];
        // So that no hash has to be known.
        if (status.contains("source") && status["source"].value("written", "") == "now")
            status["source"]["written"] = api::revisionOf(spec);
    }
    auto object = api::decodeModelDeployment(body);
    if (!object) throw BadTable(object.error().message);
    object_ = std::move(object).value();
    object_.spec.revision = wants;
    adoptSource();
}

void Scene::adoptSource() {
    api::Spec& spec = object_.spec;
    if (!spec.source) return;
    const auto& known = object_.status.source;
    spec.unresolved = !known || known->written != spec.written;
    spec.revision = spec.unresolved ? "" : known->model.version;
    spec.modelId = spec.unresolved ? "" : known->model.id;
    spec.model.version = spec.revision;
}

void Scene::readLook(const Json& written) {
    checkKeys(written, {"found", "reason", "message", "refresh", "about"}, "look");
    api::SourceLook look;
    look.written = textIn(written, "about", object_.spec.written);
    look.refresh = textIn(written, "refresh");
    look.reason = textIn(written, "reason");
    look.message = textIn(written, "message");
    const std::string version = textIn(written, "found");
    if (!version.empty())
        look.model = api::ResolvedModel{cat("mlflow:fraud/", version), version, {}, 5, 1204};
    look_ = look;
}

void Scene::readVersion(const std::string& revision, const Json& written) {
    Version version;
    version.label = revision;
    if (written.is_number_integer()) {
        version.wanted = version.pods = version.ready = written.get<int>();
        versions_[revision] = version;
        return;
    }
    checkKeys(written,
              {"replicaSet", "service", "replicas", "pods", "ready", "endpoints", "reachable", "owner",
               "deleting", "failure", "version", "createdAt", "model"},
              cat("versions.", revision));
    version.hasReplicaSet = written.value("replicaSet", true);
    version.hasService = written.value("service", true);
    version.wanted = written.value("replicas", 0);
    version.pods = written.value("pods", version.wanted);
    version.ready = written.value("ready", version.pods);
    version.broken = version.pods > 0 && version.ready == 0;
    if (written.contains("endpoints")) version.endpoints = written["endpoints"].get<int>();
    if (written.contains("reachable")) version.reachable = written["reachable"].get<int>();
    version.owner = textIn(written, "owner", version.owner);
    version.deleting = written.value("deleting", false);
    version.failure = textIn(written, "failure");
    version.label = textIn(written, "version", revision);
    if (written.contains("createdAt")) version.createdAt = momentOf(written["createdAt"], "createdAt");
    version.model = answerNamed(textIn(written, "model", "Ready"));
    versions_[revision] = version;
}

void Scene::readMainService(const Json& given) {
    const std::string selects = textIn(given, "selects", "none");
    if (selects == "none") {
        if (given.contains("mainService")) throw BadTable("mainService without selects");
        return;
    }
    const Json written = given.value("mainService", Json::object());
    checkKeys(written, {"owner", "ports", "annotations", "deleting"}, "mainService");
    api::Service main;
    main.meta = metaOf("fraud", textIn(written, "owner", "uid-fraud"));
    main.meta.annotations = textsIn(written, "annotations");
    main.meta.deleting = written.value("deleting", false);
    if (selects != "*") main.selector[api::kRevisionLabel] = selects;
    main.ports = object_.spec.ports;
    if (written.contains("ports")) {
        main.ports.clear();
        for (const auto& [name, port] : written["ports"].items())
            main.ports.push_back({name, port.get<int>(), 0});
    }
    main_ = main;
}

void Scene::readRefusals(const Json& list) {
    for (const Json& written : list) {
        checkKeys(written, {"kind", "name", "revision", "nameTaken", "message", "at"}, "refusals[]");
        api::Refusal refusal;
        refusal.kind = textIn(written, "kind", "ReplicaSet");
        refusal.name = textIn(written, "name");
        refusal.revision = textIn(written, "revision");
        refusal.nameTaken = written.value("nameTaken", false);
        refusal.message = textIn(written, "message");
        refusal.at = momentOf(written.at("at"), "refusals[].at");
        refusals_.push_back(refusal);
    }
}

void Scene::readJudgement(const Json& written) {
    if (written.is_string()) {
        judgement_ = judgementNamed(written.get<std::string>());
        return;
    }
    checkKeys(
        written,
        {"like", "about", "verdict", "harm", "calm", "safe", "warm", "starved", "requests", "noDataSince",
         "holding", "headline", "warning", "unreachable", "suspect", "metrics", "dataDrift", "state"},
        "judgement");
    api::Judgement said = judgementNamed(textIn(written, "like", "good"));
    said.verdict = verdictIn(written, said.verdict);
    const std::array<std::pair<const char*, bool*>, 5> flags{{{"harm", &said.harm},
                                                              {"calm", &said.calm},
                                                              {"safe", &said.safe},
                                                              {"warm", &said.warm},
                                                              {"starved", &said.starved}}};
    for (const auto& [key, flag] : flags) *flag = written.value(key, *flag);
    said.canaryRequestsInStep = written.value("requests", said.canaryRequestsInStep);
    if (written.contains("noDataSince")) said.noDataSince = momentOf(written["noDataSince"], "noDataSince");
    said.holding = textIn(written, "holding");
    said.headline = textIn(written, "headline", said.headline);
    said.warning = textIn(written, "warning");
    said.unreachable = textIn(written, "unreachable");
    said.suspect = textIn(written, "suspect");
    said.state = textIn(written, "state");
    for (const Json& metric : written.value("metrics", Json::array()))
        said.metrics.push_back(metricOf(metric));
    if (written.contains("dataDrift")) said.dataDrift = dataDriftOf(written["dataDrift"]);
    orderGiven_ = written.contains("about");
    if (orderGiven_) readOrder(written["about"], said.order);
    judgement_ = said;
}

}  // namespace serin::scenarios
