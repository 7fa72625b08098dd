#include "sources/mlflow_server.h"

#include <algorithm>
#include <deque>
#include <nlohmann/json.hpp>

#include "base/percent.h"
#include "base/text.h"
#include "sources/json_answer.h"
#include "sources/listing.h"

namespace serin::sources {
namespace {

constexpr size_t kMostFolders = 2'000;
constexpr std::string_view kProxied = "mlflow-artifacts:/";
constexpr const char* kCircle = "MLflow's artifacts lead in a circle";

std::string escaped(const std::string& text) {
    return percentEncode(text);
}

// Bytes that are no UTF-8 are replaced, for JSON has none.
std::string jsonText(const nlohmann::json& value) {
    return value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

// MLflow answers 400 where the model has no such alias.
bool isAliasGone(const Error& error) {
    return error.code == ErrorCode::Invalid && error.message.find("alias") != std::string::npos &&
           error.message.find("not found") != std::string::npos;
}

std::string aliasQuery(const std::string& model, const std::string& alias) {
    return cat("mlflow/registered-models/alias?name=", escaped(model), "&alias=", escaped(alias));
}

std::string escapedPath(const std::string& path) {
    return percentEncode(path, "-._~/");
}

}  // namespace

MlflowServer::MlflowServer(const Credentials& credentials, std::string opening, Exchange& exchange)
    : credentials_(credentials), opening_(std::move(opening)), calls_(exchange, credentials_, mlflowWords) {}

Call MlflowServer::callOf(const api::ModelSource& source, const std::string& path) const {
    Call out;
    out.url = cat(source.endpoint, path);
    if (!opening_.empty()) out.headers["authorization"] = opening_;
    return out;
}

Call MlflowServer::callFor(const api::ModelSource& source, const std::string& file) const {
    return callOf(source, cat("/api/2.0/mlflow-artifacts/artifacts/", escapedPath(file)));
}

Result<std::string> MlflowServer::contentOf(const api::ModelSource& source, const std::string& file) const {
    Result<HttpResponse> answer = calls_.ask(callFor(source, file));
    if (!answer) return answer.error();
    return std::move(answer).value().body;
}

template <typename T>
Result<T> MlflowServer::ask(const api::ModelSource& source, const std::string& path,
                            Result<T> (*read)(std::string_view)) const {
    if (source.endpoint.empty()) {
        return invalid("a model of MLflow needs the endpoint of the tracking server; state source.endpoint");
    }
    const Call call = callOf(source, cat("/api/2.0/", path));
    const Result<HttpResponse> answer = calls_.ask(call);
    if (!answer) return answer.error();
    Result<T> out = read(answer->body);
    if (out) return out;
    return Error{out.error().code,
                 cat("GET ", call.url.substr(0, call.url.find('?')), ": ", out.error().message)};
}

// A proxy that answers with a page of its own has not told MLflow, and may let it be asked later.
Result<std::string> MlflowServer::ownAnswer(const Call& call) const {
    Result<HttpResponse> answer = calls_.answerTo(call);
    if (!answer) return Error{ErrorCode::Unavailable, answer.error().message};
    if (answer->status < 200 || answer->status >= 300) {
        Error error = calls_.refusal(call, *answer);
        const bool final = error.code == ErrorCode::NotFound || error.code == ErrorCode::Invalid;
        if (final && !isRefusalOfMlflow(*answer)) error.code = ErrorCode::Unavailable;
        return error;
    }
    if (const auto read = readJson(answer->body); !read) {
        return Error{ErrorCode::Unavailable, cat(call.method, " ", call.url.substr(0, call.url.find('?')),
                                                 ": ", read.error().message)};
    }
    return std::move(answer).value().body;
}

Result<void> MlflowServer::tell(const api::ModelSource& source, const std::string& path,
                                std::string body) const {
    Call call = callOf(source, cat("/api/2.0/mlflow/", path));
    call.method = "POST";
    call.headers["content-type"] = "application/json";
    call.body = std::move(body);
    call.follow = false;
    const Result<std::string> answer = ownAnswer(call);
    return answer ? Result<void>() : Result<void>(answer.error());
}

Result<void> MlflowServer::setTag(const api::ModelSource& source, const std::string& version,
                                  const std::string& key, const std::string& value) const {
    return tell(
        source, "model-versions/set-tag",
        jsonText({{"name", source.reference.name}, {"version", version}, {"key", key}, {"value", value}}));
}

Result<void> MlflowServer::setAlias(const api::ModelSource& source, const std::string& alias,
                                    const std::string& version) const {
    return tell(source, "registered-models/alias",
                jsonText({{"name", source.reference.name}, {"alias", alias}, {"version", version}}));
}

Result<RegisteredVersion> MlflowServer::versionOfAlias(const api::ModelSource& source,
                                                       const std::string& alias) const {
    const Call call = callOf(source, cat("/api/2.0/", aliasQuery(source.reference.name, alias)));
    const Result<std::string> answer = ownAnswer(call);
    if (!answer && isAliasGone(answer.error())) return Error{ErrorCode::NotFound, answer.error().message};
    if (!answer) return answer.error();
    Result<RegisteredVersion> version = readVersion(*answer);
    if (version) return version;
    return Error{ErrorCode::Unavailable,
                 cat("GET ", call.url.substr(0, call.url.find('?')), ": ", version.error().message)};
}

Result<RegisteredVersion> MlflowServer::versionNow(const api::ModelSource& source) const {
    const api::SourceReference& reference = source.reference;
    const std::string name = cat("name=", escaped(reference.name));
    if (reference.alias) {
        auto out = ask(source, aliasQuery(reference.name, reference.selector), readVersion);
        if (!out && isAliasGone(out.error())) return Error{ErrorCode::NotFound, out.error().message};
        return out;
    }
    if (reference.selector == "latest") {
        return ask(source, cat("mlflow/registered-models/get-latest-versions?", name), readLatest);
    }
    if (reference.selector.find_first_not_of("0123456789") == std::string::npos) {
        return ask(source, cat("mlflow/model-versions/get?", name, "&version=", reference.selector),
                   readVersion);
    }
    return ask(source,
               cat("mlflow/registered-models/get-latest-versions?", name, "&stages=", reference.selector),
               readLatest);
}

Result<std::string> MlflowServer::folderOfVersion(const api::ModelSource& source,
                                                  const std::string& version) const {
    const Result<std::string> uri =
        ask(source,
            cat("mlflow/model-versions/get-download-uri?name=", escaped(source.reference.name),
                "&version=", version),
            readArtifactUri);
    if (!uri) return uri.error();
    return folderOf(source, *uri);
}

// Where the files are in the server's artifacts, for the URIs that it gives.
Result<std::string> MlflowServer::folderOf(const api::ModelSource& source, const std::string& uri) const {
    if (uri.starts_with(kProxied) && !uri.starts_with("mlflow-artifacts://")) {
        std::string out = withoutTrailing(uri.substr(kProxied.size()), '/');
        if (isSafePath(out)) return out;
        return invalid(cat("MLflow says that the artifacts are at '", plainly(uri), "', which is no folder"));
    }
    if (uri.starts_with("runs:/")) {
        const std::string rest = uri.substr(6);
        const size_t slash = rest.find('/');
        const std::string path = slash == std::string::npos ? "" : rest.substr(slash + 1);
        return folderOfRun(source, rest.substr(0, slash), path);
    }
    if (uri.starts_with("models:/m-")) {
        const auto model = ask(source, cat("mlflow/logged-models/", escaped(uri.substr(8))), readLoggedModel);
        if (!model) return model.error();
        if (model->artifactUri.starts_with("models:")) return invalid(kCircle);
        return folderOf(source, model->artifactUri);
    }
    return invalid(cat("the artifacts are at ", plainly(uri),
                       ", which this tracking server does not hand out itself; start it with "
                       "--serve-artifacts, or state that place as the source"));
}

Result<std::string> MlflowServer::folderOfRun(const api::ModelSource& source, const std::string& run,
                                              const std::string& path) const {
    const auto told = ask(source, cat("mlflow/runs/get?run_id=", escaped(run)), readRun);
    if (!told) return told.error();
    if (told->artifactUri.starts_with("runs:")) return invalid(kCircle);
    const Result<std::string> folder =
        folderOf(source, path.empty() ? told->artifactUri : cat(told->artifactUri, "/", path));
    if (!folder) return folder.error();
    const auto listed = list(source, *folder);
    if (!listed) return listed.error();
    if (!listed->empty()) return folder;
    const Result<std::string> logged = folderOfLogged(source, *told, path);
    // An empty folder is one that does not exist, as reading it will say.
    return logged && logged->empty() ? folder : logged;
}

// Models of MLflow 3 are not among their run's artifacts: the run names them. Empty where none has the name.
Result<std::string> MlflowServer::folderOfLogged(const api::ModelSource& source, const Run& run,
                                                 const std::string& path) const {
    std::string uri;
    for (const std::string& id : run.models) {
        const auto model = ask(source, cat("mlflow/logged-models/", escaped(id)), readLoggedModel);
        if (!model) return model.error();
        if (model->name != path) continue;
        if (!uri.empty()) {
            return invalid(cat("the run logged more than one model named ", plainly(path),
                               "; register the one that is meant, and state its version"));
        }
        if (model->status != "LOGGED_MODEL_READY") {
            return Error{ErrorCode::Unavailable, cat("the model ", plainly(path), " of the run is ",
                                                     plainly(model->status), " and not LOGGED_MODEL_READY")};
        }
        uri = model->artifactUri;
    }
    if (uri.starts_with("runs:") || uri.starts_with("models:")) return invalid(kCircle);
    return uri.empty() ? Result<std::string>(uri) : folderOf(source, uri);
}

Result<std::vector<Artifact>> MlflowServer::list(const api::ModelSource& source,
                                                 const std::string& folder) const {
    auto out = ask(source, cat("mlflow-artifacts/artifacts?path=", escaped(folder)), readArtifacts);
    if (!out) return out;
    for (const Artifact& artifact : *out) {
        if (!isSafePath(artifact.path)) {
            return invalid(
                cat("MLflow lists '", plainly(artifact.path), "' in ", folder, ", which no folder may hold"));
        }
    }
    return out;
}

Result<std::vector<File>> MlflowServer::filesBelow(const api::ModelSource& source,
                                                   const std::string& folder) const {
    std::vector<File> out;
    std::deque<std::string> left{""};
    for (size_t folders = 0; !left.empty(); ++folders) {
        if (folders == kMostFolders) return invalid(cat(folder, " has more than ", kMostFolders, " folders"));
        const std::string below = left.front();
        left.pop_front();
        const auto listed = list(source, below.empty() ? folder : cat(folder, "/", below));
        if (!listed) return listed.error();
        for (const Artifact& artifact : *listed) {
            const std::string path = below.empty() ? artifact.path : cat(below, "/", artifact.path);
            if (!isSafePath(path)) return invalid(cat("the path of ", plainly(path), " is too long"));
            if (artifact.folder) {
                left.push_back(path);
            } else {
                out.push_back({path, artifact.size, "", ""});
            }
        }
        if (out.size() > kMostFiles) return invalid(cat(folder, " has more than ", kMostFiles, " files"));
    }
    std::ranges::sort(out, {}, &File::path);
    return out;
}

Result<std::string> MlflowServer::commitOf(const api::ModelSource& source, const std::string& run) const {
    if (run.empty()) return std::string();
    const auto told = ask(source, cat("mlflow/runs/get?run_id=", escaped(run)), readRun);
    if (told) return plainly(told->commit);
    const bool gone = told.error().code == ErrorCode::NotFound || told.error().code == ErrorCode::Forbidden;
    return gone ? Result<std::string>(std::string()) : Result<std::string>(told.error());
}

}  // namespace serin::sources
