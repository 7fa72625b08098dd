#include "routing/routing.h"
#include "tests/unit/api/objects.h"

namespace serin::routing {
namespace {

using nlohmann::json;

api::ModelDeployment object() {
    return api::objectWith(
        api::smallSpec(R"(,"service":{"ports":[{"name":"http","port":80},{"name":"grpc","port":8001}]})"));
}

TEST(MainService, SelectsOneRevisionAndTargetsNamedPorts) {
    EXPECT_EQ(api::parsed(mainServiceBody(object(), "3kq9x2m7ta")), api::parsed(R"({
      "apiVersion": "v1", "kind": "Service",
      "metadata": {"name": "fraud", "namespace": "ml",
        "labels": {"app.kubernetes.io/name": "fraud", "app.kubernetes.io/instance": "fraud",
          "app.kubernetes.io/component": "model-server", "app.kubernetes.io/managed-by": "serin",
          "serin.dev/model-deployment": "fraud"},
        "ownerReferences": [{"apiVersion": "serin.dev/v1alpha1", "kind": "ModelDeployment", "name": "fraud",
          "uid": "0c2a", "controller": true, "blockOwnerDeletion": true}]},
      "spec": {"type": "ClusterIP",
        "selector": {"serin.dev/model-deployment": "fraud", "serin.dev/revision": "3kq9x2m7ta"},
        "ports": [{"name": "http", "port": 80, "protocol": "TCP", "targetPort": "serin-http"},
                  {"name": "grpc", "port": 8001, "protocol": "TCP", "targetPort": "serin-grpc"}]}})"));
}

TEST(MainService, SelectsEveryRevisionWithoutOne) {
    const json body = api::parsed(mainServiceBody(object(), ""));
    EXPECT_EQ(body["spec"]["selector"], api::parsed(R"({"serin.dev/model-deployment": "fraud"})"));
}

TEST(RevisionService, IsNamedAndLabelledAfterItsRevision) {
    const json body = api::parsed(revisionServiceBody(object(), "3kq9x2m7ta"));
    EXPECT_EQ(body["metadata"]["name"], "fraud-3kq9x2m7ta");
    EXPECT_EQ(body["metadata"]["labels"]["serin.dev/revision"], "3kq9x2m7ta");
    EXPECT_EQ(body["metadata"]["ownerReferences"][0]["uid"], "0c2a");
    EXPECT_EQ(body["spec"]["selector"],
              api::parsed(R"({"serin.dev/model-deployment": "fraud", "serin.dev/revision": "3kq9x2m7ta"})"));
    EXPECT_EQ(body["spec"]["ports"][0]["targetPort"], "serin-http");
}

TEST(RoutePatch, NarrowsToOneRevisionInOneWriteWithItsPreconditions) {
    EXPECT_EQ(api::parsed(routePatch(object(), "3kq9x2m7ta", "s1", "42",
                                     {{"serin.dev/returned", "9fw4d0c1ze.1.RolledBack"}, {"old", ""}})),
              api::parsed(R"({
      "metadata": {"uid": "s1", "resourceVersion": "42",
        "annotations": {"serin.dev/returned": "9fw4d0c1ze.1.RolledBack", "old": null}},
      "spec": {
        "selector": {"serin.dev/model-deployment": "fraud", "serin.dev/revision": "3kq9x2m7ta"},
        "ports": [{"name": "http", "port": 80, "protocol": "TCP", "targetPort": "serin-http"},
                  {"name": "grpc", "port": 8001, "protocol": "TCP", "targetPort": "serin-grpc"}]}})"));
}

TEST(RoutePatch, WidensByRemovingTheRevision) {
    const json patch = api::parsed(routePatch(object(), "", "s1", "42", {}));
    EXPECT_EQ(patch["spec"]["selector"],
              api::parsed(R"({"serin.dev/model-deployment": "fraud", "serin.dev/revision": null})"));
    EXPECT_FALSE(patch["metadata"].contains("annotations"));
}

// What the API server does with the patch (RFC 7386), for the round trip from plan to observation.
TEST(RoutePatch, IsReadBackAsTheRevisionItWrote) {
    json service = api::parsed(mainServiceBody(object(), "3kq9x2m7ta"));
    service["metadata"]["uid"] = "s1";
    for (const std::string revision : {"", "9fw4d0c1ze", "3kq9x2m7ta"}) {
        service.merge_patch(api::parsed(routePatch(object(), revision, "s1", "42", {})));
        const auto read = api::decodeService(service);
        ASSERT_TRUE(read.ok());
        const api::Split split = observeSplit(object(), {}, {*read}, {});
        EXPECT_TRUE(split.exists);
        EXPECT_EQ(split.revision, revision);
        EXPECT_EQ(split.wide(), revision.empty());
    }
}

}  // namespace
}  // namespace serin::routing
