#include "unit/fake/fixture.h"

namespace serin::fake {
namespace {

using WritesTest = ApiServerTest;

TEST_F(WritesTest, CustomResourcesArePrunedDefaultedAndChecked) {
    Json object = modelDeployment("fraud");
    object["spec"]["paused"] = nullptr;
    object["spec"]["misspelt"] = 1;
    const Json made = create(kube::modelDeployments(), object);
    EXPECT_EQ(made["spec"]["replicas"], 1);
    EXPECT_EQ(made["spec"]["paused"], false);
    EXPECT_EQ(made["spec"]["rollout"]["soak"], "30m");
    EXPECT_FALSE(made["spec"].contains("misspelt"));
    EXPECT_EQ(made["metadata"]["generation"], 1);

    object["metadata"]["name"] = "other";
    object["spec"]["replicas"] = -1;
    const Json refusal = send(requests.create(kube::modelDeployments(), "default", dump(object)), 422);
    EXPECT_EQ(refusal["details"]["causes"][0]["field"], "spec.replicas");
    const Json strict =
        send(requests.create(kube::modelDeployments(), "default", dump(object), {.strict = true}), 400);
    EXPECT_NE(strict["message"].get<std::string>().find("unknown field \"spec.misspelt\""),
              std::string::npos);
}

TEST_F(WritesTest, SpecAndStatusAreEachWrittenByTheirOwnEndpoint) {
    create(kube::modelDeployments(), modelDeployment("fraud"));
    const Json intent = {{"apiVersion", "serin.dev/v1alpha1"},
                         {"kind", "ModelDeployment"},
                         {"metadata", {{"name", "fraud"}, {"labels", {{"a", "b"}}}}},
                         {"spec", {{"replicas", 9}}},
                         {"status", {{"phase", "Ready"}}}};
    const Json status =
        send(requests.applyStatus(kube::modelDeployments(), "default", "fraud", dump(intent)), 200);
    EXPECT_EQ(status["status"]["phase"], "Ready");
    EXPECT_EQ(status["spec"]["replicas"], 1);
    EXPECT_FALSE(status["metadata"].contains("labels"));
    EXPECT_EQ(status["metadata"]["generation"], 1);
    const Json spec = send(requests.mergePatch(kube::modelDeployments(), "default", "fraud",
                                               R"({"spec":{"replicas":3},"status":{"phase":"Broken"}})"),
                           200);
    EXPECT_EQ(spec["status"]["phase"], "Ready");
    EXPECT_EQ(spec["metadata"]["generation"], 2);
}

TEST_F(WritesTest, AnApplyRemovesWhatItNoLongerStatesAndMakesNoRevisionWithoutAChange) {
    create(kube::modelDeployments(), modelDeployment("fraud"));
    const auto apply = [&](const Json& status) {
        const Json intent = {{"apiVersion", "serin.dev/v1alpha1"},
                             {"kind", "ModelDeployment"},
                             {"metadata", {{"name", "fraud"}}},
                             {"status", status}};
        return send(requests.applyStatus(kube::modelDeployments(), "default", "fraud", dump(intent)), 200);
    };
    const auto condition = [](const char* type) {
        return Json{{"type", type},
                    {"status", "True"},
                    {"reason", "Since"},
                    {"lastTransitionTime", "2026-01-02T03:04:05Z"},
                    {"message", ""}};
    };
    const Json first =
        apply({{"phase", "Ready"}, {"conditions", Json::array({condition("Ready"), condition("Accepted")})}});
    const Json same =
        apply({{"phase", "Ready"}, {"conditions", Json::array({condition("Ready"), condition("Accepted")})}});
    EXPECT_EQ(first["metadata"]["resourceVersion"], same["metadata"]["resourceVersion"]);
    const Json less = apply({{"conditions", Json::array({condition("Accepted")})}});
    EXPECT_FALSE(less["status"].contains("phase"));
    ASSERT_EQ(less["status"]["conditions"].size(), 1U);
    EXPECT_EQ(less["status"]["conditions"][0]["type"], "Accepted");
}

TEST_F(WritesTest, AnApplyConflictsWithOtherOwnersUnlessForced) {
    create(kube::modelDeployments(), modelDeployment("fraud"));
    const std::string body =
        R"({"apiVersion":"serin.dev/v1alpha1","kind":"ModelDeployment","metadata":{"name":"fraud"},)"
        R"("spec":{"model":{"name":"other"}}})";
    HttpRequest request = requests.apply(kube::modelDeployments(), "default", "fraud", body);
    request.target = kube::modelDeployments().objectPath("default", "fraud") + "?fieldManager=person";
    const Json refusal = send(request, 409);
    EXPECT_EQ(refusal["details"]["causes"][0]["reason"], "FieldManagerConflict");
    EXPECT_EQ(refusal["details"]["causes"][0]["field"], ".spec.model.name");
    request.target += "&force=true";
    EXPECT_EQ(send(request, 200)["spec"]["model"]["name"], "other");
}

TEST_F(WritesTest, FinalizersHoldADeletionUntilTheLastIsRemoved) {
    Json object = service("held");
    object["metadata"]["finalizers"] = {"example.org/hold"};
    create(kube::services(), object);
    const auto remove = requests.del(kube::services(), "default", "held", {}, kube::Propagation::Background);
    EXPECT_TRUE(send(remove, 200)["metadata"].contains("deletionTimestamp"));
    send(requests.get(kube::services(), "default", "held"), 200);
    send(requests.mergePatch(kube::services(), "default", "held", R"({"metadata":{"finalizers":null}})"),
         200);
    send(requests.get(kube::services(), "default", "held"), 404);
}

TEST_F(WritesTest, PreconditionsOfDeletesAndPatchesAreKept) {
    const Json made = create(kube::services(), service("one"));
    const std::string uid = made["metadata"]["uid"];
    const auto remove = [&](const kube::Preconditions& conditions) {
        return requests.del(kube::services(), "default", "one", conditions, kube::Propagation::Background);
    };
    EXPECT_EQ(send(remove({"another", ""}), 409)["reason"], "Conflict");
    send(remove({uid, "1"}), 409);
    send(requests.mergePatch(kube::services(), "default", "one", R"({"metadata":{"uid":"another"}})"), 422);
    send(requests.mergePatch(kube::services(), "default", "one", R"({"metadata":{"resourceVersion":"1"}})"),
         409);
    send(remove({uid, made["metadata"]["resourceVersion"]}), 200);
}

TEST_F(WritesTest, GarbageGoesWithItsLastOwner) {
    const Json owner = create(kube::modelDeployments(), modelDeployment("fraud"));
    Json object = service("child");
    object["metadata"]["ownerReferences"] = Json::array({{{"apiVersion", "serin.dev/v1alpha1"},
                                                          {"kind", "ModelDeployment"},
                                                          {"name", "fraud"},
                                                          {"uid", owner["metadata"]["uid"]}}});
    create(kube::services(), object);
    EXPECT_EQ(server.collectGarbage(), 0U);
    send(requests.del(kube::modelDeployments(), "default", "fraud", {}, kube::Propagation::Background), 200);
    EXPECT_EQ(server.collectGarbage(), 1U);
    send(requests.get(kube::services(), "default", "child"), 404);
    EXPECT_EQ(server.collectGarbage(), 0U);
}

TEST_F(WritesTest, TheJournalTellsOfEveryWriteAndWhoSentIt) {
    create(kube::services(), service("one"));
    send(requests.create(kube::services(), "default", dump(service("one"))), 409);
    static_cast<void>(server.update(
        Kind::Service, "default", "one", [](Json& object) { object["metadata"]["labels"]["a"] = "b"; },
        "actor"));
    ASSERT_EQ(server.journal().size(), 3U);
    EXPECT_EQ(server.journal()[0].userAgent, "serin-operator/test (pod)");
    EXPECT_EQ(server.journal()[1].code, 409);
    EXPECT_FALSE(server.journal()[1].changed);
    EXPECT_EQ(server.journal()[2].userAgent, "actor");
    EXPECT_EQ(server.journal()[2].resourceVersion, server.revision());
}

}  // namespace
}  // namespace serin::fake
