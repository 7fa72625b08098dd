#include "run.h"

#include <unistd.h>

#include <iostream>
#include <utility>

#include "base/text.h"
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
    const bool simulated = std::string(server.name()) == "simulated";
    Run run{{}, {{"server", server.name()}, {"cases", Json::object()}}};
    int number = 0;
    for (const Case& one : allCases()) {
        ++number;
        if (one.sentence.find(word) == std::string::npos || (simulated && !one.realOnly.empty())) continue;
        Play play(server, space, number);
        one.play(play);
        run.findings.push_back({one.sentence, groupOf(one), play.failures()});
        run.record["cases"][one.sentence] = play.record();
    }
    const auto gone = expect(server, namespaceRequest("DELETE", cat('/', space), ""), 200);
    if (!gone) std::cerr << "the namespace " << space << " stays: " << gone.error().message << '\n';
    return run;
}

}  // namespace serin::conformance
