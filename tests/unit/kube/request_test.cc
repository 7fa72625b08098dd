#include "kube/request.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace serin::kube {
namespace {

using Json = nlohmann::json;

RequestBuilder builder() {
    return RequestBuilder("serin-operator/1 (pod)");
}

TEST(Resource, BuildsPathsOfCoreAndGroupedKinds) {
    EXPECT_EQ(pods().collectionPath(""), "/api/v1/pods");
    EXPECT_EQ(services().collectionPath("ml"), "/api/v1/namespaces/ml/services");
    EXPECT_EQ(replicaSets().objectPath("ml", "fraud-1"), "/apis/apps/v1/namespaces/ml/replicasets/fraud-1");
    EXPECT_EQ(modelDeployments().objectPath("ml", "fraud", "status"),
              "/apis/serin.dev/v1alpha1/namespaces/ml/modeldeployments/fraud/status");
    EXPECT_EQ(endpointSlices().apiVersion(), "discovery.k8s.io/v1");
    EXPECT_EQ(services().apiVersion(), "v1");
}

TEST(Resource, EncodesNamesThatWouldLeaveThePath) {
    EXPECT_EQ(pods().objectPath("a/b", "../x?y"), "/api/v1/namespaces/a%2Fb/pods/..%2Fx%3Fy");
}

TEST(RequestBuilder, ListsInPages) {
    const HttpRequest first = builder().list(services(), "", {"app in (a,b)", 500, ""});
    EXPECT_EQ(first.method, "GET");
    EXPECT_EQ(first.target, "/api/v1/services?limit=500&labelSelector=app%20in%20%28a%2Cb%29");
    EXPECT_EQ(first.headers.at("accept"), "application/json;drop=metadata.managedFields,application/json");
    EXPECT_EQ(first.headers.at("user-agent"), "serin-operator/1 (pod)");
    EXPECT_EQ(builder().list(services(), "ml", {"", 0, ""}).target, "/api/v1/namespaces/ml/services");
    EXPECT_EQ(builder().list(services(), "", {"", 500, "a=b"}).target,
              "/api/v1/services?limit=500&continue=a%3Db");
}

TEST(RequestBuilder, WatchesWithBookmarksAndALimitOfSilence) {
    const HttpRequest watch = builder().watch(pods(), "", {"x=y", "17", std::chrono::seconds(300)});
    EXPECT_EQ(
        watch.target,
        "/api/v1/"
        "pods?watch=1&allowWatchBookmarks=true&resourceVersion=17&timeoutSeconds=300&labelSelector=x%3Dy");
    EXPECT_EQ(watch.timeout, std::chrono::seconds(305));
}

TEST(RequestBuilder, NamesItsFieldManagerInEveryWrite) {
    const HttpRequest create = builder().create(replicaSets(), "ml", "{}", {.strict = true});
    EXPECT_EQ(create.method, "POST");
    EXPECT_EQ(create.target,
              "/apis/apps/v1/namespaces/ml/replicasets?fieldManager=serin-controller&fieldValidation=Strict");
    EXPECT_EQ(create.headers.at("content-type"), "application/json");
    EXPECT_EQ(builder().create(pods(), "ml", "{}", {.dryRun = true}).target,
              "/api/v1/namespaces/ml/pods?fieldManager=serin-controller&dryRun=All");
    const HttpRequest token = builder().createOf(serviceAccounts(), "ml", "models", "token", "{}");
    EXPECT_EQ(token.method, "POST");
    EXPECT_EQ(token.target,
              "/api/v1/namespaces/ml/serviceaccounts/models/token?fieldManager=serin-controller");
    EXPECT_EQ(token.headers.at("content-type"), "application/json");
    const HttpRequest apply = builder().apply(services(), "ml", "fraud", "{\"a\":1}");
    EXPECT_EQ(apply.method, "PATCH");
    EXPECT_EQ(apply.target, "/api/v1/namespaces/ml/services/fraud?fieldManager=serin-controller&force=true");
    EXPECT_EQ(apply.headers.at("content-type"), "application/apply-patch+yaml");
    EXPECT_EQ(apply.body, "{\"a\":1}");
    EXPECT_EQ(builder().applyStatus(modelDeployments(), "ml", "fraud", "{}").target,
              "/apis/serin.dev/v1alpha1/namespaces/ml/modeldeployments/fraud/status"
              "?fieldManager=serin-controller-status&force=true");
    const HttpRequest merge = builder().mergePatch(replicaSets(), "ml", "r", "{}");
    EXPECT_EQ(merge.headers.at("content-type"), "application/merge-patch+json");
    EXPECT_EQ(merge.target, "/apis/apps/v1/namespaces/ml/replicasets/r?fieldManager=serin-controller");
    EXPECT_EQ(builder().replace(leases(), "ml", "l", "{}").method, "PUT");
    EXPECT_EQ(RequestBuilder("x", "kubectl-serin").replace(leases(), "ml", "l", "{}").target,
              "/apis/coordination.k8s.io/v1/namespaces/ml/leases/l?fieldManager=kubectl-serin");
}

TEST(RequestBuilder, DeletesOnlyUnderPreconditions) {
    const HttpRequest both = builder().del(services(), "ml", "s", {"u-1", "42"}, Propagation::Foreground);
    EXPECT_EQ(both.method, "DELETE");
    EXPECT_EQ(Json::parse(both.body), Json::parse(R"({"apiVersion":"v1","kind":"DeleteOptions",
        "propagationPolicy":"Foreground","preconditions":{"uid":"u-1","resourceVersion":"42"}})"));
    const HttpRequest uid = builder().del(services(), "ml", "s", {"u-1", ""});
    EXPECT_EQ(Json::parse(uid.body)["preconditions"], Json::parse(R"({"uid":"u-1"})"));
    EXPECT_EQ(Json::parse(uid.body)["propagationPolicy"], "Background");
}

TEST(RequestBuilder, SaysWhoItIs) {
    EXPECT_EQ(userAgent("0.1.0", "serin-7"), "serin-operator/0.1.0 (serin-7)");
}

}  // namespace
}  // namespace serin::kube
