#include "apply/record_store.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "api/json_read.h"
#include "api/names.h"
#include "api/owned_object.h"
#include "base/text.h"
#include "kube/object.h"
#include "kube/resource.h"
#include "kube/status.h"

namespace serin::apply {
namespace {

using nlohmann::json;

constexpr const char* kKey = "record";

std::string createBody(const api::ModelDeployment& object, const std::string& text) {
    auto labels = api::commonLabels(object, "");
    labels["app.kubernetes.io/component"] = "record";
    return kube::dumpJson(
        {{"apiVersion", "v1"},
         {"kind", "ConfigMap"},
         {"metadata", api::ownedMetadata(object, api::recordName(object.meta.name), labels)},
         {"data", {{kKey, text}}}});
}

std::string changeBody(const std::string& text, const RecordVersion& known) {
    return kube::dumpJson({{"metadata", {{"uid", known.uid}, {"resourceVersion", known.resourceVersion}}},
                           {"data", {{kKey, text}}}});
}

std::string words(const api::ModelDeployment& object) {
    return cat("ConfigMap \"", api::recordName(object.meta.name), "\" in namespace \"", object.meta.ns, "\"");
}

// As RBAC says it; quotas and admission forbid in other words.
bool lacksRights(const std::string& said) {
    for (const std::string_view verb : {"get", "create", "patch"}) {
        if (said.find(cat("cannot ", verb, " resource \"configmaps\"")) != std::string::npos) return true;
    }
    return false;
}

RecordAnswer unsaid(const api::ModelDeployment& object, const kube::ApiStatus& status) {
    if (status.code == 404) return {RecordEnding::Absent, "", "", {}};
    if (status.code == 409) return {RecordEnding::Moved, "", "", {}};
    const std::string said = status.message.empty() ? cat(status.code, ' ', status.reason) : status.message;
    if (status.code == 403 && lacksRights(status.message)) {
        return {
            RecordEnding::Refused,
            cat("the record of what is served cannot be kept in ", words(object),
                "; upgrade the chart, whose role grants get, create and patch on configmaps (", said, ")"),
            "",
            {}};
    }
    const bool final = status.code >= 400 && status.code < 500 && status.code != 401 && !status.transient();
    return {final ? RecordEnding::Refused : RecordEnding::Failed,
            cat("the record of what is served cannot be kept in ", words(object), ": ", said),
            "",
            {}};
}

RecordAnswer notOurs(const api::ModelDeployment& object) {
    return {
        RecordEnding::Refused,
        cat("the record of what is served would be kept in ", words(object),
            ", but that exists and is not this ModelDeployment's; keep what it holds under another name, and "
            "delete it"),
        "",
        {}};
}

// What a reading or a write came to; the object is in the answer of either.
RecordAnswer heard(const api::ModelDeployment& object, const Result<HttpResponse>& answer) {
    if (!answer) return {RecordEnding::Failed, answer.error().message, "", {}};
    if (answer->status < 200 || answer->status >= 300) return unsaid(object, kube::parseStatus(*answer));
    const Result<kube::Object> found = kube::Object::parse(answer->body);
    if (!found) return {RecordEnding::Failed, found.error().message, "", {}};
    if (found->deleting()) return {RecordEnding::Failed, "the one before is still being deleted", "", {}};
    const kube::Object::Owner owner = found->controller();
    if (owner.uid != object.meta.uid) {
        // Made anew under its name: the garbage collector takes what the one before it left.
        if (owner.kind == "ModelDeployment" && owner.name == object.meta.name)
            return {RecordEnding::Failed,
                    cat(words(object), " of the ModelDeployment before is not deleted yet"),
                    "",
                    {}};
        return notOurs(object);
    }
    return {RecordEnding::Done,
            "",
            api::textAt(api::objectAt(found->json(), "data"), kKey),
            {found->uid(), found->resourceVersion()}};
}

}  // namespace

RecordStore::RecordStore(net::Transport& transport, kube::RequestBuilder requests, MayWrite mayWrite)
    : transport_(transport), requests_(std::move(requests)), mayWrite_(std::move(mayWrite)) {}

RecordAnswer RecordStore::read(const api::ModelDeployment& object, std::stop_token stop) const {
    const std::string name = api::recordName(object.meta.name);
    return heard(object, transport_.send(requests_.get(kube::configMaps(), object.meta.ns, name), stop));
}

RecordAnswer RecordStore::write(const api::ModelDeployment& object, const std::string& text,
                                const std::optional<RecordVersion>& known, std::stop_token stop) const {
    if (!mayWrite_()) return {RecordEnding::Failed, "this process does not lead", "", {}};
    const kube::Resource& kind = kube::configMaps();
    const HttpRequest request =
        known ? requests_.mergePatch(kind, object.meta.ns, api::recordName(object.meta.name),
                                     changeBody(text, *known))
              : requests_.create(kind, object.meta.ns, createBody(object, text), {true, false});
    return heard(object, transport_.send(request, stop));
}

}  // namespace serin::apply
