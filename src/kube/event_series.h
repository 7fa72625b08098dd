#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/http.h"
#include "base/time.h"
#include "kube/request.h"

namespace serin::kube {

// The object an event is about (v1.ObjectReference).
struct ObjectReference {
    std::string apiVersion;
    std::string kind;
    std::string space;
    std::string name;
    std::string uid;
    std::string resourceVersion;
};

struct EventInput {
    ObjectReference regarding;
    std::string type = "Normal";  // or "Warning"
    std::string action;           // what was done, in UpperCamelCase
    std::string reason;           // why, in UpperCamelCase; at most 128 characters
    std::string note;             // the sentence; cut to 1 kB
    // Tells apart events that share all of the above: "<revision>.<attempt>.<step>". Events of one decision
    // are one series, whose note is that of its first event (the server lets nobody change it).
    std::string decision;
};

// Turns what happens into few requests, as client-go's events.k8s.io recorder does: the first event of a kind
// is a POST, the second a PATCH that makes it a series, further ones are counted here and sent at most every
// 30 minutes; a series without an event for 6 minutes is finished (its count sent if it moved). Of one object
// there are at most 50 new series at once and one more every ten seconds; what is beyond is dropped and
// counted. A pure reducer; times are wall-clock. Not thread-safe. Events are best effort: they carry no state
// and nobody waits for them.
class EventSeries {
  public:
    struct Options {
        std::string reportingController = "serin.dev/controller";
        std::string reportingInstance;  // the pod's name; at most 128 characters
        size_t maxSeries = 1000;        // the longest silent one is forgotten first
    };
    EventSeries(Options options, RequestBuilder requests);

    // `id` is handed back to onAnswer.
    struct Send {
        std::string id;
        HttpRequest request;
    };
    // Nothing when it is only counted.
    std::optional<Send> record(const EventInput& input, Timestamp now);
    // Heartbeats and finished series. Call about once a minute.
    std::vector<Send> tick(Timestamp now);
    // The server no longer has an event of a series (404 to a PATCH): the POST to send instead. Otherwise
    // nothing.
    std::optional<Send> onAnswer(const std::string& id, int httpStatus, Timestamp now);
    size_t size() const { return series_.size(); }
    // Events that were one too many of their object.
    size_t dropped() const { return dropped_; }

  private:
    struct Series {
        EventInput input;
        std::string name;  // of the Event object
        int count = 1;
        int sentCount = 1;
        Timestamp last;
        Timestamp sent;
    };
    Send post(const std::string& id, Series& series, Timestamp now);
    Send patch(const std::string& id, Series& series, Timestamp now);
    void forgetOldest();
    bool admit(const std::string& uid, Timestamp now);

    // What an object may still tell of at once.
    struct Allowance {
        int left = 0;
        Timestamp refilled;
    };

    Options options_;
    RequestBuilder requests_;
    std::map<std::string, Series> series_;
    std::map<std::string, Allowance> allowances_;  // by uid; of objects that told of something lately
    size_t dropped_ = 0;
};

}  // namespace serin::kube
