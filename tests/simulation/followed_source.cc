#include "followed_source.h"

#include "base/text.h"
#include "planner_process.h"

namespace serin::simulation {

using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

constexpr Duration kInterval = seconds(10);

}  // namespace

void nameSource(api::Spec& spec) {
    spec.source.emplace().uri = "mlflow://fraud@champion";
    spec.source->follow = kInterval;
    spec.written = "as written first";
}

void adoptSource(api::ModelDeployment& object) {
    api::Spec& spec = object.spec;
    if (!spec.source) return;
    const auto& known = object.status.source;
    spec.unresolved = !known || known->written != spec.written;
    spec.revision = spec.unresolved ? "" : known->model.version;
    spec.modelId = spec.unresolved ? "" : known->model.id;
    spec.model.version = spec.revision;
}

void PlannerProcess::follow(uint64_t life) {
    if (life != life_ || !alive_) return;
    timeline_.after(kInterval + milliseconds(random_.between(-1000, 1000)), [this, life] { follow(life); });
    if (timeline_.now() >= adversity_.standsStillUntil && view_->exists) look();
}

void PlannerProcess::look() {
    const auto answer = [this, life = life_, written = spec().written] {
        if (life != life_ || !alive_) return;
        api::SourceLook look{written, "", std::nullopt, "", ""};
        if (timeline_.now() < adversity_.registryShakyUntil && random_.chance(0.3)) {
            look.reason = "StoreUnavailable";
            look.message = "the registry does not answer";
        } else {
            const std::string& means = cluster_.object.spec.revision;
            look.model = api::ResolvedModel{cat("mlflow:fraud/", means), means, {}, 5, 1204};
        }
        memory_.look = look;
        reconcileAt(timeline_.now() + milliseconds(2));
    };
    timeline_.after(milliseconds(random_.between(20, 2000)), answer);
}

}  // namespace serin::simulation
