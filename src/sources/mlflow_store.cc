#include "sources/mlflow_store.h"

#include "api/registered_version.h"
#include "base/sha256.h"
#include "base/shorten.h"
#include "base/text.h"
#include "sources/listing.h"
#include "sources/mlflow_server.h"
#include "sources/mlmodel.h"
#include "sources/opening.h"

namespace serin::sources {
namespace {

constexpr size_t kLongestMlmodel = size_t{1} << 20;
constexpr size_t kLongestName = 150;
constexpr std::string_view kDigest = " sha256:";

// Where a model's files are, and what is known of it beside them.
struct Found {
    std::string id;      // without the digest
    std::string folder;  // in the server's artifacts
    std::string version;
    std::string run;
};

class MlflowStore : public Store {
  public:
    MlflowStore(const Credentials& credentials, std::string opening, Exchange& exchange)
        : server_(credentials, std::move(opening), exchange) {}

    Result<Resolution> resolve(const api::ModelSource& source, Timestamp) override;
    Result<bool> stillMeans(const api::ModelSource& source, const api::ResolvedModel& known,
                            Timestamp) override;
    Result<std::vector<File>> files(const api::ModelSource& source, const std::string& id,
                                    Timestamp) override;
    Result<Download> download(const api::ModelSource& source, const std::string& id, const File& file,
                              Timestamp) override;

  private:
    struct Read {
        std::vector<File> files;
        Mlmodel card;
    };

    Result<Found> findNow(const api::ModelSource& source) const;
    Result<Found> findRegistered(const api::ModelSource& source, const RegisteredVersion& version) const;
    Result<Found> findOfRun(const api::ModelSource& source) const;
    Result<Found> findById(const api::ModelSource& source, const std::string& id) const;
    Result<Read> readFolder(const api::ModelSource& source, const std::string& folder) const;

    MlflowServer server_;
};

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

Result<Found> MlflowStore::findRegistered(const api::ModelSource& source,
                                          const RegisteredVersion& version) const {
    if (const Result<void> ready = checkReady(version); !ready) return ready.error();
    const Result<std::string> folder = server_.folderOfVersion(source, version.version);
    if (!folder) return folder.error();
    return Found{api::registeredIdOf(source.reference.name, version.version), *folder, version.version,
                 version.run};
}

Result<Found> MlflowStore::findOfRun(const api::ModelSource& source) const {
    const api::SourceReference& reference = source.reference;
    const Result<std::string> folder = server_.folderOfRun(source, reference.name, reference.path);
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
    RegisteredVersion version;
    version.version = api::registeredVersionOf(source.reference.name, id);
    if (version.version.empty()) {
        return invalid(cat("'", plainly(id), "' is no id of a model of ", source.uri));
    }
    return findRegistered(source, version);
}

// A listing comes folder by folder, so that it is read twice: what is written in between shows.
Result<MlflowStore::Read> MlflowStore::readFolder(const api::ModelSource& source,
                                                  const std::string& folder) const {
    const Result<std::vector<File>> before = server_.filesBelow(source, folder);
    if (!before) return before.error();
    Result<std::vector<File>> files = chosen(*before, source, cat("the folder ", folder, " of MLflow"));
    if (!files) return files.error();
    Read out;
    for (File& file : *files) {
        if (file.path != "MLmodel" || file.size > kLongestMlmodel) continue;
        const Result<std::string> content = server_.contentOf(source, cat(folder, "/", file.path));
        if (!content) return content.error();
        if (content->size() != file.size) {
            return Error{ErrorCode::Unavailable, cat("MLmodel in ", folder, " changes while it is read")};
        }
        file.sha256 = sha256Hex(*content);
        out.card = readMlmodel(*content);
    }
    const Result<std::vector<File>> after = server_.filesBelow(source, folder);
    if (!after) return after.error();
    if (*after != *before) {
        return Error{ErrorCode::Unavailable, cat("the files in ", folder, " change while they are listed")};
    }
    out.files = std::move(files).value();
    return out;
}

Result<Found> MlflowStore::findNow(const api::ModelSource& source) const {
    if (source.reference.run) return findOfRun(source);
    const Result<RegisteredVersion> version = server_.versionNow(source);
    if (!version) return version.error();
    return findRegistered(source, *version);
}

Result<Resolution> MlflowStore::resolve(const api::ModelSource& source, Timestamp) {
    const Result<Found> found = findNow(source);
    if (!found) return found.error();
    Result<Read> read = readFolder(source, found->folder);
    if (!read) return read.error();
    const Result<std::string> commit = server_.commitOf(source, found->run);
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

Result<bool> MlflowStore::stillMeans(const api::ModelSource& source, const api::ResolvedModel& known,
                                     Timestamp) {
    if (source.reference.run) return false;
    const Result<RegisteredVersion> version = server_.versionNow(source);
    if (!version) return version.error();
    if (const Result<void> ready = checkReady(*version); !ready) return ready.error();
    return known.id.starts_with(cat(api::registeredIdOf(source.reference.name, version->version), kDigest));
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
    const Call call = server_.callFor(source, cat(found->folder, "/", file.path));
    return Download{call.url, call.headers};
}

}  // namespace

Result<std::string> mlflowOpening(const Credentials& credentials) {
    return openingOf(credentials,
                     {"MLFLOW_TRACKING_TOKEN", "MLFLOW_TRACKING_USERNAME", "MLFLOW_TRACKING_PASSWORD"});
}

Result<std::unique_ptr<Store>> makeMlflowStore(const Credentials& credentials, Exchange& exchange) {
    const Result<std::string> opening = mlflowOpening(credentials);
    if (!opening) return opening.error();
    return std::unique_ptr<Store>(std::make_unique<MlflowStore>(credentials, *opening, exchange));
}

}  // namespace serin::sources
