// What a pod gets that loads its model from a source.
#include <gmock/gmock.h>

#include "api/names.h"
#include "api/source_pod.h"
#include "tests/unit/api/objects.h"

namespace serin::api {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

// Decoded as resolved to an id; `podSpec` has the containers.
ModelDeployment objectOf(const std::string& source, const std::string& podSpec) {
    ModelDeployment object = objectWith(R"({"model":{"name":"fraud","source":{)" + source +
                                        R"(}},"template":{"spec":)" + podSpec + "}}");
    object.spec.unresolved = false;
    object.spec.revision = "9fw4d0c1ze";
    object.spec.modelId = "mlflow:fraud/13 sha256:$(HOME)";
    return object;
}
json podOf(const std::string& source,
           const std::string& podSpec = R"({"containers":[{"name":"server","image":"mlserver:1"}]})") {
    const ModelDeployment object = objectOf(source, podSpec);
    EXPECT_THAT(object.spec.problems, testing::IsEmpty());
    return parsed(replicaSetBody(object, 1, "registry.example/serin-fetch:1"))
        .at("spec")
        .at("template")
        .at("spec");
}
constexpr const char* kHub = R"("uri":"hf://a/b@main")";

TEST(SourceInPods, TheModelIsLoadedIntoAVolumeThatTheServerOnlyReads) {
    const json pod = podOf(R"("uri":"mlflow://fraud@champion","endpoint":"https://mlflow","mountPath":"/m",
        "credentials":{"secretName":"mlflow"},"ca":{"configMap":{"name":"authorities","key":"root.pem"}},
        "include":["*.json","*.bin"],"exclude":["x"])");
    EXPECT_EQ(pod.at("initContainers"), parsed(R"json([{
        "name":"serin-fetch","image":"registry.example/serin-fetch:1","args":["--into","/m"],
        "env":[{"name":"SERIN_SOURCE_URI","value":"mlflow://fraud@champion"},
               {"name":"SERIN_SOURCE_ID","value":"mlflow:fraud/13 sha256:$$(HOME)"},
               {"name":"SERIN_SOURCE_ENDPOINT","value":"https://mlflow"},
               {"name":"SERIN_SOURCE_INCLUDE","value":"*.json\n*.bin"},
               {"name":"SERIN_SOURCE_EXCLUDE","value":"x"},
               {"name":"SERIN_SOURCE_CA","value":"/etc/serin/authorities/root.pem"},
               {"name":"SERIN_SOURCE_CREDENTIALS","value":"mlflow"},
               {"name":"MLFLOW_TRACKING_TOKEN","valueFrom":{"secretKeyRef":
                 {"name":"mlflow","key":"MLFLOW_TRACKING_TOKEN","optional":true}}},
               {"name":"MLFLOW_TRACKING_USERNAME","valueFrom":{"secretKeyRef":
                 {"name":"mlflow","key":"MLFLOW_TRACKING_USERNAME","optional":true}}},
               {"name":"MLFLOW_TRACKING_PASSWORD","valueFrom":{"secretKeyRef":
                 {"name":"mlflow","key":"MLFLOW_TRACKING_PASSWORD","optional":true}}},
               {"name":"SERIN_FETCH_PROGRESS_PORT","value":"9465"}],
        "ports":[{"name":"serin-fetch","containerPort":9465}],
        "volumeMounts":[{"name":"serin-model","mountPath":"/m"},
                        {"name":"serin-authorities","mountPath":"/etc/serin/authorities","readOnly":true}],
        "terminationMessagePolicy":"FallbackToLogsOnError",
        "resources":{"requests":{"cpu":"100m","memory":"64Mi"},"limits":{"cpu":"2","memory":"256Mi"}},
        "securityContext":{"allowPrivilegeEscalation":false,"capabilities":{"drop":["ALL"]},
          "readOnlyRootFilesystem":true,"runAsNonRoot":true,"seccompProfile":{"type":"RuntimeDefault"}}}])json"));
    EXPECT_EQ(pod.at("volumes"), parsed(R"([{"name":"serin-model","emptyDir":{}},
        {"name":"serin-authorities","configMap":{"name":"authorities"}}])"));
    EXPECT_EQ(pod.at("containers").at(0).at("volumeMounts"),
              parsed(R"([{"name":"serin-model","mountPath":"/m","readOnly":true}])"));
}

TEST(SourceInPods, WhatTheTemplateHasStaysAndComesAfter) {
    const json pod = podOf(kHub, R"({"containers":[{"name":"server","image":"a",
        "volumeMounts":[{"name":"cache","mountPath":"/cache"}]}],
        "initContainers":[{"name":"warm","image":"b"}],"volumes":[{"name":"cache","emptyDir":{}}]})");
    EXPECT_EQ(pod.at("initContainers").at(0).at("name"), kFetchContainer);
    EXPECT_EQ(pod.at("initContainers").at(1).at("name"), "warm");
    EXPECT_EQ(pod.at("volumes").size(), 2U);
    EXPECT_EQ(pod.at("containers").at(0).at("volumeMounts").at(0).at("name"), "cache");
    for (const json& variable : pod.at("initContainers").at(0).at("env")) {
        EXPECT_FALSE(variable.contains("valueFrom"));
    }
}

TEST(SourceInPods, ADockerConfigurationComesUnderANameThatAVariableCanHave) {
    const json pod = podOf(R"("uri":"oci://registry.example/fraud:13","credentials":{"secretName":"pull"})");
    const json& environment = pod.at("initContainers").at(0).at("env");
    EXPECT_THAT(environment, Contains(parsed(R"({"name":"SERIN_DOCKER_CONFIG","valueFrom":{"secretKeyRef":
        {"name":"pull","key":".dockerconfigjson","optional":true}}})")));
}

TEST(SourceInPods, OnlyTheServingContainerHasTheModel) {
    ModelDeployment object = objectWith(R"({"model":{"name":"fraud","source":{"uri":"hf://a/b@main"}},
        "runtime":{"container":"server"},"template":{"spec":{"containers":[{"name":"proxy","image":"p"},
        {"name":"server","image":"s"}]}}})");
    object.spec.unresolved = false;
    const json pod = parsed(replicaSetBody(object, 1, "f")).at("spec").at("template").at("spec");
    EXPECT_FALSE(pod.at("containers").at(0).contains("volumeMounts"));
    EXPECT_EQ(pod.at("containers").at(1).at("volumeMounts").at(0).at("name"), kModelVolume);
}

TEST(SourceInPods, APodThatRunsAsRootLoadsItsModelAsSomebodyElse) {
    const json pod = podOf(kHub, R"({"securityContext":{"runAsUser":0},
        "containers":[{"name":"server","image":"a"}]})");
    EXPECT_EQ(pod.at("initContainers").at(0).at("securityContext").at("runAsUser"), 65532);
}

TEST(SourceInPods, WhatTheBytesHaveToBeIsForTheInitContainerAlone) {
    const std::string digest(64, 'a');
    const json pod = podOf(std::string(kHub) + R"(,"sha256":")" + digest +
                           R"(","verify":{"publicKeySecret":{"name":"signers","key":"k.pem"}})");
    const json& fetch = pod.at("initContainers").at(0);
    EXPECT_EQ(fetch.at("env").at(2), (json{{"name", "SERIN_SOURCE_SHA256"}, {"value", digest}}));
    EXPECT_EQ(fetch.at("env").at(3),
              (json{{"name", "SERIN_SOURCE_PUBLIC_KEY"}, {"value", "/etc/serin/public-key/k.pem"}}));
    EXPECT_EQ(
        fetch.at("volumeMounts").at(1),
        (json{{"name", "serin-public-key"}, {"mountPath", "/etc/serin/public-key"}, {"readOnly", true}}));
    EXPECT_EQ(pod.at("volumes").at(1), parsed(R"({"name":"serin-public-key","secret":{"secretName":"signers",
        "items":[{"key":"k.pem","path":"k.pem"}],"optional":true}})"));
    EXPECT_EQ(pod.at("containers").at(0).at("volumeMounts").size(), 1U);
}

TEST(SourceInPods, AClaimIsMountedAsItIs) {
    const json pod = podOf(R"("uri":"pvc://models/fraud/3","mountPath":"/m")");
    EXPECT_FALSE(pod.contains("initContainers"));
    EXPECT_EQ(pod.at("volumes"), parsed(R"([{"name":"serin-model",
        "persistentVolumeClaim":{"claimName":"models","readOnly":true}}])"));
    EXPECT_EQ(pod.at("containers").at(0).at("volumeMounts"),
              parsed(R"([{"name":"serin-model","mountPath":"/m","readOnly":true,"subPath":"fraud/3"}])"));
    const json whole = podOf(R"("uri":"pvc://models","mountPath":"/m")");
    EXPECT_FALSE(whole.at("containers").at(0).at("volumeMounts").at(0).contains("subPath"));
}

TEST(SourceInPods, AClaimWhoseFilesAreStatedIsLookedAtBeforeItServes) {
    const std::string digest(64, 'a');
    const json pod = podOf(R"("uri":"pvc://models/fraud/3","mountPath":"/m","sha256":")" + digest + "\"");
    const json& fetch = pod.at("initContainers").at(0);
    EXPECT_EQ(fetch.at("args"), parsed(R"(["--check","/m"])"));
    EXPECT_EQ(fetch.at("env"), (json::array({{{"name", "SERIN_SOURCE_SHA256"}, {"value", digest}}})));
    EXPECT_EQ(fetch.at("volumeMounts"),
              parsed(R"([{"name":"serin-model","mountPath":"/m","readOnly":true,"subPath":"fraud/3"}])"));
}

TEST(SourceInPods, InTheNetworkOfTheNodeNoPortIsTaken) {
    const json pod = podOf(kHub, R"({"hostNetwork":true,"containers":[{"name":"server","image":"a"}]})");
    EXPECT_FALSE(pod.at("initContainers").at(0).contains("ports"));
    EXPECT_EQ(pod.at("initContainers").at(0).dump().find("PROGRESS"), std::string::npos);
}

TEST(SourceInPods, NamesAndPathsThatSerinNeedsAreRefused) {
    const auto problem = [](const std::string& podSpec) { return objectOf(kHub, podSpec).spec.problems; };
    const std::string server = R"({"name":"server","image":"a"})";
    EXPECT_THAT(problem(R"({"containers":[)" + server +
                        R"(],"initContainers":[{"name":"serin-fetch","image":"x"}]})"),
                ElementsAre(AllOf(StartsWith("spec.template.spec.initContainers[0].name: is \"serin-fetch\""),
                                  HasSubstr("choose another name"))));
    EXPECT_THAT(
        problem(R"({"containers":[)" + server + R"(],"volumes":[{"name":"serin-model","emptyDir":{}}]})"),
        ElementsAre(StartsWith("spec.template.spec.volumes[0].name: is \"serin-model\"")));
    EXPECT_THAT(
        problem(R"({"containers":[{"name":"server","image":"a",
                    "volumeMounts":[{"name":"v","mountPath":"/mnt/models"}]}]})"),
        ElementsAre(AllOf(StartsWith("spec.template.spec.containers[0].volumeMounts[0].mountPath: is"),
                          HasSubstr("or state spec.model.source.mountPath"))));
}

TEST(SourceInPods, WithoutASourceNothingIsAdded) {
    const json pod =
        parsed(replicaSetBody(objectWith(smallSpec()), 1, "f")).at("spec").at("template").at("spec");
    EXPECT_FALSE(pod.contains("initContainers"));
    EXPECT_FALSE(pod.contains("volumes"));
}

TEST(SourceInPods, WhatTheyLoadIsReadBackOfThem) {
    const ModelDeployment object =
        objectOf(R"("uri":"mlflow://fraud@champion","endpoint":"https://mlflow/a$b",
        "credentials":{"secretName":"mlflow"},"ca":{"configMap":{"name":"authorities","key":"root.pem"}},
        "include":["*.json","$(x).bin"],"exclude":["x"])",
                 R"({"containers":[{"name":"server","image":"mlserver:1"}]})");
    json body = parsed(replicaSetBody(object, 1, "registry.example/serin-fetch:1"));
    body["metadata"]["uid"] = "1";
    body["metadata"]["resourceVersion"] = "2";
    const auto set = decodeReplicaSet(body);
    ASSERT_TRUE(set && set->source);
    EXPECT_EQ(*set->source, *object.spec.source);
    EXPECT_EQ(set->modelId, object.spec.modelId);
}

TEST(SourceInPods, ThoseThatHaveTheWholeSecretNameItToo) {
    json pod = podOf(kHub);
    pod["initContainers"][0]["envFrom"] = parsed(R"([{"secretRef":{"name":"hub"}}])");
    ASSERT_NE(sourceOf(pod), nullptr);
    EXPECT_EQ(sourceOf(pod)->credentialsSecret, "hub");
}

// They go into commands that a person is shown, and who may change a ReplicaSet can write there what he
// likes.
TEST(SourceInPods, NamesThatCannotBeAreNotReadBack) {
    const json pod = podOf(kHub);
    json secret = pod;
    secret["initContainers"][0]["env"].push_back(
        {{"name", "SERIN_SOURCE_CREDENTIALS"}, {"value", "x; touch /tmp/here #"}});
    EXPECT_EQ(sourceOf(secret), nullptr);
    json authorities = pod;
    authorities["volumes"].push_back({{"name", "serin-authorities"}, {"configMap", {{"name", "a b"}}}});
    authorities["initContainers"][0]["env"].push_back(
        {{"name", "SERIN_SOURCE_CA"}, {"value", "/ca/root.pem"}});
    EXPECT_EQ(sourceOf(authorities), nullptr);
    authorities["volumes"].back()["configMap"]["name"] = "authorities";
    EXPECT_NE(sourceOf(authorities), nullptr);
    authorities["initContainers"][0]["env"].back()["value"] = "/ca/$(id)";
    EXPECT_EQ(sourceOf(authorities), nullptr);
}

TEST(SourceInPods, OfPodsThatLoadNothingNothingIsReadBack) {
    EXPECT_EQ(sourceOf(json::object()), nullptr);
    EXPECT_EQ(sourceOf(parsed(R"({"initContainers":[{"name":"other","env":[]},{"name":"serin-fetch"}]})")),
              nullptr);
    const json pod = podOf(kHub);
    ASSERT_NE(sourceOf(pod), nullptr);
    EXPECT_EQ(sourceOf(pod)->uri, "hf://a/b@main");
    EXPECT_EQ(sourceOf(pod)->credentialsSecret, "");
    EXPECT_EQ(sourceOf(pod)->caKey, "");
    EXPECT_THAT(sourceOf(pod)->include, testing::IsEmpty());
}

}  // namespace
}  // namespace serin::api
