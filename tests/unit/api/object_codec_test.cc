#include "tests/unit/api/objects.h"

namespace serin::api {
namespace {

using testing::ElementsAre;
using testing::Pair;
using testing::UnorderedElementsAre;

TEST(ReplicaSetCodec, ReadsWhatThePlannerAsks) {
    const auto set = decodeReplicaSet(parsed(R"({"metadata":{"name":"fraud-a","namespace":"ml","uid":"u1",
        "resourceVersion":"9","labels":{"serin.dev/revision":"a"},
        "annotations":{"serin.dev/version":"13","serin.dev/model-id":"img"},
        "ownerReferences":[{"kind":"Other","uid":"x"},{"kind":"ModelDeployment","uid":"0c2a","controller":true}]},
      "spec":{"replicas":4},
      "status":{"replicas":3,"readyReplicas":2,"conditions":[{"type":"ReplicaFailure","status":"True",
        "reason":"FailedCreate","message":"exceeded quota: small"}]}})"));
    ASSERT_TRUE(set.ok());
    EXPECT_EQ(set->meta.name, "fraud-a");
    EXPECT_EQ(set->meta.uid, "u1");
    EXPECT_EQ(set->meta.resourceVersion, "9");
    EXPECT_EQ(set->meta.ownerUid, "0c2a");
    EXPECT_EQ(set->revision, "a");
    EXPECT_EQ(set->version, "13");
    EXPECT_EQ(set->modelId, "img");
    EXPECT_EQ(set->replicas, 4);
    EXPECT_EQ(set->statusReplicas, 3);
    EXPECT_EQ(set->ready, 2);
    EXPECT_EQ(set->failure, "exceeded quota: small");
}

TEST(ReplicaSetCodec, ReadsAnOldFailureAsNone) {
    const auto set = decodeReplicaSet(parsed(R"({"metadata":{"name":"f","namespace":"ml","uid":"u",
        "deletionTimestamp":"2026-01-02T03:04:05Z"},"status":{"replicas":0,"conditions":[{"type":"ReplicaFailure","status":"False",
        "message":"exceeded quota"}]}})"));
    ASSERT_TRUE(set.ok());
    EXPECT_EQ(set->failure, "");
    EXPECT_EQ(set->replicas, 1);
    EXPECT_EQ(set->meta.ownerUid, "");
    EXPECT_TRUE(set->meta.deleting);
}

TEST(ServiceCodec, KeepsOurAnnotationsOnly) {
    const auto service = decodeService(parsed(R"({"metadata":{"name":"fraud","namespace":"ml","uid":"s1",
        "annotations":{"serin.dev/returned":"a.1.RolledBack","team.example/serin.dev":"long"}}})"));
    ASSERT_TRUE(service.ok());
    EXPECT_THAT(service->meta.annotations, ElementsAre(Pair("serin.dev/returned", "a.1.RolledBack")));
}

TEST(ServiceCodec, ReadsSelectorAndPorts) {
    const auto service = decodeService(parsed(R"({"metadata":{"name":"fraud","namespace":"ml","uid":"s1",
        "annotations":{"serin.dev/returned":"a.1.RolledBack"}},
      "spec":{"selector":{"serin.dev/model-deployment":"fraud","serin.dev/revision":"a"},
        "ports":[{"name":"http","port":80,"targetPort":"serin-http"},{"name":"raw","port":81,"targetPort":9000}]}})"));
    ASSERT_TRUE(service.ok());
    EXPECT_EQ(service->revision, "");
    EXPECT_THAT(service->selector, UnorderedElementsAre(Pair("serin.dev/model-deployment", "fraud"),
                                                        Pair("serin.dev/revision", "a")));
    ASSERT_EQ(service->ports.size(), 2u);
    EXPECT_EQ(service->ports[0].targetPort, 0);
    EXPECT_EQ(service->ports[1].targetPort, 9000);
    EXPECT_THAT(service->meta.annotations, ElementsAre(Pair("serin.dev/returned", "a.1.RolledBack")));
}

TEST(EndpointSliceCodec, TakesAnUnstatedReadinessForReady) {
    const auto slice =
        decodeEndpointSlice(parsed(R"({"metadata":{"name":"fraud-x","namespace":"ml","uid":"e1",
        "labels":{"kubernetes.io/service-name":"fraud"},"ownerReferences":[{"uid":"s1","controller":true}]},
      "endpoints":[
        {"addresses":["10.0.0.1"],"conditions":{"ready":true},"targetRef":{"kind":"Pod","name":"fraud-a-1","uid":"p1"}},
        {"addresses":["10.0.0.2"],"conditions":{"ready":false},"targetRef":{"kind":"Pod","name":"fraud-a-2","uid":"p2"}},
        {"addresses":["10.0.0.3"],"conditions":{},"targetRef":{"kind":"Node","name":"n","uid":"n1"}}]})"));
    ASSERT_TRUE(slice.ok());
    EXPECT_EQ(slice->service, "fraud");
    EXPECT_EQ(slice->meta.ownerUid, "s1");
    ASSERT_EQ(slice->endpoints.size(), 3u);
    EXPECT_EQ(slice->endpoints[0].podName, "fraud-a-1");
    EXPECT_EQ(slice->endpoints[0].podUid, "p1");
    EXPECT_EQ(slice->endpoints[0].address, "10.0.0.1");
    EXPECT_TRUE(slice->endpoints[0].ready);
    EXPECT_FALSE(slice->endpoints[1].ready);
    EXPECT_TRUE(slice->endpoints[2].ready);
    EXPECT_EQ(slice->endpoints[2].podUid, "");
}

TEST(EndpointSliceCodec, ReadsASliceWithoutEndpoints) {
    const auto slice = decodeEndpointSlice(
        parsed(R"({"metadata":{"name":"fraud-x","namespace":"ml","uid":"e1"},"endpoints":null})"));
    ASSERT_TRUE(slice.ok());
    EXPECT_TRUE(slice->endpoints.empty());
}

}  // namespace
}  // namespace serin::api
