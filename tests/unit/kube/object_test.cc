#include "kube/object.h"

#include <gtest/gtest.h>

namespace serin::kube {
namespace {

TEST(Object, DropsManagedFieldsAndTheLastAppliedAnnotation) {
    const auto object =
        Object::parse(R"({"kind":"Service","apiVersion":"v1","metadata":{"name":"a","namespace":"ml",
        "uid":"u","resourceVersion":"5","managedFields":[{"manager":"x"}],"labels":{"l":"1"},
        "annotations":{"kubectl.kubernetes.io/last-applied-configuration":"{}","keep":"me"}}})");
    ASSERT_TRUE(object.ok());
    EXPECT_FALSE(object->json()["metadata"].contains("managedFields"));
    EXPECT_EQ(object->json()["metadata"]["annotations"], (nlohmann::json{{"keep", "me"}}));
    EXPECT_EQ(object->key(), "ml/a");
    EXPECT_EQ(object->uid(), "u");
    EXPECT_EQ(object->resourceVersion(), "5");
    EXPECT_EQ(object->label("l"), "1");
    EXPECT_EQ(object->annotation("keep"), "me");
    EXPECT_FALSE(object->deleting());
}

TEST(Object, ReadsWhatIsAbsentOrOddAsEmpty) {
    const auto object =
        Object::parse(R"({"metadata":{"name":7,"labels":[],"ownerReferences":{"controller":true}}})");
    ASSERT_TRUE(object.ok());
    EXPECT_EQ(object->name(), "");
    EXPECT_EQ(object->label("l"), "");
    EXPECT_EQ(object->controller().uid, "");
    EXPECT_EQ(Object(nlohmann::json::array()).kind(), "");
    EXPECT_FALSE(Object::parse("[1]").ok());
    EXPECT_FALSE(Object::parse("{").ok());
}

TEST(Object, FindsTheControllerAmongItsOwners) {
    const auto object =
        Object::parse(R"({"metadata":{"deletionTimestamp":"2026-01-01T00:00:00Z","ownerReferences":[
        {"kind":"Other","name":"o","uid":"1"},{"kind":"No","uid":"2","controller":false},
        {"apiVersion":"serin.dev/v1alpha1","kind":"ModelDeployment","name":"fraud","uid":"3","controller":true}]}})");
    ASSERT_TRUE(object.ok());
    EXPECT_EQ(object->controller().uid, "3");
    EXPECT_EQ(object->controller().name, "fraud");
    EXPECT_TRUE(object->deleting());
}

TEST(DumpJson, KeepsUtf8AndReplacesWhatIsNot) {
    EXPECT_EQ(dumpJson({{"a", "größer/é"}}), "{\"a\":\"größer/é\"}");
    EXPECT_EQ(dumpJson({{"a", "\xff"}}), "{\"a\":\"\xef\xbf\xbd\"}");
}

}  // namespace
}  // namespace serin::kube
