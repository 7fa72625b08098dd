// The HTTP side of writes: bodies, options, patches, the scale subresource, answers.
#include <charconv>
#include <set>
#include <utility>

#include "api_server.h"
#include "base/text.h"
#include "kube/object.h"

namespace serin::fake {
namespace {

constexpr const char* kMerge = "application/merge-patch+json";
constexpr const char* kJsonPatch = "application/json-patch+json";
constexpr const char* kApply = "application/apply-patch+yaml";

std::string header(const HttpRequest& request, const char* name) {
    const auto found = request.headers.find(name);
    return found == request.headers.end() ? std::string() : found->second;
}

HttpResponse json(int status, std::string body) {
    return {status, {{"content-type", "application/json"}}, std::move(body)};
}

// Of PUT and POST: the body must be an object of the path's kind and place. Built-in kinds need not say it.
std::optional<Failure> checkBody(const Json& body, const Target& target) {
    const kube::Resource& resource = factsOf(*target.kind).resource;
    if (!body.is_object()) return badRequest("couldn't get version/kind; json parse error");
    const std::string kind = textAt(body, "kind");
    const std::string version = textAt(body, "apiVersion");
    const bool custom = factsOf(*target.kind).custom;
    if (kind.empty() && custom) return badRequest("Object 'Kind' is missing");
    if (version.empty() && custom) return badRequest("Object 'apiVersion' is missing");
    if ((!kind.empty() && kind != resource.kind) || (!version.empty() && version != resource.apiVersion())) {
        return badRequest(cat("the object provided is unrecognized (must be of type ", resource.kind,
                              "): ", version, ' ', kind));
    }
    const std::string space = textAt(metadataOf(body), "namespace");
    if (!space.empty() && space != target.space)
        return badRequest(
            "the namespace of the provided object does not match the namespace sent on the request");
    const std::string name = textAt(metadataOf(body), "name");
    if (!target.name.empty() && !name.empty() && name != target.name) {
        return badRequest(cat("the name of the object (", name, ") does not match the name on the URL (",
                              target.name, ")"));
    }
    return std::nullopt;
}

Failure unknownPropagation(const std::string& word) {
    return invalidOptions("DeleteOptions", {unsupported("propagationPolicy", word,
                                                        {"Background", "Foreground", "Orphan", "nil"})});
}

// The members that a JSON text states more than once, as paths.
std::vector<std::string> statedTwice(const std::string& text) {
    std::vector<std::set<std::string>> seen;
    std::vector<std::string> path;
    std::vector<std::string> out;
    using Event = Json::parse_event_t;
    const Json read = Json::parse(
        text,
        [&](int depth, Event event, Json& parsed) {
            if (event == Event::object_start) seen.emplace_back();
            if (event == Event::object_end) seen.pop_back();
            if (event != Event::key) return true;
            path.resize(static_cast<size_t>(depth));
            path.back() = parsed.get<std::string>();
            if (!seen.back().insert(path.back()).second) out.push_back(join(path, "."));
            return true;
        },
        false);
    return read.is_discarded() ? std::vector<std::string>() : out;
}

Json statusOfDeletion(Kind kind, const ObjectPtr& object) {
    const kube::Resource& resource = factsOf(kind).resource;
    Json details = {{"name", object->name},
                    {"kind", resource.plural},
                    {"uid", textAt(metadataOf(object->object), "uid")}};
    if (!resource.group.empty()) details["group"] = resource.group;
    return {{"apiVersion", "v1"},
            {"kind", "Status"},
            {"metadata", Json::object()},
            {"status", "Success"},
            {"details", std::move(details)}};
}

Json scaleOf(const Json& object) {
    Json metadata = Json::object();
    for (const char* key : {"name", "namespace", "uid", "resourceVersion", "creationTimestamp"}) {
        if (const Json& value = at(metadataOf(object), key); !value.is_null()) metadata[key] = value;
    }
    const Json& wanted = at(at(object, "spec"), "replicas");
    const Json& actual = at(at(object, "status"), "replicas");
    Json scale = {{"apiVersion", "autoscaling/v1"},
                  {"kind", "Scale"},
                  {"metadata", std::move(metadata)},
                  {"spec", Json::object()},
                  {"status", {{"replicas", actual.is_number() ? actual : Json(0)}}}};
    if (wanted.is_number()) scale["spec"]["replicas"] = wanted;
    if (const std::string selector = textAt(at(object, "status"), "selector"); !selector.empty())
        scale["status"]["selector"] = selector;
    return scale;
}

std::string warnings(const std::vector<std::string>& duplicates, const std::vector<std::string>& unknown) {
    std::vector<std::string> out;
    for (const std::string& path : duplicates)
        out.push_back(cat("299 - \"duplicate field \\\"", path, "\\\"\""));
    for (const std::string& path : unknown) out.push_back(cat("299 - \"unknown field \\\"", path, "\\\"\""));
    return join(out, ", ");
}

}  // namespace

struct ApiServer::Call {
    const Target& target;
    Kind kind;
    std::string method;
    std::string contentType;
    Json body;
    WriteOptions options;
    std::vector<std::string> duplicates = {};  // members that the body states twice
};

HttpResponse ApiServer::readScale(const Target& target, const ObjectPtr& found) const {
    if (*target.kind != Kind::ModelDeployment) return answer(pathNotFound());
    if (!found) return answer(notFound(*target.kind, target.name));
    return json(200, dump(scaleOf(found->object)));
}

HttpResponse ApiServer::write(const HttpRequest& request, const Target& target) {
    Call call{target, *target.kind, request.method, header(request, "content-type"), Json(), {}, {}};
    const bool known = target.subresource.empty() ||
                       (target.subresource == "status" && factsOf(call.kind).status) ||
                       (target.subresource == "scale" && call.kind == Kind::ModelDeployment);
    if (!known) return answer(noSubresource(target));
    if (target.name.empty() != (request.method == "POST")) return answer(methodNotAllowed());
    if (target.name.empty() && target.space.empty() && factsOf(call.kind).namespaced)
        return answer(methodNotAllowed());
    const std::string agent = header(request, "user-agent");
    const std::string manager = target.option("fieldManager");
    call.options = {manager.empty() ? agent.substr(0, agent.find('/')) : manager, target.subresource,
                    target.option("fieldValidation") == "Strict", target.option("dryRun") == "All",
                    target.flag("force")};
    if (!request.body.empty()) {
        call.body = Json::parse(request.body, nullptr, false);
        if (call.body.is_discarded()) return answer(badRequest("the body is not JSON"));
        call.duplicates = statedTwice(request.body);
        if (call.options.strict && !call.duplicates.empty())
            return answer(
                badRequest(cat("strict decoding error: duplicate field \"", call.duplicates.front(), '"')));
    }
    const std::string key = kube::objectKey(
        target.space, target.name.empty() ? textAt(metadataOf(call.body), "name") : target.name);
    const char* verb = request.method == "POST"     ? "create"
                       : request.method == "PUT"    ? "update"
                       : request.method == "DELETE" ? "delete"
                       : call.contentType == kApply ? "apply"
                                                    : "patch";
    JournalEntry entry{verb, call.kind, key, target.subresource,          agent,  call.options.manager,
                       0,    false,     0,   store_.find(call.kind, key), nullptr};
    Outcome<Written> outcome = dispatch(call);
    if (!call.options.dryRun) outcome = record(std::move(entry), std::move(outcome));
    if (const Failure* failure = failureOf(outcome)) return answer(*failure);
    return answerWritten(call, std::get<Written>(outcome));
}

Outcome<Written> ApiServer::dispatch(Call& call) {
    const Target& target = call.target;
    if (call.method == "DELETE") return remove(call);
    if (target.subresource == "scale") return scale(call);
    if (call.method == "PATCH") return patch(call);
    if (call.method != "POST" && call.method != "PUT") return methodNotAllowed();
    if (auto failure = checkBody(call.body, target)) return *failure;
    Json body = std::move(call.body);
    body["apiVersion"] = factsOf(call.kind).resource.apiVersion();
    body["kind"] = factsOf(call.kind).resource.kind;
    if (call.method == "POST") return writes_.create(call.kind, target.space, std::move(body), call.options);
    if (textAt(metadataOf(body), "name").empty())
        return badRequest(cat("the name of the object (", target.name,
                              " based on URL) was undeterminable: name must be provided"));
    return writes_.replace(call.kind, target.space, target.name, std::move(body), call.options);
}

Outcome<Written> ApiServer::patch(Call& call) {
    const Target& target = call.target;
    if (call.contentType == kApply) {
        if (target.option("fieldManager").empty())
            return invalidOptions("PatchOptions", {required("fieldManager", "is required for apply patch")});
        if (!at(metadataOf(call.body), "managedFields").is_null())
            return badRequest("metadata.managedFields must be nil");
        if (auto failure = checkBody(call.body, target)) return *failure;
        call.body["metadata"]["name"] = target.name;
        return writes_.apply(call.kind, target.space, target.name, std::move(call.body), call.options);
    }
    if (target.query.contains("force") && target.flag("force")) {
        return invalidOptions("PatchOptions",
                              {forbidden("force", "may not be specified for non-apply patch")});
    }
    if (call.contentType == kMerge) {
        if (!call.body.is_object()) return badRequest("the patch is not an object");
        return writes_.patch(
            call.kind, target.space, target.name,
            [&](const Json& live) -> Outcome<Json> {
                Json next = live;
                mergePatch(next, call.body);
                return next;
            },
            call.options);
    }
    if (call.contentType != kJsonPatch) {
        return unsupportedMedia(
            "the body of the request was in an unknown format - accepted media types include: "
            "application/json-patch+json, application/merge-patch+json, "
            "application/apply-patch+yaml");
    }
    if (!call.body.is_array()) return badRequest("error decoding patch: it is no list of operations");
    return writes_.patch(
        call.kind, target.space, target.name,
        [&](const Json& live) -> Outcome<Json> {
            try {
                return live.patch(call.body);
            } catch (const Json::exception& error) {
                return Failure{422, "Invalid",
                               "the server rejected our request due to an error in our request",
                               Json::object()};
            }
        },
        call.options);
}

// PUT and merge patch of autoscaling/v1 Scale: spec.replicas of the object.
Outcome<Written> ApiServer::scale(const Call& call) {
    const Target& target = call.target;
    const ObjectPtr found = find(call.kind, target.space, target.name);
    if (!found) return notFound(call.kind, target.name);
    Json wanted = scaleOf(found->object);
    if (call.method == "PATCH") {
        mergePatch(wanted, call.body);
    } else {
        wanted = call.body;
    }
    const Json& replicas = at(at(wanted, "spec"), "replicas");
    const Json& version = at(metadataOf(wanted), "resourceVersion");
    WriteOptions options = call.options;
    options.subresource.clear();
    return writes_.patch(
        call.kind, target.space, target.name,
        [&](const Json& live) -> Outcome<Json> {
            Json next = live;
            next["spec"]["replicas"] = replicas.is_number() ? replicas : Json(0);
            if (version.is_string()) next["metadata"]["resourceVersion"] = version;
            return next;
        },
        options);
}

// Options stand in the body, or else in the query: a body makes the query count for nothing.
Outcome<Written> ApiServer::remove(const Call& call) {
    DeleteOptions options;
    std::string propagation = textAt(call.body, "propagationPolicy");
    options.dryRun = at(call.body, "dryRun") == Json::array({"All"});
    if (const Json& grace = at(call.body, "gracePeriodSeconds"); grace.is_number_integer())
        options.grace = grace.get<std::int64_t>();
    if (call.body.is_null()) {
        propagation = call.target.option("propagationPolicy");
        options.dryRun = call.options.dryRun;
        const std::string grace = call.target.option("gracePeriodSeconds");
        std::int64_t seconds = 0;
        std::from_chars(grace.data(), grace.data() + grace.size(), seconds);
        if (!grace.empty()) options.grace = seconds;
    }
    if (!propagation.empty()) options.propagation = propagation;
    static const std::set<std::string> known{"Background", "Foreground", "Orphan"};
    if (!known.contains(options.propagation)) return unknownPropagation(options.propagation);
    options.uid = textAt(at(call.body, "preconditions"), "uid");
    options.resourceVersion = textAt(at(call.body, "preconditions"), "resourceVersion");
    return writes_.remove(call.kind, call.target.space, call.target.name, options);
}

HttpResponse ApiServer::answerWritten(const Call& call, const Written& written) const {
    const bool removed = call.method == "DELETE" && written.final;
    HttpResponse out = json(written.created ? 201 : 200, "");
    if (removed && !factsOf(call.kind).answersObject) {
        out.body = dump(statusOfDeletion(call.kind, written.object));
    } else if (call.target.subresource == "scale") {
        out.body = dump(scaleOf(written.object->object));
    } else {
        out.body = written.object->text();
    }
    const bool told = !written.unknown.empty() || !call.duplicates.empty();
    if (told && call.target.option("fieldValidation") != "Ignore")
        out.headers["warning"] = warnings(call.duplicates, written.unknown);
    return out;
}

}  // namespace serin::fake
