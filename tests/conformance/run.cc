#include "run.h"

#include <unistd.h>

#include <exception>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

#include "base/text.h"
#include "kube/resource.h"
#include "play.h"

namespace serin::conformance {
namespace {

using fake::Json;

Result<void> expect(Server& server, const HttpRequest& request, int status) {
    const auto answer = server.send(request);
    if (!answer) return answer.error();
    if (answer->status == status) return {};
    return Error{ErrorCode::Unavailable, cat(request.method, ' ', request.target, ": ", answer->status, ' ',
                                             answer->body.substr(0, 300))};
}

HttpRequest namespaceRequest(const char* method, const std::string& path, const std::string& body) {
    HttpRequest request;
    request.method = method;
    request.target = cat("/api/v1/namespaces", path);
    request.headers = {{"content-type", "application/json"}};
    request.body = body;
    return request;
}

// A kind whose CRD came a moment ago is refused for a while: its storage is still being made.
Result<void> awaitKind(Server& server, const std::string& space) {
    constexpr Duration kPatience{60'000};
    HttpRequest list;
    list.method = "GET";
    list.target = cat(kube::modelDeployments().collectionPath(space), "?resourceVersion=0");
    const Duration end = server.clock().sinceBoot() + kPatience;
    while (true) {
        Result<void> ready = expect(server, list, 200);
        if (ready || server.clock().sinceBoot() >= end) return ready;
        server.settle();
    }
}

// What a case finds: a sentence each. One that trips over an answer without the fields it reads has failed.
std::vector<std::string> findingsOf(const Case& one, Play& play) {
    try {
        one.play(play);
        return play.failures();
    } catch (const std::exception& error) {
        std::vector<std::string> failures = play.failures();
        failures.push_back(cat("it could not go on: ", error.what()));
        return failures;
    }
}

std::string groupOf(const Case& one) {
    const std::string file = one.place.file_name();
    const size_t begin = file.rfind('/') + 1;
    return file.substr(begin, file.rfind('.') - begin);
}

}  // namespace

Result<Run> playAll(Server& server, const std::string& word) {
    const std::string space = cat("conformance-", getpid());
    const Json made = {{"apiVersion", "v1"}, {"kind", "Namespace"}, {"metadata", {{"name", space}}}};
    if (const auto ready = expect(server, namespaceRequest("POST", "", fake::dump(made)), 201); !ready)
        return ready.error();
    if (const auto ready = awaitKind(server, space); !ready) return ready.error();
    const bool simulated = std::string(server.name()) == "simulated";
    Run run{{}, {{"server", server.name()}, {"cases", Json::object()}}};
    int number = 0;
    for (const Case& one : allCases()) {
        ++number;
        if (one.sentence.find(word) == std::string::npos || (simulated && !one.realOnly.empty())) continue;
        Play play(server, space, number);
        run.findings.push_back({one.sentence, groupOf(one), findingsOf(one, play)});
        run.record["cases"][one.sentence] = play.record();
    }
    const auto gone = expect(server, namespaceRequest("DELETE", cat('/', space), ""), 200);
    if (!gone) std::cerr << "the namespace " << space << " stays: " << gone.error().message << '\n';
    return run;
}

}  // namespace serin::conformance
