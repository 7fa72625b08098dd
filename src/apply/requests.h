#pragma once

#include <functional>
#include <optional>
#include <string>

#include "api/observed.h"
#include "api/plan.h"
#include "base/http.h"
#include "kube/request.h"

namespace serin::apply {

// Bodies that another folder builds (routing).
struct Bodies {
    std::function<std::string(const api::ModelDeployment&, const api::CreateService&)> createService;
    // A merge patch with uid and resourceVersion in it.
    std::function<std::string(const api::ModelDeployment&, const api::RouteService&)> routeService;
    std::string fetchImage{};     // of the init container that loads a model from its source
    std::string fetchGitImage{};  // of the same, where the source is a Git repository
};

// The object that an intent is about.
struct Subject {
    std::string kind;
    std::string name;
};
Subject subjectOf(const api::ModelDeployment& object, const api::Intent& intent);

// "scale ReplicaSet fraud-3kq9x2m7ta to 3", for logs and dry runs.
std::string describe(const api::ModelDeployment& object, const api::Intent& intent);

bool isCreation(const api::Intent& intent);
bool isDeletion(const api::Intent& intent);

// The one request that carries an intent out. Creations are checked strictly; everything else names the uid
// and resourceVersion it was planned from, so that the API server refuses what was planned from an old view.
HttpRequest requestFor(const api::ModelDeployment& object, const api::Intent& intent,
                       const kube::RequestBuilder& requests, const Bodies& bodies);

// Reads the object that has the name of one that could not be created.
HttpRequest readExisting(const api::ModelDeployment& object, const api::Intent& intent,
                         const kube::RequestBuilder& requests);

}  // namespace serin::apply
