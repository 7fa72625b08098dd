#pragma once

#include <memory>
#include <string>

#include "base/clock.h"
#include "base/http.h"
#include "base/result.h"

namespace serin::conformance {

// An open watch.
class Stream {
  public:
    virtual ~Stream() = default;
    // The bytes that came since the last call; waits a little for some, and lets the server's time pass.
    virtual std::string pull() = 0;
    // The server's answer, once the stream is over and all its bytes were pulled; nullptr before. A refusal
    // has its status and body here; a watch that ended in order has status 200.
    virtual const Result<HttpResponse>* end() const = 0;
};

// An API server as the cases see it: the simulated one or a real one.
class Server {
  public:
    virtual ~Server() = default;

    // Every request but watches.
    virtual Result<HttpResponse> send(const HttpRequest& request) = 0;
    virtual std::unique_ptr<Stream> watch(const HttpRequest& request) = 0;
    // Takes the history away: continue tokens that were handed out before are expired afterwards.
    virtual Result<void> compact() = 0;
    // Lets controllers (garbage, namespaces) and time do something.
    virtual void settle() = 0;
    // The server's time, by which patience is counted.
    virtual const Clock& clock() const = 0;
    // "simulated" or "real".
    virtual const char* name() const = 0;
};

}  // namespace serin::conformance
