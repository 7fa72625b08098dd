#pragma once

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "kube/list_watch.h"

namespace serin::kube::testing {

inline HttpResponse ok(std::string body) {
    return {200, {}, std::move(body)};
}

inline std::string page(const std::string& version, const std::string& continueToken,
                        const std::string& items) {
    return R"({"kind":"ServiceList","metadata":{"resourceVersion":")" + version + R"(","continue":")" +
           continueToken + R"("},"items":[)" + items + "]}";
}

inline std::string item(const std::string& name, const std::string& version) {
    return R"({"metadata":{"namespace":"ml","name":")" + name + R"(","resourceVersion":")" + version +
           R"("}})";
}

inline WatchEvent event(WatchEventType type, const std::string& name, const std::string& version) {
    return {type, *Object::parse(item(name, version))};
}

inline WatchEvent errorEvent(int code, const std::string& reason) {
    return {WatchEventType::Error, *Object::parse(R"({"kind":"Status","code":)" + std::to_string(code) +
                                                  R"(,"reason":")" + reason + R"("})")};
}

// A machine, its clock and its chance.
class ListWatchFixture : public ::testing::Test {
  protected:
    explicit ListWatchFixture(bool streamingLists = false)
        : machine_(options(streamingLists), RequestBuilder("test"), [this] { return random_; }) {}

    static ListWatch::Options options(bool streamingLists) {
        ListWatch::Options out;
        out.resource = services();
        out.labelSelector = "serin.dev/managed=true";
        out.streamingLists = streamingLists;
        return out;
    }
    std::string target(const ListWatch::Action& action) {
        if (const auto* list = std::get_if<ListWatch::List>(&action)) return list->request.target;
        if (const auto* watch = std::get_if<ListWatch::Watch>(&action)) return watch->request.target;
        return "wait";
    }
    std::string next() { return target(machine_.next(now_)); }
    Duration waits() {
        const auto action = machine_.next(now_);
        const auto* wait = std::get_if<ListWatch::Wait>(&action);
        return wait ? wait->until - now_ : Duration{0};
    }
    // Listed at version 50, about to watch.
    void list() {
        next();
        machine_.onListAnswer(ok(page("50", "", item("a", "10"))), now_);
    }
    void open() {
        next();
        machine_.onWatchOpened(now_);
    }
    void end(const Result<HttpResponse>& how, Duration after) {
        now_ += after;
        machine_.onWatchEnd(how, now_);
    }

    double random_ = 0;
    Duration now_{1'000'000};
    ListWatch machine_;
};

}  // namespace serin::kube::testing
