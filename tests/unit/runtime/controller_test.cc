#include "runtime/controller.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "routing/routing.h"
#include "tests/unit/apply/fakes.h"

namespace serin::runtime {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;
using Json = nlohmann::json;

class OneObject final : public ObjectSource {
  public:
    Sight sight;
    Sight look(const std::string&) const override { return sight; }
    std::vector<std::string> keys() const override { return {"ml/fraud"}; }
};

class ControllerTest : public ::testing::Test {
  protected:
    ControllerTest() {
        api::ModelDeployment object;
        object.meta.name = "fraud";
        object.meta.ns = "ml";
        object.meta.uid = "uid-fraud";
        object.meta.resourceVersion = "7";
        object.meta.generation = 1;
        object.spec.replicas = 2;
        object.spec.revision = "rev1";
        object.spec.model = {"fraud", "1"};
        object.spec.runtime.container = "server";
        object.spec.runtime.ports = {8080, 0, 8082};
        object.spec.runtime.readyPath = "/v2/models/fraud/ready";
        object.spec.templateJson = R"({"spec":{"containers":[{"name":"server","image":"i"}]}})";
        object.spec.ports = {{"http", 80, 8080}};
        source.sight.object = object;
        see(10);
    }
    void see(int version) {
        for (const char* kind : {"ModelDeployment", "ReplicaSet", "Service", "EndpointSlice"}) {
            source.sight.versions[kind] = std::to_string(version);
        }
    }
    void run() { controller.reconcile("ml/fraud", {}); }

    static apply::Bodies bodies() {
        apply::Bodies out;
        out.createService = [](const auto& object, const api::CreateService& i) {
            return i.main ? routing::mainServiceBody(object, i.revision)
                          : routing::revisionServiceBody(object, i.revision);
        };
        out.routeService = [](const auto&, const auto&) { return std::string("{}"); };
        return out;
    }

    serin::testing::ScriptedTransport transport;
    serin::testing::ManualClock clock;
    serin::testing::QuietLogger log;
    OneObject source;
    WorkQueue queue{clock};
    cache::WriteGate gate;
    Metrics metrics;
    bool mayWrite = true;
    apply::Applier applier{
        transport, kube::RequestBuilder("test"), bodies(), [this] { return mayWrite; }, clock, log};
    std::vector<kube::EventInput> events;
    std::vector<std::string> watched;
    std::vector<std::string> forgotten;
    std::vector<std::string> recorded;
    Controller controller{{source, queue, gate, applier, metrics, clock, log,
                           [this](kube::EventInput input) { events.push_back(std::move(input)); },
                           [this](const std::string& key, const auto&) { watched.push_back(key); },
                           [this](const std::string& key) { forgotten.push_back(key); },
                           referenceReader(transport, kube::RequestBuilder("test")),
                           accessReader(transport, kube::RequestBuilder("test")),
                           Duration{std::chrono::seconds(5)},
                           [this](const std::string& key) {
                               recorded.push_back(key);
                               return nullptr;
                           }}};
};

TEST_F(ControllerTest, RecordsThenCreatesTheFirstVersion) {
    run();
    EXPECT_THAT(transport.lines(), Contains(StartsWith("POST /apis/apps/v1/namespaces/ml/replicasets")));
    ASSERT_FALSE(transport.requests.empty());
    EXPECT_THAT(transport.lines().front(), HasSubstr("/modeldeployments/fraud/status"));
    EXPECT_THAT(watched, ElementsAre("ml/fraud"));
}

TEST_F(ControllerTest, PlansNothingBeforeItsOwnWritesAreSeen) {
    for (int i = 0; i < 10; ++i) transport.answer(200, R"({"metadata":{"resourceVersion":"11"}})");
    run();
    const size_t sent = transport.requests.size();
    ASSERT_GT(sent, 0u);
    while (const auto key = queue.poll()) queue.done(*key);
    run();
    EXPECT_EQ(transport.requests.size(), sent);
    EXPECT_EQ(queue.nextDue(), clock.boot + Duration(100));
    see(11);
    run();
    EXPECT_GT(transport.requests.size(), sent);
}

TEST_F(ControllerTest, ShowsARefusalInTheStatusAtOnce) {
    transport.answer(200, "{}");
    for (int i = 0; i < 2; ++i) {
        transport.answer(422, R"({"kind":"Status","reason":"Invalid","message":"spec.imagee is unknown"})");
    }
    run();
    EXPECT_EQ(queue.poll(), "ml/fraud");
    queue.done("ml/fraud");
    run();
    EXPECT_THAT(transport.requests.back().body, HasSubstr("spec.imagee is unknown"));
    const Json status = Json::parse(transport.requests.back().body)["status"];
    bool found = false;
    for (const Json& condition : status["conditions"]) {
        if (condition["type"] == "Accepted") {
            found = true;
            EXPECT_EQ(condition["status"], "False");
        }
    }
    EXPECT_TRUE(found);
}

TEST_F(ControllerTest, ComesBackLaterAfterAFailure) {
    transport.fail(ErrorCode::Unavailable);
    run();
    EXPECT_EQ(transport.requests.size(), 1u);
    EXPECT_EQ(queue.nextDue(), clock.boot + WorkQueue::kFirstRetry);
    EXPECT_THAT(events, IsEmpty());  // what was not recorded is not told
}

TEST_F(ControllerTest, WritesNothingBehindAClosedFence) {
    mayWrite = false;
    run();
    EXPECT_TRUE(transport.requests.empty());
}

TEST_F(ControllerTest, ForgetsWhatIsGoneOrGoing) {
    run();
    source.sight.object->meta.deleting = true;
    see(20);
    run();
    EXPECT_THAT(forgotten, ElementsAre("ml/fraud"));
    EXPECT_THAT(metrics.text(), ::testing::Not(HasSubstr("fraud")));
    const size_t sent = transport.requests.size();
    source.sight.object.reset();
    run();
    EXPECT_EQ(transport.requests.size(), sent);
}

TEST_F(ControllerTest, AnObjectMadeAnewHasARecordingOfItsOwn) {
    run();
    run();
    EXPECT_THAT(recorded, ElementsAre("ml/fraud"));
    source.sight.object->meta.uid = "uid-of-another";
    run();
    EXPECT_THAT(recorded, ElementsAre("ml/fraud", "ml/fraud"));
}

TEST_F(ControllerTest, ASourceThatNothingCouldLoadIsAProblem) {
    source.sight.object->spec.source.emplace().uri = "mlflow://fraud@champion";
    run();
    ASSERT_EQ(transport.requests.size(), 1u);
    EXPECT_THAT(transport.requests[0].body, HasSubstr("the operator runs without --fetch-image"));
}

// The status that is written of a new object with such a source, where pods can load models.
std::string statusWith(api::StoreKind store, bool loadsGit, bool loads = true) {
    serin::testing::ScriptedTransport transport;
    serin::testing::ManualClock clock;
    serin::testing::QuietLogger log;
    OneObject source;
    WorkQueue queue(clock);
    cache::WriteGate gate;
    Metrics metrics;
    const kube::RequestBuilder requests("test");
    apply::Applier applier(
        transport, requests, {}, [] { return true; }, clock, log);
    SourceWatch sources({[](const std::string&, const api::ModelSource&,
                            const std::optional<api::ResolvedModel>&, const std::stop_token&) {
                             return SourceAnswer{std::nullopt, "NotFound", "no"};
                         },
                         clock, log, [] { return 0.5; }, [](const std::string&) {}});
    api::ModelDeployment& object = source.sight.object.emplace();
    object.meta.name = "fraud";
    object.meta.ns = "ml";
    object.meta.uid = "uid-fraud";
    object.spec.source.emplace().reference.store = store;
    object.spec.unresolved = true;
    Controller controller({source,
                           queue,
                           gate,
                           applier,
                           metrics,
                           clock,
                           log,
                           [](const kube::EventInput&) {},
                           [](const std::string&, const auto&) {},
                           [](const std::string&) {},
                           referenceReader(transport, requests),
                           accessReader(transport, requests),
                           Duration{std::chrono::seconds(5)},
                           nullptr,
                           {},
                           &sources,
                           loads,
                           loadsGit});
    controller.reconcile("ml/fraud", {});
    return transport.requests.empty() ? "" : transport.requests[0].body;
}

TEST(ControllerWithSources, ASourceInGitIsAProblemWithoutItsImage) {
    EXPECT_THAT(statusWith(api::StoreKind::Git, false),
                HasSubstr("is a Git repository, but the operator runs without --fetch-git-image"));
    EXPECT_THAT(statusWith(api::StoreKind::Git, true), HasSubstr("is being looked up"));
    EXPECT_THAT(statusWith(api::StoreKind::S3, false), HasSubstr("is being looked up"));
}

TEST(ControllerWithSources, AClaimThatIsMountedAsItIsNeedsNoImage) {
    EXPECT_THAT(statusWith(api::StoreKind::VolumeClaim, false, false), HasSubstr("is being looked up"));
    EXPECT_THAT(statusWith(api::StoreKind::S3, false, false), HasSubstr("runs without --fetch-image"));
}

// As the codec: what the source means is known where the status has it.
void expectRecorded(const std::string& uri, bool loads) {
    serin::testing::ScriptedTransport transport;
    serin::testing::ManualClock clock;
    serin::testing::QuietLogger log;
    OneObject source;
    WorkQueue queue(clock);
    cache::WriteGate gate;
    Metrics metrics;
    apply::Applier applier(
        transport, kube::RequestBuilder("test"), {}, [] { return true; }, clock, log);
    SourceWatch sources(
        {[](const std::string&, const api::ModelSource&, const std::optional<api::ResolvedModel>&,
            const std::stop_token&) {
             return SourceAnswer{api::ResolvedModel{"mlflow:fraud/13", "13", {}, 5, 9}, "", ""};
         },
         clock, log, [] { return 0.5; }, [&](const std::string& key) { queue.add(key); }});
    Controller controller({source,
                           queue,
                           gate,
                           applier,
                           metrics,
                           clock,
                           log,
                           [](const kube::EventInput&) {},
                           [](const std::string&, const auto&) {},
                           [](const std::string&) {},
                           referenceReader(transport, kube::RequestBuilder("test")),
                           accessReader(transport, kube::RequestBuilder("test")),
                           Duration{std::chrono::seconds(5)},
                           nullptr,
                           {},
                           &sources,
                           loads});
    api::ModelDeployment object;
    object.meta.name = "fraud";
    object.meta.ns = "ml";
    object.meta.uid = "uid-fraud";
    object.spec.source.emplace().uri = uri;
    object.spec.written = "h0x4t52e5m";
    object.spec.unresolved = true;
    source.sight.object = object;
    for (const char* kind : {"ModelDeployment", "ReplicaSet", "Service", "EndpointSlice"}) {
        source.sight.versions[kind] = "10";
    }
    controller.reconcile("ml/fraud", {});
    ASSERT_EQ(transport.requests.size(), 1u);
    EXPECT_THAT(transport.requests[0].body, HasSubstr("is being looked up"));
    EXPECT_TRUE(sources.turn());
    EXPECT_EQ(queue.poll(), "ml/fraud");
    controller.reconcile("ml/fraud", {});
    ASSERT_EQ(transport.requests.size(), 2u);
    EXPECT_THAT(transport.requests[1].body, HasSubstr(R"("id":"mlflow:fraud/13")"));
    source.sight.object.reset();
    controller.reconcile("ml/fraud", {});
    EXPECT_EQ(sources.newest("ml/fraud"), std::nullopt);
}

TEST(ControllerWithProfiles, ReadsTheProfileOfTheVersionThatIsWatched) {
    serin::testing::ScriptedTransport transport;
    serin::testing::ManualClock clock;
    serin::testing::QuietLogger log;
    OneObject source;
    WorkQueue queue(clock);
    cache::WriteGate gate;
    Metrics metrics;
    apply::Applier applier(
        transport, kube::RequestBuilder("test"), {}, [] { return false; }, clock, log);
    SourceWatch sources({[](const std::string&, const api::ModelSource&,
                            const std::optional<api::ResolvedModel>&, const std::stop_token&) {
                             return SourceAnswer{std::nullopt, "StoreUnavailable", "not asked"};
                         },
                         clock, log, [] { return 0.5; }, [](const std::string&) {}});
    std::vector<std::string> read;
    ModelProfiles profiles(
        {[&](const std::string& space, const ModelProfile& profile, const std::stop_token&) {
             read.push_back(space + " " + profile.id + " " + profile.path);
             return ModelProfileReading{{std::nullopt, "the store is down"}, false, false};
         },
         clock, log, [] { return 0.5; }, [&](const std::string& key) { queue.add(key); }});
    Controller controller({source,
                           queue,
                           gate,
                           applier,
                           metrics,
                           clock,
                           log,
                           [](const kube::EventInput&) {},
                           [](const std::string&, const auto&) {},
                           [](const std::string&) {},
                           referenceReader(transport, kube::RequestBuilder("test")),
                           accessReader(transport, kube::RequestBuilder("test")),
                           Duration{std::chrono::seconds(5)},
                           nullptr,
                           {},
                           &sources,
                           true,
                           false,
                           &profiles});
    api::ModelDeployment object;
    object.meta.name = "fraud";
    object.meta.ns = "ml";
    object.meta.uid = "uid-fraud";
    object.spec.revision = "rev1";
    object.spec.modelId = "mlflow:fraud/13";
    object.spec.source.emplace().uri = "mlflow://fraud@champion";
    object.spec.source->reference.store = api::StoreKind::Mlflow;
    object.spec.analysis.metrics.emplace_back().name = "errors";
    object.spec.analysis.referenceFile = "profile.json";
    object.status.stable.emplace().revision = "rev1";
    object.status.watch = api::WatchStatus{"rev1", 1, "rev0", clock.now, std::nullopt};
    source.sight.object = object;
    for (const char* kind : {"ModelDeployment", "ReplicaSet", "Service", "EndpointSlice"}) {
        source.sight.versions[kind] = "10";
    }
    controller.reconcile("ml/fraud", {});
    EXPECT_THAT(read, IsEmpty()) << "no reconcile waits for a store";
    EXPECT_TRUE(profiles.turn());
    EXPECT_THAT(read, ElementsAre("ml mlflow:fraud/13 profile.json"));
    EXPECT_EQ(queue.poll(), "ml/fraud");
    const ModelProfile profile{*object.spec.source, "mlflow:fraud/13", "profile.json"};
    EXPECT_NE(profiles.newest("ml/fraud", profile), nullptr);
    source.sight.object.reset();
    controller.reconcile("ml/fraud", {});
    EXPECT_EQ(profiles.newest("ml/fraud", profile), nullptr);
}

TEST(ControllerWithSources, WhatALookFoundIsRecordedAndNothingStartsBefore) {
    expectRecorded("mlflow://fraud@champion", true);
}

TEST(ControllerWithSources, ATagOfAnImageIsFollowedWithoutAnythingThatLoadsModels) {
    expectRecorded("image://registry.example/fraud:13", false);
}

TEST_F(ControllerTest, WhatTheRegistryTookIsRecordedAndToldOnce) {
    api::ModelDeployment object = *source.sight.object;
    api::ModelSource model;
    model.uri = "mlflow://fraud@champion";
    model.reference.store = api::StoreKind::Mlflow;
    model.reference.name = "fraud";
    model.report.tags = true;
    object.spec.source = model;
    object.status.stable.emplace().revision = "rev1";
    object.status.stable->id = "mlflow:fraud/1 sha256:5f1d";
    object.status.history = {
        {"rev1", "1", "mlflow:fraud/1 sha256:5f1d", "Promoted", "first version", clock.now}};
    source.sight.object = object;
    std::vector<std::string> told;
    RegistryReporter reports({[&](const std::string& space, const api::ModelSource& from,
                                  const api::RegistryOrder& order, const std::stop_token&) {
                                  told.push_back(space + " " + from.uri + " " + order.versions.at(0).stage);
                                  return Telling();
                              },
                              clock, log, [] { return 0.5; }, [] { return true; },
                              [this](const std::string& key) { queue.add(key); }});
    SourceWatch sources({[](const std::string&, const api::ModelSource&,
                            const std::optional<api::ResolvedModel>&, const std::stop_token&) {
                             return SourceAnswer{std::nullopt, "NotFound", "no"};
                         },
                         clock, log, [] { return 0.5; }, [](const std::string&) {}});
    Controller::Parts parts{source,
                            queue,
                            gate,
                            applier,
                            metrics,
                            clock,
                            log,
                            [](const kube::EventInput&) {},
                            [](const std::string&, const auto&) {},
                            [](const std::string&) {},
                            referenceReader(transport, kube::RequestBuilder("test")),
                            accessReader(transport, kube::RequestBuilder("test"))};
    parts.sources = &sources;
    parts.reports = &reports;
    Controller telling(std::move(parts));
    telling.reconcile("ml/fraud", {});
    EXPECT_TRUE(reports.turn());
    EXPECT_EQ(queue.poll(), "ml/fraud");
    see(11);
    transport.requests.clear();
    telling.reconcile("ml/fraud", {});
    ASSERT_FALSE(transport.requests.empty());
    EXPECT_THAT(transport.requests[0].body, HasSubstr(R"("report":{"at":")"));
    EXPECT_THAT(transport.requests[0].body, HasSubstr(R"("told":"rev1 Promoted )"));
    EXPECT_FALSE(reports.turn());
    EXPECT_THAT(told, ElementsAre("ml mlflow://fraud@champion stable"));
    source.sight.object.reset();
    telling.reconcile("ml/fraud", {});
    EXPECT_EQ(reports.newest("ml/fraud"), std::nullopt);
}

TEST_F(ControllerTest, ReportsASpecThatCannotBeAccepted) {
    source.sight.object->spec.problems = {
        "spec.runtime.container: is \"x\"; name a container of the template"};
    run();
    ASSERT_EQ(transport.requests.size(), 1u);
    EXPECT_THAT(transport.requests[0].body, HasSubstr("name a container of the template"));
}

}  // namespace
}  // namespace serin::runtime
