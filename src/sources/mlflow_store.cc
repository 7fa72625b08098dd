#include "sources/mlflow_store.h"

#include <deque>

#include "base/percent.h"
#include "base/sha256.h"
#include "base/shorten.h"
#include "base/text.h"
#include "sources/calls.h"
#include "sources/listing.h"
#include "sources/mlflow_answers.h"
#include "sources/mlmodel.h"
#include "sources/opening.h"

namespace serin::sources {
namespace {

constexpr size_t kMostFolders = 2'000;
constexpr size_t kLongestMlmodel = size_t{1} << 20;
constexpr size_t kLongestName = 150;
constexpr std::string_view kDigest = " sha256:";
constexpr std::string_view kProxied = "mlflow-artifacts:/";

// Where a model's files are, and what is known of it beside them.
struct Found {
    std::string id;      // without the digest
    std::string folder;  // in the server's artifacts
    std::string version;
    std::string run;
};

// The listing of a folder and all below it.
struct Tree {
    std::vector<File> files;

    bool operator==(const Tree&) const = default;
};

class MlflowStore : public Store {
  public:
    MlflowStore(const Credentials& credentials, std::string opening, Exchange& exchange)
        : credentials_(credentials),
          opening_(std::move(opening)),
          calls_(exchange, credentials_, mlflowWords) {}

    Result<Resolution> resolve(const api::ModelSource& source, Timestamp) override;
    Result<std::vector<File>> files(const api::ModelSource& source, const std::string& id,
                                    Timestamp) override;
    Result<Download> download(const api::ModelSource& source, const std::string& id, const File& file,
                              Timestamp) override;

  private:
    struct Read {
        std::vector<File> files;
        Mlmodel card;
    };

    // `path` begins with '/', below the endpoint.
    Call callOf(const api::ModelSource& source, const std::string& path) const;
    template <typename T>
    Result<T> ask(const api::ModelSource& source, const std::string& path,
                  Result<T> (*read)(std::string_view)) const;
    Result<RegisteredVersion> versionNow(const api::ModelSource& source) const;
    Result<Found> findRegistered(const api::ModelSource& source, const RegisteredVersion& version) const;
    Result<Found> findOfRun(const api::ModelSource& source) const;
    Result<Found> findById(const api::ModelSource& source, const std::string& id) const;
    Result<std::string> folderOf(const api::ModelSource& source, const std::string& uri) const;
    Result<std::string> folderOfRun(const api::ModelSource& source, const std::string& run,
                                    const std::string& path) const;
    Result<std::vector<Artifact>> list(const api::ModelSource& source, const std::string& folder) const;
    Result<Tree> walk(const api::ModelSource& source, const std::string& folder) const;
    Result<Read> readFolder(const api::ModelSource& source, const std::string& folder) const;
    Result<std::string> commitOf(const api::ModelSource& source, const std::string& run) const;

    Credentials credentials_;
    std::string opening_;
    Calls calls_;
};

std::string escaped(const std::string& text) {
    return percentEncode(text);
}

std::string escapedPath(const std::string& path) {
    return percentEncode(path, "-._~/");
}

Call MlflowStore::callOf(const api::ModelSource& source, const std::string& path) const {
    Call out;
    out.url = cat(source.endpoint, path);
    if (!opening_.empty()) out.headers["authorization"] = opening_;
    return out;
}

template <typename T>
Result<T> MlflowStore::ask(const api::ModelSource& source, const std::string& path,
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

Result<RegisteredVersion> MlflowStore::versionNow(const api::ModelSource& source) const {
    const api::SourceReference& reference = source.reference;
    const std::string name = cat("name=", escaped(reference.name));
    if (reference.alias) {
        auto out =
            ask(source, cat("mlflow/registered-models/alias?", name, "&alias=", escaped(reference.selector)),
                readVersion);
        // MLflow answers 400 where the model has no such alias.
        if (!out && out.error().code == ErrorCode::Invalid &&
            out.error().message.find("alias") != std::string::npos &&
            out.error().message.find("not found") != std::string::npos) {
            return Error{ErrorCode::NotFound, out.error().message};
        }
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

Result<void> checkReady(const RegisteredVersion& version) {
    if (version.status.empty() || version.status == "READY") return {};
    const std::string words =
        version.statusMessage.empty() ? "" : cat(" (", plainly(version.statusMessage), ")");
    // The registry sets it as soon as the files are there.
    const bool pending = version.status == "PENDING_REGISTRATION";
    return Error{pending ? ErrorCode::Unavailable : ErrorCode::Invalid,
                 cat("version ", version.version, " of ", plainly(version.name), " is ",
                     plainly(version.status), words, " and not READY")};
}

std::string idOf(const std::string& name, const std::string& version) {
    return cat("mlflow:", shortened(name, kLongestName), "/", version);
}

Result<Found> MlflowStore::findRegistered(const api::ModelSource& source,
                                          const RegisteredVersion& version) const {
    if (const Result<void> ready = checkReady(version); !ready) return ready.error();
    const std::string& name = source.reference.name;
    const Result<std::string> uri =
        ask(source,
            cat("mlflow/model-versions/get-download-uri?name=", escaped(name), "&version=", version.version),
            readArtifactUri);
    if (!uri) return uri.error();
    const Result<std::string> folder = folderOf(source, *uri);
    if (!folder) return folder.error();
    return Found{idOf(name, version.version), *folder, version.version, version.run};
}

Result<Found> MlflowStore::findOfRun(const api::ModelSource& source) const {
    const api::SourceReference& reference = source.reference;
    const Result<std::string> folder = folderOfRun(source, reference.name, reference.path);
    if (!folder) return folder.error();
    return Found{cat("mlflow:runs/", shortened(cat(reference.name, "/", reference.path), kLongestName)),
                 *folder, reference.name.substr(0, 12), reference.name};
}

// What the id says of the version counts, and not where the reference leads now.
Result<Found> MlflowStore::findById(const api::ModelSource& source, const std::string& id) const {
    const size_t digest = id.rfind(kDigest);
    if (!id.starts_with("mlflow:") || digest == std::string::npos) {
        return invalid(cat("'", plainly(id), "' is no id of a model of MLflow"));
    }
    if (source.reference.run) return findOfRun(source);
    const std::string of = id.substr(0, digest);
    const size_t slash = of.rfind('/');
    RegisteredVersion version;
    version.version = slash == std::string::npos ? "" : of.substr(slash + 1);
    if (idOf(source.reference.name, version.version) != of || version.version.empty() ||
        version.version.find_first_not_of("0123456789") != std::string::npos) {
        return invalid(cat("'", plainly(id), "' is no id of a model of ", source.uri));
    }
    return findRegistered(source, version);
}

// Where the files are in the server's artifacts, for the URIs that it gives.
Result<std::string> MlflowStore::folderOf(const api::ModelSource& source, const std::string& uri) const {
    if (uri.starts_with(kProxied) && !uri.starts_with("mlflow-artifacts://")) {
        std::string out = uri.substr(kProxied.size());
        while (out.ends_with('/')) out.pop_back();
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
        if (model->artifactUri.starts_with("models:")) return invalid("MLflow's artifacts lead in a circle");
        return folderOf(source, model->artifactUri);
    }
    return invalid(cat("the artifacts are at ", plainly(uri),
                       ", which this tracking server does not hand out itself; start it with "
                       "--serve-artifacts, or state that place as the source"));
}

// Models of MLflow 3 are not among their run's artifacts: the run names them.
Result<std::string> MlflowStore::folderOfRun(const api::ModelSource& source, const std::string& run,
                                             const std::string& path) const {
    const auto told = ask(source, cat("mlflow/runs/get?run_id=", escaped(run)), readRun);
    if (!told) return told.error();
    if (told->artifactUri.starts_with("runs:")) return invalid("MLflow's artifacts lead in a circle");
    const Result<std::string> folder =
        folderOf(source, path.empty() ? told->artifactUri : cat(told->artifactUri, "/", path));
    if (!folder) return folder.error();
    const auto listed = list(source, *folder);
    if (!listed) return listed.error();
    if (!listed->empty()) return folder;
    std::string out;
    for (const std::string& id : told->models) {
        const auto model = ask(source, cat("mlflow/logged-models/", escaped(id)), readLoggedModel);
        if (!model) return model.error();
        if (model->name != path) continue;
        if (!out.empty()) {
            return invalid(cat("run ", plainly(run), " logged more than one model named ", plainly(path),
                               "; register the one that is meant, and state its version"));
        }
        if (model->status != "LOGGED_MODEL_READY") {
            return Error{ErrorCode::Unavailable,
                         cat("the model ", plainly(path), " of run ", plainly(run), " is ",
                             plainly(model->status), " and not LOGGED_MODEL_READY")};
        }
        out = model->artifactUri;
    }
    if (out.empty()) return folder;  // whose listing is empty, as reading it will say
    if (out.starts_with("runs:") || out.starts_with("models:")) {
        return invalid("MLflow's artifacts lead in a circle");
    }
    return folderOf(source, out);
}

Result<std::vector<Artifact>> MlflowStore::list(const api::ModelSource& source,
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

Result<Tree> MlflowStore::walk(const api::ModelSource& source, const std::string& folder) const {
    Tree out;
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
                out.files.push_back({path, artifact.size, "", ""});
            }
        }
        if (out.files.size() > kMostFiles)
            return invalid(cat(folder, " has more than ", kMostFiles, " files"));
    }
    return out;
}

// A listing comes folder by folder, so that it is read twice: what is written in between shows.
Result<MlflowStore::Read> MlflowStore::readFolder(const api::ModelSource& source,
                                                  const std::string& folder) const {
    const Result<Tree> before = walk(source, folder);
    if (!before) return before.error();
    Result<std::vector<File>> files = chosen(before->files, source, cat("the folder ", folder, " of MLflow"));
    if (!files) return files.error();
    Read out;
    for (File& file : *files) {
        if (file.path != "MLmodel" || file.size > kLongestMlmodel) continue;
        const Call call = callOf(
            source, cat("/api/2.0/mlflow-artifacts/artifacts/", escapedPath(cat(folder, "/", file.path))));
        const Result<HttpResponse> answer = calls_.ask(call);
        if (!answer) return answer.error();
        if (answer->body.size() != file.size) {
            return Error{ErrorCode::Unavailable, cat("MLmodel in ", folder, " changes while it is read")};
        }
        file.sha256 = sha256Hex(answer->body);
        out.card = readMlmodel(answer->body);
    }
    const Result<Tree> after = walk(source, folder);
    if (!after) return after.error();
    if (*after != *before) {
        return Error{ErrorCode::Unavailable, cat("the files in ", folder, " change while they are listed")};
    }
    out.files = std::move(files).value();
    return out;
}

// Empty where the run is gone or may not be read.
Result<std::string> MlflowStore::commitOf(const api::ModelSource& source, const std::string& run) const {
    if (run.empty()) return std::string();
    const auto told = ask(source, cat("mlflow/runs/get?run_id=", escaped(run)), readRun);
    if (told) return plainly(told->commit);
    const bool gone = told.error().code == ErrorCode::NotFound || told.error().code == ErrorCode::Forbidden;
    return gone ? Result<std::string>(std::string()) : Result<std::string>(told.error());
}

Result<Resolution> MlflowStore::resolve(const api::ModelSource& source, Timestamp) {
    Result<Found> found = invalid("");
    if (source.reference.run) {
        found = findOfRun(source);
    } else {
        const Result<RegisteredVersion> version = versionNow(source);
        if (!version) return version.error();
        found = findRegistered(source, *version);
    }
    if (!found) return found.error();
    Result<Read> read = readFolder(source, found->folder);
    if (!read) return read.error();
    const Result<std::string> commit = commitOf(source, found->run);
    if (!commit) return commit.error();
    Resolution out;
    out.model.id = cat(found->id, kDigest, digestOf(read->files));
    out.model.version = found->version;
    out.model.lineage = {found->run.empty() ? read->card.run : plainly(found->run), *commit,
                         read->card.signature, read->card.created};
    out.model.files = read->files.size();
    out.model.bytes = bytesOf(read->files);
    out.files = std::move(read->files);
    return out;
}

Result<std::vector<File>> MlflowStore::files(const api::ModelSource& source, const std::string& id,
                                             Timestamp) {
    const Result<Found> found = findById(source, id);
    if (!found) return found.error();
    Result<Read> read = readFolder(source, found->folder);
    if (!read) return read.error();
    const std::string now = cat(found->id, kDigest, digestOf(read->files));
    if (now != id) {
        return invalid(cat("the artifacts of ", found->id,
                           " have changed since they were resolved: now it is ", now, ", and wanted is ",
                           plainly(id)));
    }
    return std::move(read->files);
}

Result<Download> MlflowStore::download(const api::ModelSource& source, const std::string& id,
                                       const File& file, Timestamp) {
    if (!isSafePath(file.path)) return invalid("a file has a path that no folder may hold");
    const Result<Found> found = findById(source, id);
    if (!found) return found.error();
    const Call call = callOf(
        source, cat("/api/2.0/mlflow-artifacts/artifacts/", escapedPath(cat(found->folder, "/", file.path))));
    return Download{call.url, call.headers};
}

}  // namespace

Result<std::unique_ptr<Store>> makeMlflowStore(const Credentials& credentials, Exchange& exchange) {
    const Result<std::string> opening = openingOf(
        credentials, {"MLFLOW_TRACKING_TOKEN", "MLFLOW_TRACKING_USERNAME", "MLFLOW_TRACKING_PASSWORD"});
    if (!opening) return opening.error();
    return std::unique_ptr<Store>(std::make_unique<MlflowStore>(credentials, *opening, exchange));
}

}  // namespace serin::sources
