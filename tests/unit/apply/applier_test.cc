#include "apply/applier.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "fakes.h"

namespace serin::apply {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using Json = nlohmann::json;

class ApplierTest : public ::testing::Test {
  protected:
    ApplierTest() {
        object.meta.name = "fraud";
        object.meta.ns = "ml";
        object.meta.uid = "uid-fraud";
        object.meta.resourceVersion = "7";
        object.spec.revision = "rev1";
        object.spec.templateJson = R"({"spec":{"containers":[{"name":"server","image":"i"}]}})";
        object.spec.runtime.container = "server";
    }

    Outcome apply(const api::Plan& plan) {
        Bodies bodies;
        bodies.createService = [](const auto&, const api::CreateService& i) {
            return "service for " + i.revision;
        };
        bodies.routeService = [](const auto&, const api::RouteService& i) {
            return "route to " + i.revision;
        };
        const Applier applier(
            transport, kube::RequestBuilder("test"), bodies, [this] { return mayWrite; }, clock, log);
        return applier.apply(object, plan, lastDiagnosis, {});
    }
    api::Plan planOf(const api::Intent& intent) {
        api::Plan plan;
        plan.actions.push_back({intent, "why"});
        return plan;
    }
    static std::string status(int code, const std::string& reason, const std::string& message,
                              const std::string& cause = "") {
        Json body = {{"kind", "Status"}, {"code", code}, {"reason", reason}, {"message", message}};
        if (!cause.empty()) body["details"]["causes"] = {{{"reason", cause}}};
        return body.dump();
    }
    static std::string owned(const std::string& uid) {
        return Json{{"metadata",
                     {{"name", "fraud-rev1"},
                      {"resourceVersion", "41"},
                      {"ownerReferences", {{{"controller", true}, {"uid", uid}}}}}}}
            .dump();
    }

    api::ModelDeployment object;
    std::optional<api::Diagnosis> lastDiagnosis;
    bool mayWrite = true;
    serin::testing::ScriptedTransport transport;
    serin::testing::ManualClock clock;
    serin::testing::QuietLogger log;
};

TEST_F(ApplierTest, ReturnsFirstThenRecordsThenActs) {
    api::Plan plan = planOf(api::ScaleReplicaSet{"fraud-rev2", "u2", "12", 0});
    plan.actionsFirst.push_back({api::RouteService{"fraud", "us", "11", "rev1", {}}, "harm"});
    plan.status = api::Status{};
    transport.answer(200, R"({"metadata":{"resourceVersion":"21"}})");
    transport.answer(200, R"({"metadata":{"resourceVersion":"22"}})");
    transport.answer(200, R"({"metadata":{"resourceVersion":"23"}})");
    const Outcome outcome = apply(plan);
    EXPECT_EQ(outcome.ending, Ending::Done);
    EXPECT_TRUE(outcome.statusWritten);
    ASSERT_EQ(transport.requests.size(), 3u);
    EXPECT_THAT(transport.requests[0].target, StartsWith("/api/v1/namespaces/ml/services/fraud?"));
    EXPECT_EQ(transport.requests[0].body, "route to rev1");
    EXPECT_THAT(transport.requests[1].target,
                HasSubstr("/modeldeployments/fraud/status?fieldManager=serin-controller-status"));
    EXPECT_THAT(transport.requests[2].target,
                StartsWith("/apis/apps/v1/namespaces/ml/replicasets/fraud-rev2?"));
    EXPECT_EQ(Json::parse(transport.requests[2].body),
              Json::parse(R"({"metadata":{"uid":"u2","resourceVersion":"12"},"spec":{"replicas":0}})"));
    ASSERT_EQ(outcome.writes.size(), 3u);
    EXPECT_EQ(outcome.writes[0].kind, "Service");
    EXPECT_EQ(outcome.writes[0].resourceVersion, "21");
    EXPECT_EQ(outcome.writes[1].kind, "ModelDeployment");
    EXPECT_EQ(outcome.writes[2].resourceVersion, "23");
}

TEST_F(ApplierTest, RecordsEvenWhenTheReturnFailed) {
    api::Plan plan;
    plan.actionsFirst.push_back({api::RouteService{"fraud", "us", "11", "rev1", {}}, "harm"});
    plan.status = api::Status{};
    transport.answer(409, status(409, "Conflict", "the object has been modified"));
    const Outcome outcome = apply(plan);
    EXPECT_TRUE(outcome.statusWritten);
    EXPECT_EQ(outcome.ending, Ending::Conflict);
    EXPECT_THAT(outcome.message, HasSubstr("the object has been modified"));
}

TEST_F(ApplierTest, DoesNothingAfterAStatusThatWasNotWritten) {
    api::Plan plan = planOf(api::ScaleReplicaSet{"fraud-rev2", "u2", "12", 0});
    plan.status = api::Status{};
    transport.answer(409, status(409, "Conflict", "modified"));
    const Outcome outcome = apply(plan);
    EXPECT_EQ(outcome.ending, Ending::Conflict);
    EXPECT_FALSE(outcome.statusWritten);
    EXPECT_EQ(transport.requests.size(), 1u);
}

TEST_F(ApplierTest, AsksTheFenceBeforeEachWrite) {
    api::Plan plan = planOf(api::ScaleReplicaSet{"fraud-rev2", "u2", "12", 0});
    plan.status = api::Status{};
    transport.onSend = [this] { mayWrite = false; };
    const Outcome outcome = apply(plan);
    EXPECT_EQ(outcome.ending, Ending::Fenced);
    EXPECT_TRUE(outcome.statusWritten);
    EXPECT_EQ(transport.requests.size(), 1u);
}

TEST_F(ApplierTest, ChecksTemplatesByAStrictPost) {
    const Outcome outcome = apply(planOf(api::CreateReplicaSet{"rev1", 3}));
    EXPECT_EQ(outcome.ending, Ending::Done);
    ASSERT_EQ(transport.requests.size(), 1u);
    EXPECT_EQ(transport.requests[0].method, "POST");
    EXPECT_THAT(transport.requests[0].target, HasSubstr("fieldValidation=Strict"));
    EXPECT_THAT(transport.requests[0].target, HasSubstr("fieldManager=serin-controller"));
    EXPECT_EQ(Json::parse(transport.requests[0].body)["spec"]["replicas"], 3);
}

TEST_F(ApplierTest, KeepsTheServersSentenceOfARefusedTemplate) {
    for (const auto& [code, reason] : {std::pair{400, "BadRequest"}, {422, "Invalid"}, {403, "Forbidden"}}) {
        transport.answer(code, status(code, reason, "unknown field \"spec.imagee\""));
        const Outcome outcome = apply(planOf(api::CreateReplicaSet{"rev1", 3}));
        EXPECT_EQ(outcome.ending, Ending::Refused) << code;
        ASSERT_EQ(outcome.refusals.size(), 1u);
        EXPECT_EQ(outcome.refusals[0].kind, "ReplicaSet");
        EXPECT_EQ(outcome.refusals[0].name, "fraud-rev1");
        EXPECT_EQ(outcome.refusals[0].revision, "rev1");
        EXPECT_EQ(outcome.refusals[0].message, "unknown field \"spec.imagee\"");
        EXPECT_EQ(outcome.refusals[0].at, clock.now);
        EXPECT_FALSE(outcome.refusals[0].nameTaken);
    }
}

TEST_F(ApplierTest, SaysNothingAboutANamespaceThatEnds) {
    transport.answer(403, status(403, "Forbidden", "because it is being terminated", "NamespaceTerminating"));
    const Outcome outcome = apply(planOf(api::CreateReplicaSet{"rev1", 3}));
    EXPECT_EQ(outcome.ending, Ending::Gone);
    EXPECT_TRUE(outcome.refusals.empty());
}

TEST_F(ApplierTest, TakesItsOwnEarlierObjectForSuccess) {
    transport.answer(409, status(409, "AlreadyExists", "exists"));
    transport.answer(200, owned("uid-fraud"));
    const Outcome outcome = apply(planOf(api::CreateReplicaSet{"rev1", 3}));
    EXPECT_EQ(outcome.ending, Ending::Done);
    ASSERT_EQ(outcome.writes.size(), 1u);
    EXPECT_EQ(outcome.writes[0].resourceVersion, "41");
}

TEST_F(ApplierTest, LeavesAForeignObjectOfTheNameAlone) {
    transport.answer(409, status(409, "AlreadyExists", "exists"));
    transport.answer(200, owned("somebody-else"));
    const Outcome outcome = apply(planOf(api::CreateService{"fraud", "rev1", true}));
    EXPECT_EQ(outcome.ending, Ending::Refused);
    ASSERT_EQ(outcome.refusals.size(), 1u);
    EXPECT_TRUE(outcome.refusals[0].nameTaken);
    EXPECT_EQ(outcome.refusals[0].kind, "Service");
    EXPECT_THAT(transport.lines(), ElementsAre(StartsWith("POST /api/v1/namespaces/ml/services"),
                                               "GET /api/v1/namespaces/ml/services/fraud"));
}

TEST_F(ApplierTest, TellsWhatMayHaveHappenedFromWhatDidNot) {
    transport.fail(ErrorCode::Unknown);
    EXPECT_EQ(apply(planOf(api::CreateReplicaSet{"rev1", 3})).ending, Ending::Unknown);
    transport.fail(ErrorCode::Unavailable);
    EXPECT_EQ(apply(planOf(api::CreateReplicaSet{"rev1", 3})).ending, Ending::Failed);
    transport.answer(500, status(500, "InternalError", "boom"));
    EXPECT_EQ(apply(planOf(api::CreateReplicaSet{"rev1", 3})).ending, Ending::Unknown);
    transport.answers.push_back(HttpResponse{429, {{"retry-after", "7"}}, ""});
    const Outcome outcome = apply(planOf(api::CreateReplicaSet{"rev1", 3}));
    EXPECT_EQ(outcome.ending, Ending::Failed);
    EXPECT_EQ(outcome.retryAfter, Duration(std::chrono::seconds(7)));
}

TEST_F(ApplierTest, DeletesOnlyWhatItSaw) {
    const Outcome outcome = apply(planOf(api::DeleteService{"fraud-rev2", "u9", "90"}));
    EXPECT_EQ(outcome.ending, Ending::Done);
    ASSERT_EQ(transport.requests.size(), 1u);
    EXPECT_EQ(transport.requests[0].method, "DELETE");
    const Json body = Json::parse(transport.requests[0].body);
    EXPECT_EQ(body["preconditions"], Json::parse(R"({"uid":"u9","resourceVersion":"90"})"));
    EXPECT_EQ(body["propagationPolicy"], "Background");
}

TEST_F(ApplierTest, TellsTheVersionThatADeletionMadeWhereTheServerSaysIt) {
    transport.answer(200, R"({"kind":"Service","metadata":{"name":"fraud-rev2","resourceVersion":"95"}})");
    EXPECT_EQ(apply(planOf(api::DeleteService{"fraud-rev2", "u9", "90"})).writes.at(0).resourceVersion, "95");
    transport.answer(200, R"({"kind":"Status","metadata":{},"status":"Success"})");
    EXPECT_EQ(apply(planOf(api::DeleteReplicaSet{"fraud-rev2", "u9", "90"})).writes.at(0).resourceVersion,
              "");
}

TEST_F(ApplierTest, DeletesAPodByItsUidAndWaitsForNoNewsOfIt) {
    const Outcome outcome = apply(planOf(api::DeletePod{"fraud-rev2-x", "u7"}));
    EXPECT_EQ(outcome.ending, Ending::Done);
    EXPECT_THAT(transport.lines(), ElementsAre("DELETE /api/v1/namespaces/ml/pods/fraud-rev2-x"));
    EXPECT_EQ(Json::parse(transport.requests.at(0).body)["preconditions"], Json::parse(R"({"uid":"u7"})"));
    EXPECT_TRUE(outcome.writes.empty());
}

TEST_F(ApplierTest, TakesAnObjectThatIsGoneForDeleted) {
    transport.answer(404, status(404, "NotFound", "not found"));
    EXPECT_EQ(apply(planOf(api::DeleteReplicaSet{"fraud-rev2", "u9", "90"})).ending, Ending::Done);
    transport.answer(404, status(404, "NotFound", "not found"));
    EXPECT_EQ(apply(planOf(api::ScaleReplicaSet{"fraud-rev2", "u9", "90", 1})).ending, Ending::Conflict);
}

TEST_F(ApplierTest, ReadsPodsAtMostEveryTenSeconds) {
    transport.answer(200, R"({"items":[]})");
    const Outcome outcome = apply(planOf(api::DiagnosePods{"rev1"}));
    ASSERT_TRUE(outcome.diagnosis);
    EXPECT_EQ(outcome.diagnosis->revision, "rev1");
    EXPECT_EQ(outcome.diagnosis->at, clock.now);
    EXPECT_THAT(
        transport.requests[0].target,
        HasSubstr("labelSelector=serin.dev%2Fmodel-deployment%3Dfraud%2Cserin.dev%2Frevision%3Drev1"));
    lastDiagnosis = outcome.diagnosis;
    clock.pass(std::chrono::seconds(9));
    EXPECT_FALSE(apply(planOf(api::DiagnosePods{"rev1"})).diagnosis);
    clock.pass(std::chrono::seconds(1));
    EXPECT_TRUE(apply(planOf(api::DiagnosePods{"rev1"})).diagnosis);
    EXPECT_EQ(transport.requests.size(), 2u);
}

TEST_F(ApplierTest, GoesOnWhenPodsCannotBeRead) {
    api::Plan plan = planOf(api::DiagnosePods{"rev1"});
    plan.actions.push_back({api::ScaleReplicaSet{"fraud-rev2", "u2", "12", 0}, "why"});
    transport.answer(403, status(403, "Forbidden", "pods is forbidden"));
    const Outcome outcome = apply(plan);
    EXPECT_EQ(outcome.ending, Ending::Done);
    EXPECT_THAT(outcome.diagnosis->message, HasSubstr("pods is forbidden"));
    EXPECT_EQ(outcome.writes.size(), 1u);
}

}  // namespace
}  // namespace serin::apply
