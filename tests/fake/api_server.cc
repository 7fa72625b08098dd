#include "api_server.h"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <sstream>
#include <utility>

#include "base/text.h"
#include "kube/object.h"
#include "kube/resource_version.h"

namespace serin::fake {
namespace {

constexpr Duration kDefaultWatch = std::chrono::seconds(1800);
constexpr const char* kSystem = "system:apiserver";

Result<std::string> contentOf(const std::string& path) {
    const std::ifstream file(path);
    if (!file) return Error{ErrorCode::NotFound, "cannot read " + path};
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

HttpResponse json(int status, std::string body) {
    return {status, {{"content-type", "application/json"}}, std::move(body)};
}

HttpResponse discovery(const Target& target) {
    if (target.path == "/version")
        return json(200, R"({"major":"1","minor":"34","gitVersion":"v1.34.4","platform":"linux/amd64"})");
    if (target.path == "/readyz" || target.path == "/livez")
        return {200, {{"content-type", "text/plain; charset=utf-8"}}, "ok"};
    if (target.path == "/apis/serin.dev/v1alpha1") {
        return json(
            200, R"({"kind":"APIResourceList","apiVersion":"v1","groupVersion":"serin.dev/v1alpha1",)"
                 R"("resources":[{"name":"modeldeployments","kind":"ModelDeployment","namespaced":true}]})");
    }
    return noSuchPath();
}

// What the API server's validation of ListOptions says of a watch.
std::vector<Cause> checkWatchOptions(const Target& target, bool watchList) {
    const bool initial = target.query.contains("sendInitialEvents");
    const std::string match = target.option("resourceVersionMatch");
    std::vector<Cause> causes;
    const auto forbid = [&](const char* field, const char* why) { causes.push_back(forbidden(field, why)); };
    if (initial && match != "NotOlderThan")
        forbid("resourceVersionMatch",
               "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan");
    if (initial && !watchList)
        forbid("sendInitialEvents",
               "sendInitialEvents is forbidden for watch unless the WatchList feature gate is enabled");
    if (match.empty()) return causes;
    if (!initial)
        forbid("resourceVersionMatch",
               "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided");
    if (match != "NotOlderThan")
        causes.push_back(unsupported("resourceVersionMatch", match, {"NotOlderThan"}));
    if (!target.option("continue").empty())
        forbid("resourceVersionMatch", "resourceVersionMatch is forbidden when continue is provided");
    return causes;
}

}  // namespace

Result<std::shared_ptr<const Schemas>> loadSchemasOf(const std::string& checkout) {
    const auto crd = contentOf(checkout + "/crds/modeldeployments.serin.dev.yaml");
    if (!crd) return crd.error();
    const auto builtin = contentOf(checkout + "/tests/fake/builtin.yaml");
    if (!builtin) return builtin.error();
    return loadSchemas(*crd, *builtin);
}

ApiServer::ApiServer(const Clock& clock, std::shared_ptr<const Schemas> schemas, const Options& options)
    : clock_(clock),
      schemas_(std::move(schemas)),
      options_(options),
      store_(options.firstRevision, options.history),
      writes_(store_, *schemas_, clock, options.seed),
      listing_(store_, clock) {
    for (const std::string& space : options.namespaces)
        static_cast<void>(create(Kind::Namespace, "", {{"metadata", {{"name", space}}}}, kSystem));
    journal_.clear();
}

bool ApiServer::isWatch(const HttpRequest& request) {
    return request.method == "GET" && parseTarget(request.target).flag("watch");
}

HttpResponse ApiServer::handle(const HttpRequest& request, std::uint64_t upTo) {
    const Target target = parseTarget(request.target);
    if (!target.kind) return discovery(target);
    if (!factsOf(*target.kind).namespaced && !target.space.empty()) return answer(pathNotFound());
    if (factsOf(*target.kind).namespaced && !target.name.empty() && target.space.empty())
        return answer(pathNotFound());
    return request.method == "GET" ? read(target, upTo) : write(request, target);
}

HttpResponse ApiServer::read(const Target& target, std::uint64_t upTo) {
    if (target.name.empty()) {
        const Outcome<Page> page = listing_.list(target, upTo);
        if (const Failure* failure = failureOf(page)) return answer(*failure);
        return answer(std::get<Page>(page));
    }
    const ObjectPtr found = find(*target.kind, target.space, target.name);
    if (target.subresource == "scale") return readScale(target, found);
    if (!target.subresource.empty() && (target.subresource != "status" || !factsOf(*target.kind).status))
        return answer(noSubresource(target));
    if (!found) return answer(notFound(*target.kind, target.name));
    return json(200, found->text());
}

std::variant<HttpResponse, std::unique_ptr<Watch>> ApiServer::openWatch(const HttpRequest& request,
                                                                        std::uint64_t upTo) {
    const Target target = parseTarget(request.target);
    if (!target.kind) return noSuchPath();
    const auto selector = Selector::parse(target.option("labelSelector"));
    const Outcome<FieldSelection> fields = parseFieldSelector(target.option("fieldSelector"));
    if (!selector) return answer(badRequest("unable to parse the selector"));
    if (const Failure* failure = failureOf(fields)) return answer(*failure);
    if (const auto causes = checkWatchOptions(target, options_.watchList); !causes.empty())
        return answer(invalidOptions("ListOptions", causes));

    Watch::Options options;
    options.kind = *target.kind;
    options.space = target.space;
    options.fields = std::get<FieldSelection>(fields);
    options.selector = *selector;
    options.bookmarks = target.flag("allowWatchBookmarks");
    options.bookmarkInterval = options_.bookmarkInterval;
    options.lifetime = kDefaultWatch;
    long seconds = 0;
    const std::string timeout = target.option("timeoutSeconds");
    std::from_chars(timeout.data(), timeout.data() + timeout.size(), seconds);
    if (seconds > 0) options.lifetime = std::chrono::seconds(seconds);

    const std::string version = target.option("resourceVersion");
    const bool asked = target.flag("sendInitialEvents");
    if (!kube::compareResourceVersions(version, "0"))
        return answer(Failure{500, "", cat("invalid resource version: ", version)});
    std::uint64_t from = 0;
    std::from_chars(version.data(), version.data() + version.size(), from);
    options.from = from == 0 || asked ? std::min(store_.revision(), upTo) : from;
    if (asked || (from == 0 && !target.query.contains("sendInitialEvents"))) {
        options.initial = store_.listAt(upTo, options.kind, options.space, *selector);
        std::erase_if(options.initial,
                      [&](const ObjectPtr& object) { return !options.fields.matches(*object); });
        options.initialEvents = asked;
    } else if (from != 0 && from < store_.oldest(options.kind)) {
        options.failure =
            expired(cat("too old resource version: ", from, " (", store_.oldest(options.kind), ")"));
    }
    auto watch = std::make_unique<Watch>(store_, clock_, std::move(options));
    watch->lagAt(upTo);
    return watch;
}

void ApiServer::compact() {
    store_.compact();
    listing_.compact();
}

ObjectPtr ApiServer::find(Kind kind, const std::string& space, const std::string& name) const {
    return store_.find(kind, kube::objectKey(space, name));
}

std::vector<ObjectPtr> ApiServer::list(Kind kind, const std::string& space, const Selector& selector) const {
    return store_.list(kind, space, selector);
}

Outcome<Written> ApiServer::record(JournalEntry entry, Outcome<Written> outcome) {
    if (const Failure* failure = failureOf(outcome)) {
        entry.code = failure->code;
    } else {
        const auto& written = std::get<Written>(outcome);
        entry.code = written.created ? 201 : 200;
        entry.changed = written.changed;
        entry.resourceVersion = written.object->resourceVersion;
        entry.key = written.object->key;
        if (!written.final) entry.after = written.object;
    }
    journal_.push_back(std::move(entry));
    return outcome;
}

Outcome<Written> ApiServer::create(Kind kind, const std::string& space, Json object,
                                   const std::string& actor) {
    const std::string key = kube::objectKey(space, textAt(metadataOf(object), "name"));
    const kube::Resource& resource = factsOf(kind).resource;
    object["apiVersion"] = resource.apiVersion();
    object["kind"] = resource.kind;
    JournalEntry entry{"create", kind, key, "", actor, actor, 0, false, 0, store_.find(kind, key), nullptr};
    return record(std::move(entry), writes_.create(kind, space, std::move(object), {.manager = actor}));
}

Outcome<Written> ApiServer::update(Kind kind, const std::string& space, const std::string& name,
                                   const std::function<void(Json&)>& change, const std::string& actor,
                                   const std::string& subresource) {
    const std::string key = kube::objectKey(space, name);
    JournalEntry entry{"update", kind, key, subresource, actor, actor, 0, false, 0, store_.find(kind, key),
                       nullptr};
    const auto changed = [&](const Json& live) -> Outcome<Json> {
        Json next = live;
        change(next);
        return next;
    };
    return record(std::move(entry),
                  writes_.patch(kind, space, name, changed, {.manager = actor, .subresource = subresource}));
}

Outcome<Written> ApiServer::remove(Kind kind, const std::string& space, const std::string& name,
                                   const std::string& actor, const DeleteOptions& options) {
    const std::string key = kube::objectKey(space, name);
    JournalEntry entry{"delete", kind, key, "", actor, actor, 0, false, 0, store_.find(kind, key), nullptr};
    return record(std::move(entry), writes_.remove(kind, space, name, options));
}

}  // namespace serin::fake
