#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "base/text.h"
#include "fake/api_server.h"
#include "kube/request.h"
#include "kube/watch_decoder.h"

namespace serin::fake {

struct ManualClock : Clock {
    Timestamp wall() const override { return Timestamp{Duration{1'767'323'045'000}} + now; }
    Duration sinceBoot() const override { return now; }
    Duration now{0};
};

inline std::shared_ptr<const Schemas> schemas() {
    static const auto loaded = loadSchemasOf(".");
    if (!loaded) ADD_FAILURE() << loaded.error().message;
    return *loaded;
}

inline Json modelDeployment(const std::string& name) {
    return {{"apiVersion", "serin.dev/v1alpha1"},
            {"kind", "ModelDeployment"},
            {"metadata", {{"name", name}, {"namespace", "default"}}},
            {"spec",
             {{"model", {{"name", "fraud"}}},
              {"template",
               {{"spec", {{"containers", Json::array({{{"name", "server"}, {"image", "a:1"}}})}}}}}}}};
}

inline Json service(const std::string& name, const Json& labels = Json::object()) {
    return {{"apiVersion", "v1"},
            {"kind", "Service"},
            {"metadata", {{"name", name}, {"namespace", "default"}, {"labels", labels}}},
            {"spec", {{"ports", Json::array({{{"name", "http"}, {"port", 80}}})}}}};
}

class ApiServerTest : public testing::Test {
  protected:
    Json send(const HttpRequest& request, int status) {
        const HttpResponse answer = server.handle(request);
        EXPECT_EQ(answer.status, status) << request.method << ' ' << request.target << '\n' << answer.body;
        return Json::parse(answer.body, nullptr, false);
    }
    Json create(const kube::Resource& resource, const Json& object) {
        return send(requests.create(resource, "default", dump(object)), 201);
    }
    std::unique_ptr<Watch> watch(const kube::Resource& resource, const std::string& query) {
        HttpRequest request;
        request.target = cat(resource.collectionPath("default"), "?watch=1", query);
        auto opened = server.openWatch(request);
        if (auto* refusal = std::get_if<HttpResponse>(&opened)) {
            ADD_FAILURE() << refusal->body;
            return nullptr;
        }
        return std::move(std::get<std::unique_ptr<Watch>>(opened));
    }
    // "ADDED a, BOOKMARK" of what the watch has to tell now.
    static std::string told(Watch& from) {
        kube::WatchDecoder decoder;
        std::vector<kube::WatchEvent> events;
        EXPECT_TRUE(decoder.feed(from.pull(), events).ok());
        static const char* const names[] = {"ADDED", "MODIFIED", "DELETED", "BOOKMARK", "ERROR"};
        std::vector<std::string> out;
        for (const auto& event : events) {
            const std::string name = event.object.name();
            out.push_back(cat(names[static_cast<size_t>(event.type)], name.empty() ? "" : " ", name));
        }
        return join(out, ", ");
    }

    ManualClock clock;
    ApiServer server{clock, schemas(), ApiServer::Options{.history = 10}};
    kube::RequestBuilder requests{"serin-operator/test (pod)"};
};

}  // namespace serin::fake
