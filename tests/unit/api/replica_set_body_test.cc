#include "tests/unit/api/objects.h"

namespace serin::api {
namespace {

using nlohmann::json;

json bodyOf(const std::string& spec, int replicas = 2) {
    const ModelDeployment object = objectWith(spec);
    EXPECT_THAT(object.spec.problems, testing::IsEmpty());
    return parsed(replicaSetBody(object, replicas));
}

json podSpecOf(const std::string& spec) {
    return bodyOf(spec).at("spec").at("template").at("spec");
}

TEST(ReplicaSetBody, IsWhatTheSpecSaysWithWhatSerinAdds) {
    const ModelDeployment object = objectWith(R"({"model":{"name":"fraud-model","version":"13"},
        "service":{"ports":[{"name":"http","port":80},{"name":"grpc","port":81}]},
        "template":{"metadata":{"labels":{"team":"risk"},"annotations":{"note":"x"}},
                    "spec":{"nodeSelector":{"gpu":"yes"},"containers":[{"name":"server","image":"mlserver:1"}]}}})");
    const std::string revision = object.spec.revision;
    json expected = parsed(R"({
      "apiVersion": "apps/v1", "kind": "ReplicaSet",
      "metadata": {
        "name": "fraud-REV", "namespace": "ml",
        "labels": {"app.kubernetes.io/name": "fraud-model", "app.kubernetes.io/instance": "fraud",
          "app.kubernetes.io/version": "13", "app.kubernetes.io/component": "model-server",
          "app.kubernetes.io/managed-by": "serin", "serin.dev/model-deployment": "fraud",
          "serin.dev/revision": "REV", "team": "risk"},
        "annotations": {"serin.dev/version": "13", "serin.dev/model-id": "mlserver:1"},
        "ownerReferences": [{"apiVersion": "serin.dev/v1alpha1", "kind": "ModelDeployment", "name": "fraud",
          "uid": "0c2a", "controller": true, "blockOwnerDeletion": true}]},
      "spec": {
        "replicas": 3,
        "selector": {"matchLabels": {"serin.dev/model-deployment": "fraud", "serin.dev/revision": "REV"}},
        "template": {
          "metadata": {
            "labels": {"app.kubernetes.io/name": "fraud-model", "app.kubernetes.io/instance": "fraud",
              "app.kubernetes.io/version": "13", "app.kubernetes.io/component": "model-server",
              "app.kubernetes.io/managed-by": "serin", "serin.dev/model-deployment": "fraud",
              "serin.dev/revision": "REV", "team": "risk"},
            "annotations": {"note": "x", "serin.dev/version": "13", "serin.dev/model-id": "mlserver:1"}},
          "spec": {
            "nodeSelector": {"gpu": "yes"},
            "containers": [{
              "name": "server", "image": "mlserver:1",
              "lifecycle": {"preStop": {"sleep": {"seconds": 5}}},
              "readinessProbe": {"httpGet": {"path": "/v2/models/fraud-model/ready", "port": 8080},
                "periodSeconds": 2, "timeoutSeconds": 2, "failureThreshold": 3},
              "ports": [{"name": "serin-http", "containerPort": 8080, "protocol": "TCP"},
                        {"name": "serin-grpc", "containerPort": 8081, "protocol": "TCP"}]}]}}}})");
    std::string text = expected.dump();
    for (size_t at = text.find("REV"); at != std::string::npos; at = text.find("REV"))
        text.replace(at, 3, revision);
    EXPECT_EQ(parsed(replicaSetBody(object, 3)), parsed(text));
}

TEST(ReplicaSetBody, LetsTheUsersLabelsWin) {
    const json body = bodyOf(R"({"model":{"name":"m","version":"1"},"template":{"metadata":{"labels":
        {"app.kubernetes.io/name":"mine","app.kubernetes.io/version":"v1","app.kubernetes.io/managed-by":"me"}},
        "spec":{"containers":[{"name":"s","image":"i"}]}}})");
    for (const char* where : {"/metadata/labels", "/spec/template/metadata/labels"}) {
        const json& labels = body.at(json::json_pointer(where));
        EXPECT_EQ(labels.at("app.kubernetes.io/name"), "mine");
        EXPECT_EQ(labels.at("app.kubernetes.io/version"), "v1");
        EXPECT_EQ(labels.at("app.kubernetes.io/managed-by"), "me");
        EXPECT_EQ(labels.at("app.kubernetes.io/instance"), "fraud");
        EXPECT_EQ(labels.at("serin.dev/model-deployment"), "fraud");
    }
}

TEST(ReplicaSetBody, LeavesOutALabelThatKubernetesWouldRefuse) {
    const json body = bodyOf(R"({"model":{"name":"m","version":"13 rc"},
        "template":{
    "spec" : {
        "containers" : [ {"name" : "s", "image" : "i"} ]
    }
}
})");
    EXPECT_FALSE(body.at("metadata").at("labels").contains("app.kubernetes.io/version"));
    EXPECT_EQ(body.at("metadata").at("annotations").at("serin.dev/version"), "13 rc");
}

TEST(ReplicaSetBody, NamesTheRevisionWhereNoVersionIsGiven) {
    const ModelDeployment object = objectWith(smallSpec());
    const json body = parsed(replicaSetBody(object, 1));
    EXPECT_EQ(body.at("metadata").at("annotations").at("serin.dev/version"), object.spec.revision);
}

TEST(ReplicaSetBody, SleepsBeforeStoppingEveryContainerThatDoesNotSayOtherwise) {
    const json pod = podSpecOf(R"({"model":{"name":"m"},"runtime":{"container":"a"},"template":{"spec":{
        "initContainers":[{"name":"i","image":"i"}],
        "containers":[{"name":"a","image":"i","lifecycle":{"postStart":{"sleep":{"seconds":1}}}},
                      {"name":"b","image":"i","lifecycle":{"preStop":{"exec":{"command":["x"]}}}},
                      {"name":"c","image":"i"}]}}})");
    EXPECT_EQ(pod["containers"][0]["lifecycle"],
              parsed(R"({"postStart":{"sleep":{"seconds":1}},"preStop":{"sleep":{"seconds":5}}})"));
    EXPECT_EQ(pod["containers"][1]["lifecycle"], parsed(R"({"preStop":{"exec":{"command":["x"]}}})"));
    EXPECT_EQ(pod["containers"][2]["lifecycle"], parsed(R"({"preStop":{"sleep":{"seconds":5}}})"));
    EXPECT_FALSE(pod["initContainers"][0].contains("lifecycle"));
    EXPECT_FALSE(pod["containers"][1].contains("readinessProbe"));
    EXPECT_FALSE(pod["containers"][2].contains("ports"));
}

TEST(ReplicaSetBody, SleepsShorterThanTheGracePeriod) {
    const auto sleepOf = [](int grace) {
        const json pod =
            podSpecOf(R"({"model":{"name":"m"},"template":{"spec":{"terminationGracePeriodSeconds":)" +
                      std::to_string(grace) + R"(,"containers":[{"name":"a","image":"i"}]}}})");
        const json& container = pod["containers"][0];
        return container.contains("lifecycle")
                   ? container["lifecycle"]["preStop"]["sleep"]["seconds"].get<int>()
                   : -1;
    };
    EXPECT_EQ(sleepOf(60), 5);
    EXPECT_EQ(sleepOf(6), 5);
    EXPECT_EQ(sleepOf(5), 4);
    EXPECT_EQ(sleepOf(2), 1);
    EXPECT_EQ(sleepOf(1), -1);
    EXPECT_EQ(sleepOf(0), -1);
}

TEST(ReplicaSetBody, KeepsTheTemplatesOwnProbeAndPorts) {
    const json pod =
        podSpecOf(specWithContainers(R"([{"name":"s","image":"i","readinessProbe":{"tcpSocket":{"port":1}},
        "ports":[{"name":"rest","containerPort":8080},{"containerPort":9}]}])"));
    const json& container = pod["containers"][0];
    EXPECT_EQ(container["readinessProbe"], parsed(R"({"tcpSocket":{"port":1}})"));
    EXPECT_EQ(container["ports"], parsed(R"([{"name":"rest","containerPort":8080},{"containerPort":9},
        {"name":"serin-http","containerPort":8080,"protocol":"TCP"}])"));
}

TEST(ReplicaSetBody, NamesAPortThatTheTemplateLeftNameless) {
    const json pod = podSpecOf(specWithContainers(
        R"([{"name":"s","image":"i","ports":[{"containerPort":8080,"protocol":"UDP"},{"containerPort":8080}]}])",
        R"(,"service":{"ports":[{"name":"http","port":80},{"name":"again","port":81}]})"));
    EXPECT_EQ(pod["containers"][0]["ports"], parsed(R"([{"containerPort":8080,"protocol":"UDP"},
        {"name":"serin-http","containerPort":8080},{"name":"serin-again","containerPort":8080,"protocol":"TCP"}])"));
}

TEST(ReplicaSetBody, AddsNoPortThatIsThereUnderSerinsName) {
    const json pod = podSpecOf(specWithContainers(
        R"([{"name":"s","image":"i","ports":[{"name":"serin-http","containerPort":8080}]}])"));
    EXPECT_EQ(pod["containers"][0]["ports"], parsed(R"([{"name":"serin-http","containerPort":8080}])"));
}

TEST(ReplicaSetBody, KeepsWhatIsEmptyInTheTemplate) {
    const json pod =
        podSpecOf(R"({"model":{"name":"m"},"template":{"spec":{"volumes":[{"name":"v","emptyDir":{}}],
        "containers":[{"name":"a","image":"i","args":[]}]}}})");
    EXPECT_EQ(pod["volumes"], parsed(R"([{"name":"v","emptyDir":{}}])"));
    EXPECT_EQ(pod["containers"][0]["args"], json::array());
}

}  // namespace
}  // namespace serin::api
