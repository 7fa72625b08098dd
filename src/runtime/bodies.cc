#include "runtime/bodies.h"

#include <utility>

#include "routing/routing.h"

namespace serin::runtime {

apply::Bodies bodies(std::string fetchImage, std::string fetchGitImage) {
    apply::Bodies out;
    out.fetchImage = std::move(fetchImage);
    out.fetchGitImage = std::move(fetchGitImage);
    out.createService = [](const api::ModelDeployment& object, const api::CreateService& intent) {
        return intent.main ? routing::mainServiceBody(object, intent.revision)
                           : routing::revisionServiceBody(object, intent.revision);
    };
    out.routeService = [](const api::ModelDeployment& object, const api::RouteService& intent) {
        return routing::routePatch(object, intent.revision, intent.uid, intent.resourceVersion,
                                   intent.annotations);
    };
    return out;
}

}  // namespace serin::runtime
