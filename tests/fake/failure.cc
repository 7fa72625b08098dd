#include "failure.h"

#include <utility>

#include "base/text.h"

namespace serin::fake {
namespace {

Json detailsOf(Kind kind, const std::string& name) {
    const kube::Resource& resource = factsOf(kind).resource;
    Json details = Json::object();
    if (!name.empty()) details["name"] = name;
    if (!resource.group.empty()) details["group"] = resource.group;
    details["kind"] = resource.plural;
    return details;
}

Json causesOf(const std::vector<Cause>& causes) {
    Json out = Json::array();
    for (const Cause& cause : causes) {
        out.push_back({{"reason", cause.reason}, {"message", cause.message}, {"field", cause.field}});
    }
    return out;
}

// As Go's field.ErrorList prints itself: one bare, several in brackets.
std::string sentenceOf(const std::vector<Cause>& causes) {
    std::vector<std::string> parts;
    for (const Cause& cause : causes) parts.push_back(cat(cause.field, ": ", cause.message));
    return parts.size() == 1 ? parts.front() : cat('[', join(parts, ", "), ']');
}

}  // namespace

Failure badRequest(std::string message) {
    return {400, "BadRequest", std::move(message), {}};
}

Failure notFound(Kind kind, const std::string& name) {
    return {404, "NotFound", cat(qualifiedResource(kind), " \"", name, "\" not found"),
            detailsOf(kind, name)};
}

HttpResponse noSuchPath() {
    return {404, {{"content-type", "text/plain; charset=utf-8"}}, "404 page not found\n"};
}

// Custom resources name the object, built-in kinds do not.
Failure noSubresource(const Target& target) {
    Failure failure = pathNotFound();
    if (factsOf(*target.kind).custom) failure.details = detailsOf(*target.kind, target.name);
    return failure;
}

Failure preconditionFailed(Kind kind, const std::string& name, std::string_view why) {
    Failure failure = conflict(kind, name, why);
    failure.details["kind"] = factsOf(kind).resource.kind;
    return failure;
}

Failure invalidPatch(const Cause& cause) {
    return {422, "Invalid", cat(" \"\" is invalid: ", sentenceOf({cause})), {{"causes", causesOf({cause})}}};
}

Failure noVersion(Kind kind, const std::string& name) {
    Failure failure = invalidObject(
        kind, name, {invalidValue("metadata.resourceVersion", 0, "must be specified for an update")});
    failure.details["kind"] = factsOf(kind).resource.plural;
    return failure;
}

Failure pathNotFound() {
    return {404, "NotFound", "the server could not find the requested resource", Json::object()};
}

Failure alreadyExists(Kind kind, const std::string& name) {
    return {409, "AlreadyExists", cat(qualifiedResource(kind), " \"", name, "\" already exists"),
            detailsOf(kind, name)};
}

Failure conflict(Kind kind, const std::string& name, std::string_view why) {
    return {409, "Conflict",
            cat("Operation cannot be fulfilled on ", qualifiedResource(kind), " \"", name, "\": ", why),
            detailsOf(kind, name)};
}

Failure modified(Kind kind, const std::string& name) {
    return conflict(kind, name,
                    "the object has been modified; please apply your changes to the latest version and try "
                    "again");
}

Failure invalidObject(Kind kind, const std::string& name, const std::vector<Cause>& causes) {
    Json details = detailsOf(kind, name);
    details["kind"] = factsOf(kind).resource.kind;
    if (kind == Kind::Event) details.erase("group");  // they are the core group's inside
    details["causes"] = causesOf(causes);
    return {422, "Invalid", cat(qualifiedKind(kind), " \"", name, "\" is invalid: ", sentenceOf(causes)),
            std::move(details)};
}

Failure invalidOptions(const char* kind, const std::vector<Cause>& causes) {
    return {422,
            "Invalid",
            cat(kind, ".meta.k8s.io \"\" is invalid: ", sentenceOf(causes)),
            {{"group", "meta.k8s.io"}, {"kind", kind}, {"causes", causesOf(causes)}}};
}

Failure namespaceTerminating(Kind kind, const std::string& name, const std::string& space) {
    const std::string why = cat("namespace ", space, " is being terminated");
    Json details = detailsOf(kind, name);
    details["causes"] = causesOf({{"NamespaceTerminating", why, "metadata.namespace"}});
    return {403, "Forbidden",
            cat(qualifiedResource(kind), " \"", name, "\" is forbidden: unable to create new content in ",
                "namespace ", space, " because it is being terminated"),
            std::move(details)};
}

Failure expired(std::string message) {
    return {410, "Expired", std::move(message), {}};
}

Failure unsupportedMedia(std::string message) {
    return {415, "UnsupportedMediaType", std::move(message), {}};
}

Failure methodNotAllowed() {
    return {405, "MethodNotAllowed", "the server does not allow this method on the requested resource",
            Json::object()};
}

Json statusBody(const Failure& failure) {
    Json body = {{"apiVersion", "v1"},  {"kind", "Status"},           {"metadata", Json::object()},
                 {"status", "Failure"}, {"message", failure.message}, {"code", failure.code}};
    if (!failure.reason.empty()) body["reason"] = failure.reason;
    if (!failure.details.is_null()) body["details"] = failure.details;
    if (!failure.continueToken.empty()) body["metadata"]["continue"] = failure.continueToken;
    return body;
}

HttpResponse answer(const Failure& failure) {
    HttpResponse out{failure.code, {{"content-type", "application/json"}}, dump(statusBody(failure))};
    if (const Json& wait = at(failure.details, "retryAfterSeconds"); wait.is_number())
        out.headers["retry-after"] = dump(wait);
    return out;
}

}  // namespace serin::fake
