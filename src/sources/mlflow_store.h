#pragma once

#include <memory>
#include <string>

#include "sources/store.h"

namespace serin::sources {

// Models of an MLflow tracking server that hands artifacts out itself (--serve-artifacts, its default).
//
// A version of the registry is a number, but its artifacts are files that anybody who may log can write over.
// The id is therefore "mlflow:NAME/VERSION sha256:…" (or "mlflow:runs/RUN/PATH sha256:…") over the paths and
// sizes of the chosen files and the bytes of the MLmodel among them. That much the server tells: its listing
// has no digests, and its ETags change with the method and the machine. MLmodel has an id and a time of its
// own, so that a model that was logged again is seen; whoever writes other bytes of the same length into one
// file by hand is not.
//
// Credentials: MLFLOW_TRACKING_TOKEN, or MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD. They go over
// plain HTTP where the person states the endpoint so.
Result<std::unique_ptr<Store>> makeMlflowStore(const Credentials& credentials, Exchange& exchange);

// The header Authorization of those credentials, as openingOf() makes it.
Result<std::string> mlflowOpening(const Credentials& credentials);

}  // namespace serin::sources
