#include "kube/discovery.h"

#include <gtest/gtest.h>

namespace serin::kube {
namespace {

const char* kDocument = R"({"kind":"APIGroupDiscoveryList","apiVersion":"apidiscovery.k8s.io/v2","items":[
  {"metadata":{"name":"apps"},"versions":[{"version":"v1","resources":[
    {"resource":"deployments"},{"resource":"replicasets","subresources":[{"subresource":"status"}]}]}]},
  {"metadata":{"name":"coordination.k8s.io"},"versions":[{"version":"v1beta1","resources":[{"resource":"leases"}]}]},
  {"versions":null}, 7]})";

TEST(Discovery, AsksForEveryKindAtOnce) {
    const HttpRequest request = aggregatedDiscovery();
    EXPECT_EQ(request.target, "/apis");
    EXPECT_TRUE(request.headers.at("accept").starts_with(
        "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,"));
}

TEST(Discovery, FindsWhatIsNotServed) {
    const auto missing = missingFrom(kDocument, {replicaSets(), leases()});
    ASSERT_TRUE(missing);
    EXPECT_EQ(*missing, std::vector<Resource>{leases()}) << "another version is another kind";
    EXPECT_TRUE(missingFrom(kDocument, {replicaSets()})->empty());
}

TEST(Discovery, SaysNothingOfOtherDocuments) {
    for (const char* text : {"", "[]", "<html>", R"({"kind":"APIGroupList","groups":[]})"}) {
        EXPECT_FALSE(missingFrom(text, {replicaSets()})) << text;
    }
    EXPECT_EQ(missingFrom(R"({"kind":"APIGroupDiscoveryList","items":null})", {replicaSets()})->size(), 1U);
}

}  // namespace
}  // namespace serin::kube
