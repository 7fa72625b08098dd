#pragma once

#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "net/transport.h"

namespace serin::testing {

// Answers from a script, and remembers what was asked.
class ScriptedTransport final : public net::Transport {
  public:
    std::vector<HttpRequest> requests;
    // Taken one by one; when it is empty, 200 with an empty object.
    std::deque<Result<HttpResponse>> answers;
    std::function<void()> onSend = [] {};

    void answer(int status, const std::string& body) { answers.push_back(HttpResponse{status, {}, body}); }
    void fail(ErrorCode code) { answers.push_back(Error{code, "the wire"}); }

    Result<HttpResponse> send(const HttpRequest& request, std::stop_token) override {
        const std::lock_guard lock(mutex_);
        requests.push_back(request);
        Result<HttpResponse> answer = HttpResponse{200, {}, "{}"};
        if (!answers.empty()) {
            answer = answers.front();
            answers.pop_front();
        }
        onSend();
        return answer;
    }
    Result<HttpResponse> stream(const HttpRequest&, const std::function<bool(std::string_view)>&,
                                std::stop_token) override {
        return Error{ErrorCode::Unavailable, "no streams here"};
    }
    std::vector<std::string> lines() const {
        std::vector<std::string> out;
        for (const HttpRequest& request : requests) out.push_back(request.method + " " + request.target);
        return out;
    }

  private:
    std::mutex mutex_;
};

class ManualClock final : public Clock {
  public:
    Timestamp now{std::chrono::hours(24 * 365 * 55)};
    Duration boot{std::chrono::hours(1)};
    Timestamp wall() const override { return now; }
    Duration sinceBoot() const override { return boot; }
    void pass(Duration time) {
        now += time;
        boot += time;
    }
};

class QuietLogger final : public Logger {
  public:
    void log(LogLevel, std::string_view, const LogFields&) override {}
};

}  // namespace serin::testing
