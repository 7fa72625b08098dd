#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <source_location>
#include <string>
#include <vector>

#include "kube/request.h"
#include "kube/resource.h"
#include "kube/watch_decoder.h"
#include "mask.h"
#include "registry.h"
#include "server.h"

namespace serin::conformance {

// A server's answer. Reading what is not there gives null or an empty text.
struct Answer {
    int status = 0;
    Json body;
    std::map<std::string, std::string> headers;

    std::string uid() const { return fake::textAt(fake::metadataOf(body), "uid"); }
    std::string version() const { return fake::textAt(fake::metadataOf(body), "resourceVersion"); }
    std::string continueToken() const { return fake::textAt(fake::metadataOf(body), "continue"); }
    std::string message() const { return fake::textAt(body, "message"); }
    // The value at a JSON pointer ("/spec/replicas").
    Json at(const std::string& pointer) const;
};

// The names of a list's items, in order: "a b".
std::string namesOf(const Json& list);

struct Event {
    std::string type;
    Json object;
};

class Play;

// A watch that a case reads. What it reads is recorded.
class Watching {
  public:
    Watching(Play& play, std::unique_ptr<Stream> stream, std::string asked);
    ~Watching();
    Watching(const Watching&) = delete;

    // The next event; one of type "" when none came in time, which fails the case.
    Event next(std::source_location here = std::source_location::current());
    // The next ones in short, without the case's number in names: "ADDED a, MODIFIED a, BOOKMARK".
    std::string told(size_t count, std::source_location here = std::source_location::current());
    // Reads on to the end of the stream; further events are recorded. How it ended; status 0 when it did not,
    // which fails the case.
    Answer end(std::source_location here = std::source_location::current());

  private:
    // Waits for an event or the end.
    void fetch();

    Play& play_;
    std::unique_ptr<Stream> stream_;
    kube::WatchDecoder decoder_;
    std::deque<Event> events_;
    Json recorded_;
};

// One case on one server: requests, what is expected of the answers, and the record of everything that was
// said. What a case creates is deleted at its end.
class Play {
  public:
    Play(Server& server, std::string space, int number);
    ~Play();
    Play(const Play&) = delete;

    // The run's namespace, and a name that no other case uses: "a" becomes "a-17".
    const std::string& space() const { return space_; }
    std::string name(const std::string& word) const;
    // A selector of the label that the bodies below carry: what other cases leave behind is not seen by it.
    std::string selector() const;

    // As the operator's client builds them.
    const kube::RequestBuilder requests{"serin-conformance/1 (test)"};

    // Sends and records. Status 0: there was no answer, which fails the case.
    Answer send(const HttpRequest& request, std::source_location here = std::source_location::current());
    // The same, and expects the status (and the reason of a refusal).
    Answer send(const HttpRequest& request, int status, const char* reason = "",
                std::source_location here = std::source_location::current());
    // POSTs into the run's namespace, and expects 201.
    Answer create(const kube::Resource& resource, const Json& object,
                  std::source_location here = std::source_location::current());
    // A request with `query` added to its target ("fieldManager=a&force=true").
    static HttpRequest with(HttpRequest request, const std::string& query);
    // A bare request, for what the operator's client never asks.
    HttpRequest bare(const std::string& method, const std::string& target, const std::string& body = "",
                     const std::string& contentType = "application/json") const;
    // Asks until the answer is wanted, and records the last one alone; unwanted to the end fails the case.
    Answer eventually(const HttpRequest& request, const std::function<bool(const Answer&)>& wanted,
                      std::source_location here = std::source_location::current());

    Watching watch(const HttpRequest& request);
    // A watch of what carries the case's label, from a version on.
    Watching watchFrom(const kube::Resource& resource, const std::string& version);

    void compact();

    // Expectations. A case goes on after one that fails.
    void that(bool holds, const std::string& sentence,
              std::source_location here = std::source_location::current());
    void equal(const Json& actual, const Json& expected, const std::string& what,
               std::source_location here = std::source_location::current());
    // Resource versions as numbers.
    void newer(const std::string& later, const std::string& earlier,
               std::source_location here = std::source_location::current());

    // Bodies, with the case's label.
    Json service(const std::string& word, const Json& labels = Json::object()) const;
    Json modelDeployment(const std::string& word) const;
    Json replicaSet(const std::string& word) const;
    Json lease(const std::string& word) const;
    Json event(const std::string& word) const;
    Json owner(const Answer& made) const;  // an ownerReference

    const std::vector<std::string>& failures() const { return failures_; }
    const Json& record() const { return record_; }

  private:
    friend class Watching;
    Result<HttpResponse> ask(const HttpRequest& request);
    Answer keep(const HttpRequest& request, const Result<HttpResponse>& answer, std::source_location here);
    void remember(const HttpRequest& request, const Answer& answer);
    void clean(const std::string& path);
    Json metadata(const std::string& word) const;

    Server& server_;
    std::string space_;
    int number_;
    Mask mask_;
    Json record_ = Json::array();
    std::vector<std::string> created_;  // paths
    std::vector<std::string> failures_;
};

}  // namespace serin::conformance
