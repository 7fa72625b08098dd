#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/http.h"
#include "base/result.h"

namespace serin::sources {

// What MLflow's REST API answers (mlflow/protos/service.proto, model_registry.proto, mlflow_artifacts.proto).
// Each reader is Invalid where the answer is not JSON of that kind; texts that are absent are empty.

struct RegisteredVersion {
    std::string name;
    std::string version;
    std::string status;  // READY, PENDING_REGISTRATION, FAILED_REGISTRATION
    std::string statusMessage;
    std::string run;
};
// Of registered-models/alias and model-versions/get.
Result<RegisteredVersion> readVersion(std::string_view body);
// The highest version of registered-models/get-latest-versions; NotFound where it lists none.
Result<RegisteredVersion> readLatest(std::string_view body);

// Of model-versions/get-download-uri.
Result<std::string> readArtifactUri(std::string_view body);

struct Run {
    std::string artifactUri;
    std::string commit;               // of the tag mlflow.source.git.commit
    std::vector<std::string> models;  // ids of the models that it logged
};
// Of runs/get.
Result<Run> readRun(std::string_view body);

struct LoggedModel {
    std::string name;
    std::string artifactUri;
    std::string status;  // LOGGED_MODEL_READY, LOGGED_MODEL_PENDING, LOGGED_MODEL_UPLOAD_FAILED
    std::string run;
};
// Of logged-models/ID, since MLflow 3.
Result<LoggedModel> readLoggedModel(std::string_view body);

struct Artifact {
    std::string path;  // relative to the folder that was listed
    bool folder = false;
    uint64_t size = 0;  // bytes

    bool operator==(const Artifact&) const = default;
};
// Of mlflow-artifacts/artifacts. A folder that does not exist is an empty one.
Result<std::vector<Artifact>> readArtifacts(std::string_view body);

// What MLflow says in an answer that is an error.
std::string mlflowWords(const HttpResponse& answer);

// Whether an answer that is an error is MLflow's own word, by the error_code of its JSON
// (mlflow/protos/databricks.proto), that there is no such thing or that what was said can never be. A proxy
// before it, and MLflow while it starts, answer 404 and 400 too.
bool isRefusalOfMlflow(const HttpResponse& answer);

}  // namespace serin::sources
