#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sources/calls.h"
#include "sources/mlflow_answers.h"
#include "sources/store.h"

namespace serin::sources {

// What the tracking server of a source's endpoint says. Folders and files are those of its artifacts, by
// their paths there. Errors are those of Store.
class MlflowServer {
  public:
    // `opening`: the header Authorization; empty for none. The exchange outlives it.
    MlflowServer(const Credentials& credentials, std::string opening, Exchange& exchange);
    // Not copied: its calls know its credentials.
    MlflowServer(const MlflowServer&) = delete;
    MlflowServer& operator=(const MlflowServer&) = delete;

    // The version that the reference (which is of no run) leads to now.
    Result<RegisteredVersion> versionNow(const api::ModelSource& source) const;
    // The folder of a version of the source's model.
    Result<std::string> folderOfVersion(const api::ModelSource& source, const std::string& version) const;
    // The folder of what a run logged under a path.
    Result<std::string> folderOfRun(const api::ModelSource& source, const std::string& run,
                                    const std::string& path) const;
    // All files below a folder, by their paths within it, ascending.
    Result<std::vector<File>> filesBelow(const api::ModelSource& source, const std::string& folder) const;
    // The commit that a run was made of; empty where it does not say, is gone or may not be read.
    Result<std::string> commitOf(const api::ModelSource& source, const std::string& run) const;
    // The version that an alias of the source's model leads to now. This and what writes end with NotFound
    // and Invalid only where MLflow itself has said so; an answer of anybody else is Unavailable.
    Result<RegisteredVersion> versionOfAlias(const api::ModelSource& source, const std::string& alias) const;
    // Sets a tag of a version of the source's model, or writes it over (model-versions/set-tag).
    Result<void> setTag(const api::ModelSource& source, const std::string& version, const std::string& key,
                        const std::string& value) const;
    // Points an alias of the source's model to that version (registered-models/alias).
    Result<void> setAlias(const api::ModelSource& source, const std::string& alias,
                          const std::string& version) const;
    // How a file is asked for, and its bytes, for small ones.
    Call callFor(const api::ModelSource& source, const std::string& file) const;
    Result<std::string> contentOf(const api::ModelSource& source, const std::string& file) const;

  private:
    // `path` begins with '/', below the endpoint.
    Call callOf(const api::ModelSource& source, const std::string& path) const;
    template <typename T>
    Result<T> ask(const api::ModelSource& source, const std::string& path,
                  Result<T> (*read)(std::string_view)) const;
    // JSON that MLflow answers, or the Error of versionOfAlias.
    Result<std::string> ownAnswer(const Call& call) const;
    // Writes with this body, in JSON.
    Result<void> tell(const api::ModelSource& source, const std::string& path, std::string body) const;
    Result<std::string> folderOf(const api::ModelSource& source, const std::string& uri) const;
    Result<std::string> folderOfLogged(const api::ModelSource& source, const Run& run,
                                       const std::string& path) const;
    Result<std::vector<Artifact>> list(const api::ModelSource& source, const std::string& folder) const;

    Credentials credentials_;
    std::string opening_;
    Calls calls_;
};

}  // namespace serin::sources
