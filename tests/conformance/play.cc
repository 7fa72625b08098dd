#include "play.h"

#include <utility>

#include "base/text.h"
#include "fake/target.h"
#include "kube/resource_version.h"

namespace serin::conformance {
namespace {

// A garbage collector looks for new kinds every 30 s, and the CRD may have come a moment ago.
constexpr Duration kPatience{120'000};

std::string at(const std::source_location& here) {
    const std::string file = here.file_name();
    return cat(file.substr(file.rfind('/') + 1), ':', here.line(), ": ");
}

std::string shortOf(const std::string& text) {
    return text.size() <= 600 ? text : cat(text.substr(0, 600), "…");
}

}  // namespace

Json Answer::at(const std::string& pointer) const {
    const Json::json_pointer place(pointer);
    return body.contains(place) ? body.at(place) : Json();
}

std::string namesOf(const Json& list) {
    std::vector<std::string> out;
    for (const Json& item : fake::at(list, "items")) {
        const std::string name = fake::textAt(fake::metadataOf(item), "name");
        out.push_back(name.substr(0, name.rfind('-')));
    }
    return join(out, " ");
}

Play::Play(Server& server, std::string space, int number)
    : server_(server), space_(std::move(space)), number_(number), mask_(space_) {}

Play::~Play() {
    while (!created_.empty()) {
        const std::string path = std::move(created_.back());
        created_.pop_back();
        clean(path);
    }
}

std::string Play::name(const std::string& word) const {
    return cat(word, '-', number_);
}

std::string Play::selector() const {
    return cat("case=", number_);
}

Result<HttpResponse> Play::ask(const HttpRequest& request) {
    return server_.send(request);
}

Answer Play::keep(const HttpRequest& request, const Result<HttpResponse>& answer, std::source_location here) {
    Answer out;
    if (!answer) {
        that(false, cat(request.method, ' ', request.target, ": no answer: ", answer.error().message), here);
        return out;
    }
    out.status = answer->status;
    out.headers = answer->headers;
    out.body = Json::parse(answer->body, nullptr, false);
    if (out.body.is_discarded()) out.body = answer->body;
    Json said = {{"status", out.status}, {"body", mask_.masked(out.body)}};
    for (const char* header : {"content-type", "retry-after", "warning"}) {
        if (const auto found = out.headers.find(header); found != out.headers.end())
            said[header] = mask_.maskedText(found->second);
    }
    const std::string asked = mask_.maskedText(cat(request.method, ' ', request.target));
    record_.push_back({{"asked", asked}, {"said", std::move(said)}});
    remember(request, out);
    return out;
}

// What was created is deleted at the end.
void Play::remember(const HttpRequest& request, const Answer& answer) {
    if (answer.status != 201) return;
    std::string path = request.target.substr(0, request.target.find('?'));
    if (request.method == "POST") path += cat('/', fake::textAt(fake::metadataOf(answer.body), "name"));
    created_.push_back(std::move(path));
}

void Play::clean(const std::string& path) {
    const auto remove = ask(bare("DELETE", path, R"({"gracePeriodSeconds":0})"));
    if (!remove || remove->status != 200) return;
    const Json left = Json::parse(remove->body, nullptr, false);
    if (!fake::hasFinalizers(left)) return;
    static_cast<void>(
        ask(bare("PATCH", path, R"({"metadata":{"finalizers":null}})", "application/merge-patch+json")));
}

Answer Play::send(const HttpRequest& request, std::source_location here) {
    return keep(request, ask(request), here);
}

Answer Play::send(const HttpRequest& request, int status, const char* reason, std::source_location here) {
    Answer answer = send(request, here);
    if (answer.status == 0) return answer;
    const std::string found = status >= 400 ? fake::textAt(answer.body, "reason") : "";
    that(answer.status == status && (std::string(reason).empty() || found == reason),
         cat(request.method, ' ', request.target, " is answered ", answer.status, ' ', found, " instead of ",
             status, ' ', reason, ": ", shortOf(fake::dump(answer.body))),
         here);
    return answer;
}

Answer Play::create(const kube::Resource& resource, const Json& object, std::source_location here) {
    return send(requests.create(resource, space_, fake::dump(object)), 201, "", here);
}

HttpRequest Play::with(HttpRequest request, const std::string& query) {
    request.target += cat(request.target.find('?') == std::string::npos ? '?' : '&', query);
    return request;
}

HttpRequest Play::bare(const std::string& method, const std::string& target, const std::string& body,
                       const std::string& contentType) const {
    HttpRequest request;
    request.method = method;
    request.target = target;
    request.headers = {{"accept", "application/json"}, {"user-agent", "serin-conformance/1 (test)"}};
    if (!body.empty()) request.headers["content-type"] = contentType;
    request.body = body;
    return request;
}

Answer Play::eventually(const HttpRequest& request, const std::function<bool(const Answer&)>& wanted,
                        std::source_location here) {
    const Duration end = server_.clock().sinceBoot() + kPatience;
    while (true) {
        const Result<HttpResponse> answer = ask(request);
        Answer read;
        if (answer) {
            read.status = answer->status;
            read.body = Json::parse(answer->body, nullptr, false);
        }
        const bool good = answer && wanted(read);
        if (good || server_.clock().sinceBoot() >= end) {
            that(good,
                 cat(request.method, ' ', request.target,
                     " never became as wanted: ", shortOf(fake::dump(read.body))),
                 here);
            return keep(request, answer, here);
        }
        server_.settle();
    }
}

Watching Play::watch(const HttpRequest& request) {
    return {*this, server_.watch(request), cat(request.method, ' ', request.target)};
}

Watching Play::watchFrom(const kube::Resource& resource, const std::string& version) {
    return watch(requests.watch(resource, space_, {.labelSelector = selector(), .resourceVersion = version}));
}

void Play::compact() {
    const auto done = server_.compact();
    that(done.ok(), cat("the history cannot be compacted: ", done ? "" : done.error().message));
}

void Play::that(bool holds, const std::string& sentence, std::source_location here) {
    if (!holds) failures_.push_back(at(here) + sentence);
}

void Play::equal(const Json& actual, const Json& expected, const std::string& what,
                 std::source_location here) {
    that(actual == expected,
         cat(what, " is ", shortOf(fake::dump(actual)), " instead of ", fake::dump(expected)), here);
}

void Play::newer(const std::string& later, const std::string& earlier, std::source_location here) {
    const auto order = kube::compareResourceVersions(later, earlier);
    that(order && *order > 0, cat("resourceVersion ", later, " is not newer than ", earlier), here);
}

}  // namespace serin::conformance
