#include "sources/mlflow_answers.h"

#include <charconv>

#include "base/text.h"
#include "sources/json_answer.h"

namespace serin::sources {
namespace {

using nlohmann::json;

RegisteredVersion versionOf(const json& object) {
    return {api::textAt(object, "name"), api::textAt(object, "version"), api::textAt(object, "status"),
            api::textAt(object, "status_message"), api::textAt(object, "run_id")};
}

// Zero where it is no number that MLflow gives.
int64_t numberOf(const std::string& version) {
    int64_t out = 0;
    const char* const end = version.data() + version.size();
    const auto [stopped, error] = std::from_chars(version.data(), end, out);
    return error == std::errc() && stopped == end && out > 0 ? out : 0;
}

}  // namespace

Result<RegisteredVersion> readVersion(std::string_view body) {
    const Result<json> answer = readJson(body);
    if (!answer) return answer.error();
    RegisteredVersion out = versionOf(api::objectAt(*answer, "model_version"));
    if (numberOf(out.version) == 0) return invalid("its answer names no version");
    return out;
}

Result<RegisteredVersion> readLatest(std::string_view body) {
    const Result<json> answer = readJson(body);
    if (!answer) return answer.error();
    RegisteredVersion out;
    for (const json& one : api::listAt(*answer, "model_versions")) {
        RegisteredVersion version = versionOf(one);
        if (numberOf(version.version) == 0) return invalid("its answer has a version without a number");
        if (numberOf(version.version) > numberOf(out.version)) out = std::move(version);
    }
    if (out.version.empty()) return Error{ErrorCode::NotFound, "it has no such version"};
    return out;
}

Result<std::string> readArtifactUri(std::string_view body) {
    const Result<json> answer = readJson(body);
    if (!answer) return answer.error();
    std::string out = api::textAt(*answer, "artifact_uri");
    if (out.empty()) return invalid("its answer says of no place where the artifacts are");
    return out;
}

Result<Run> readRun(std::string_view body) {
    const Result<json> answer = readJson(body);
    if (!answer) return answer.error();
    const json& run = api::objectAt(*answer, "run");
    Run out;
    out.artifactUri = api::textAt(api::objectAt(run, "info"), "artifact_uri");
    for (const json& tag : api::listAt(api::objectAt(run, "data"), "tags")) {
        if (api::textAt(tag, "key") == "mlflow.source.git.commit") out.commit = api::textAt(tag, "value");
    }
    for (const json& model : api::listAt(api::objectAt(run, "outputs"), "model_outputs")) {
        out.models.push_back(api::textAt(model, "model_id"));
    }
    if (out.artifactUri.empty()) return invalid("its answer says of no place where the artifacts are");
    return out;
}

Result<LoggedModel> readLoggedModel(std::string_view body) {
    const Result<json> answer = readJson(body);
    if (!answer) return answer.error();
    const json& info = api::objectAt(api::objectAt(*answer, "model"), "info");
    LoggedModel out{api::textAt(info, "name"), api::textAt(info, "artifact_uri"), api::textAt(info, "status"),
                    api::textAt(info, "source_run_id")};
    if (out.artifactUri.empty()) return invalid("its answer says of no place where the artifacts are");
    return out;
}

Result<std::vector<Artifact>> readArtifacts(std::string_view body) {
    const Result<json> answer = readJson(body);
    if (!answer) return answer.error();
    if (!answer->is_object()) return invalid("its answer is not a listing");
    std::vector<Artifact> out;
    for (const json& file : api::listAt(*answer, "files")) {
        Artifact artifact{api::textAt(file, "path"), api::flagAt(file, "is_dir"), 0};
        if (!artifact.folder) {
            const std::optional<uint64_t> size = sizeAt(file, "file_size");
            if (!size) return invalid("its listing has a file without a size");
            artifact.size = *size;
        }
        out.push_back(std::move(artifact));
    }
    return out;
}

std::string mlflowWords(const HttpResponse& answer) {
    const json body = json::parse(answer.body, nullptr, false);
    const std::string message = api::textAt(body, "message");
    if (!message.empty()) return message;
    const auto type = answer.headers.find("content-type");
    const bool text = type != answer.headers.end() && type->second.starts_with("text/plain");
    if (answer.status == 403 && answer.body.find("Host") != std::string::npos) {
        return "it does not know the host by which it was asked; start it with --allowed-hosts";
    }
    return text ? answer.body : "";
}

bool isRefusalOfMlflow(const HttpResponse& answer) {
    const json body = json::parse(answer.body, nullptr, false);
    const std::string code = api::textAt(body, "error_code");
    return code == "RESOURCE_DOES_NOT_EXIST" || code == "INVALID_PARAMETER_VALUE";
}

}  // namespace serin::sources
