#include "mirror.h"

#include "api/codec.h"
#include "base/text.h"
#include "reading.h"
#include "script_objects.h"

namespace serin::simulation {
namespace {

bool byOperator(const fake::JournalEntry& entry) {
    return entry.userAgent.find("operator-") != std::string::npos;
}

}  // namespace

bool Mirror::takeJournal() {
    bool news = false;
    // It may grow meanwhile.
    for (size_t i = 0; i < server_.journal().size(); ++i) {
        const fake::JournalEntry entry = server_.journal()[i];
        if (!entry.changed || entry.kind == fake::Kind::Lease) continue;
        if (entry.key.ends_with(kNeighbour)) continue;
        news = true;
        take(entry);
    }
    server_.clearJournal();
    return news;
}

void Mirror::take(const fake::JournalEntry& entry) {
    if (byOperator(entry)) {
        const auto lease = server_.find(fake::Kind::Lease, kOperatorSpace, "serin-controller");
        monitor_.wroteAs(entry.userAgent, lease ? lease->object["spec"].value("holderIdentity", "") : "");
    }
    switch (entry.kind) {
        case fake::Kind::ModelDeployment:
            return takeObject(entry);
        case fake::Kind::ReplicaSet:
            return takeSet(entry);
        case fake::Kind::Service:
            return takeService(entry);
        default:
            return;
    }
}

void Mirror::takeObject(const fake::JournalEntry& entry) {
    if (byOperator(entry) && entry.subresource != "status")
        monitor_.specWritten(cat(entry.verb, " ", entry.subresource));
    if (!entry.after) {
        cluster_.exists = false;
        return cluster_.statusWritten();
    }
    const auto object = api::decodeModelDeployment(entry.after->object);
    if (!object) return monitor_.unreadable(object.error().message);
    if (entry.subresource == "status") monitor_.statusWritten(object->status);
    const std::string told = cat(object->status.phase, ": ", object->status.message);
    if (told != cat(cluster_.object.status.phase, ": ", cluster_.object.status.message)) log_.info(told);
    cluster_.object = *object;
    cluster_.statusWritten();
}

void Mirror::takeSet(const fake::JournalEntry& entry) {
    if (entry.subresource == "status") return;
    const auto before =
        entry.before ? api::decodeReplicaSet(entry.before->object) : Result<api::ReplicaSet>(Error{});
    if (!entry.after) {
        if (!before) return;
        if (cluster_.exists)
            monitor_.acted(
                {api::DeleteReplicaSet{before->meta.name, before->meta.uid, before->meta.resourceVersion},
                 "deleted"});
        return cluster_.eraseSet(before->meta.uid);
    }
    const auto after = api::decodeReplicaSet(entry.after->object);
    if (!after) return monitor_.unreadable(after.error().message);
    cluster_.labels[after->revision] = after->version;
    if (!before) {
        monitor_.acted({api::CreateReplicaSet{after->revision, after->replicas}, "created"});
    } else {
        monitor_.acted({api::ScaleReplicaSet{before->meta.name, before->meta.uid,
                                             before->meta.resourceVersion, after->replicas},
                        "scaled"});
    }
    cluster_.putSet(*after);
}

void Mirror::takeService(const fake::JournalEntry& entry) {
    const auto before =
        entry.before ? api::decodeService(entry.before->object) : Result<api::Service>(Error{});
    if (!entry.after) {
        if (!before) return;
        if (cluster_.exists)
            monitor_.acted(
                {api::DeleteService{before->meta.name, before->meta.uid, before->meta.resourceVersion},
                 "deleted"});
        return cluster_.eraseService(before->meta.uid);
    }
    const auto after = api::decodeService(entry.after->object);
    if (!after) return monitor_.unreadable(after.error().message);
    if (!before) {
        monitor_.acted(
            {api::CreateService{after->meta.name, after->revision, after->revision.empty()}, "created"});
    } else {
        monitor_.acted(
            {api::RouteService{
                 before->meta.name, before->meta.uid, before->meta.resourceVersion, selectedBy(*after), {}},
             "routed"});
    }
    cluster_.putService(*after);
}

void Mirror::writeSetStatus(const api::ReplicaSet& set) {
    const auto written = server_.update(
        fake::Kind::ReplicaSet, kSpace, set.meta.name,
        [&](fake::Json& object) {
            object["status"] = {{"replicas", set.statusReplicas}, {"readyReplicas", set.ready}};
            if (!set.failure.empty()) object["status"]["conditions"] = {replicaFailure(set.failure)};
        },
        "replicaset-controller", "status");
    if (const auto* done = std::get_if<fake::Written>(&written); done && done->object) {
        for (api::ReplicaSet& own : cluster_.sets) {
            if (own.meta.uid == set.meta.uid)
                own.meta.resourceVersion = std::to_string(done->object->resourceVersion);
        }
    }
}

void Mirror::writeEndpoints(const std::string& service) {
    const api::EndpointSlice& slice = cluster_.slices[service];
    const auto owner = server_.find(fake::Kind::Service, kSpace, service);
    if (!owner) return;
    fake::Json wanted = sliceJson(slice, owner->object);
    if (server_.find(fake::Kind::EndpointSlice, kSpace, slice.meta.name)) {
        server_.update(
            fake::Kind::EndpointSlice, kSpace, slice.meta.name,
            [&](fake::Json& object) {
                // Its Service may be another one of the same name.
                object["metadata"]["ownerReferences"] = wanted["metadata"]["ownerReferences"];
                object["endpoints"] = wanted["endpoints"];
            },
            "endpointslice-controller");
    } else {
        server_.create(fake::Kind::EndpointSlice, kSpace, std::move(wanted), "endpointslice-controller");
    }
}

}  // namespace serin::simulation
