// What a pod gets whose service account is somebody in a cloud.
#include <gmock/gmock.h>

#include "api/identity_json.h"
#include "api/identity_pod.h"
#include "api/source_pod.h"
#include "tests/unit/api/objects.h"

namespace serin::api {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

constexpr const char* kServer = R"("containers":[{"name":"server","image":"a"}])";

ModelDeployment objectOf(const std::string& podSpec, const std::string& credentials) {
    ModelDeployment object = objectWith(R"({"model":{"name":"fraud","source":{"uri":"s3://models/fraud",)" +
                                        credentials + R"(}},"template":{"spec":{)" + podSpec + "}}}");
    object.spec.unresolved = false;
    object.spec.revision = "9fw4d0c1ze";
    object.spec.modelId = "s3:models/fraud/ sha256:aa";
    return object;
}
constexpr const char* kIdentity =
    R"("credentials":{"workloadIdentity":{"aws":{"roleArn":"arn:aws:iam::123456789012:role/models"}}})";
json podOf(const ModelDeployment& object) {
    EXPECT_THAT(object.spec.problems, IsEmpty());
    return parsed(replicaSetBody(object, 1, "registry.example/serin-fetch:1"))
        .at("spec")
        .at("template")
        .at("spec");
}

TEST(IdentityInPods, TheInitContainerAloneGetsATokenForTheCloudsAudience) {
    const json pod = podOf(objectOf(R"("serviceAccountName":"models",)" + std::string(kServer), kIdentity));
    EXPECT_THAT(pod.at("volumes"), Contains(parsed(R"({"name":"serin-identity","projected":{"sources":[
        {"serviceAccountToken":{"audience":"sts.amazonaws.com","expirationSeconds":3600,"path":"token"}}]}})")));
    const json& fetch = pod.at("initContainers").at(0);
    EXPECT_THAT(fetch.at("volumeMounts"),
                Contains(parsed(R"({"name":"serin-identity","mountPath":"/var/run/secrets/serin/identity",
                                    "readOnly":true})")));
    EXPECT_THAT(fetch.at("env"),
                AllOf(Contains(parsed(R"({"name":"SERIN_SOURCE_IDENTITY_TOKEN",
                                          "value":"/var/run/secrets/serin/identity/token"})")),
                      Contains(json{{"name", "SERIN_SOURCE_IDENTITY"},
                                    {"value", R"({"audience":"sts.amazonaws.com",)"
                                              R"("role":"arn:aws:iam::123456789012:role/models",)"
                                              R"("serviceAccount":"models"})"}})));
    EXPECT_THAT(fetch.at("env").dump(), Not(HasSubstr("AWS_")));
    EXPECT_THAT(pod.at("containers").dump(), Not(HasSubstr("serin-identity")));
    EXPECT_EQ(pod.at("serviceAccountName"), "models");
}

TEST(IdentityInPods, APodThatGetsNoTokensByItselfGetsThisOne) {
    const json pod =
        podOf(objectOf(R"("automountServiceAccountToken":false,)" + std::string(kServer), kIdentity));
    EXPECT_EQ(pod.at("automountServiceAccountToken"), false);
    EXPECT_THAT(pod.at("volumes").dump(), HasSubstr("serviceAccountToken"));
}

TEST(IdentityInPods, TheTemplatesVolumesStay) {
    const json pod =
        podOf(objectOf(R"("volumes":[{"name":"cache","emptyDir":{}}],)" + std::string(kServer), kIdentity));
    EXPECT_EQ(pod.at("volumes").at(0).at("name"), "cache");
    EXPECT_EQ(pod.at("volumes").size(), 3U);
}

TEST(IdentityInPods, WithoutOneThereIsNoToken) {
    const json pod = podOf(objectOf(kServer, R"("credentials":{"secretName":"s3"})"));
    EXPECT_THAT(pod.dump(), AllOf(Not(HasSubstr("serin-identity")), Not(HasSubstr("IDENTITY"))));
}

TEST(IdentityInPods, AVolumeOfThatNameIsRefused) {
    const std::string volumes = R"("volumes":[{"name":"serin-identity","emptyDir":{}}],)";
    EXPECT_THAT(objectOf(volumes + kServer, kIdentity).spec.problems,
                ElementsAre(AllOf(StartsWith("spec.template.spec.volumes[0].name: is \"serin-identity\""),
                                  HasSubstr("choose another name"))));
}

TEST(IdentityInPods, WhoTheyAreIsReadBackOfThem) {
    const ModelDeployment object =
        objectOf(R"("serviceAccountName":"models",)" + std::string(kServer), kIdentity);
    json pod = podOf(object);
    ASSERT_NE(sourceOf(pod), nullptr);
    ASSERT_TRUE(sourceOf(pod)->identity);
    EXPECT_EQ(*sourceOf(pod), *object.spec.source);
    // Of a newer Serin: to ask the store as nobody would be another thing.
    for (json& variable : pod["initContainers"][0]["env"]) {
        if (variable.at("name") == kIdentityVariable) variable["value"] = R"({"anotherCloud":"x"})";
    }
    EXPECT_EQ(sourceOf(pod), nullptr);
}

}  // namespace
}  // namespace serin::api
