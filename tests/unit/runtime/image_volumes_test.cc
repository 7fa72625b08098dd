#include "runtime/image_volumes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "api/source_uri.h"
#include "tests/unit/apply/fakes.h"

namespace serin::runtime {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

const std::string kDigest = "sha256:" + std::string(64, 'd');
constexpr const char* kKept = R"({"kind":"ReplicaSet","spec":{"template":{"spec":{"volumes":[
    {"name":"model","image":{"reference":"r.example/a:1","pullPolicy":"IfNotPresent"}}]}}}})";
// As Kubernetes 1.34 answers whose gate is off, and one that knows no such volume.
constexpr const char* kDropped =
    R"({"kind":"ReplicaSet","spec":{"template":{"spec":{"containers":[{"name":"model"}]}}}})";
constexpr const char* kEmptied =
    R"({"kind":"ReplicaSet","spec":{"template":{"spec":{"volumes":[{"name":"model","emptyDir":{}}]}}}})";

class ImageVolumesTest : public ::testing::Test {
  protected:
    ImageVolumesTest() {
        source.reference = *api::parseSource("oci://registry.example/ml/fraud:13");
        source.imageVolume = true;
    }
    std::optional<StoreTrouble> ask(const std::string& space = "ml") {
        return volumes.trouble(space, source, "image:registry.example/ml/fraud@" + kDigest, {});
    }
    // A "no" and the version.
    void refuse(const std::string& made) {
        transport.answer(201, made);
        transport.answer(200, R"({"major":"1","minor":"34","gitVersion":"v1.34.4"})");
    }
    nlohmann::json sent() const { return nlohmann::json::parse(transport.requests.at(0).body); }

    serin::testing::ScriptedTransport transport;
    serin::testing::ManualClock clock;
    api::ModelSource source;
    ImageVolumes volumes{transport, kube::RequestBuilder("test"), clock};
};

TEST_F(ImageVolumesTest, AreAskedForByADryRunInTheNamespaceWithTheImageByItsDigest) {
    transport.answer(201, kKept);
    EXPECT_FALSE(ask());
    ASSERT_THAT(transport.requests, SizeIs(1));
    EXPECT_THAT(transport.lines()[0],
                AllOf(HasSubstr("POST /apis/apps/v1/namespaces/ml/replicasets?"), HasSubstr("dryRun=All")));
    EXPECT_EQ(sent()["spec"]["replicas"], 0);
    const nlohmann::json pod = sent()["spec"]["template"]["spec"];
    EXPECT_EQ(pod["volumes"][0]["image"]["reference"], "registry.example/ml/fraud@" + kDigest);
    EXPECT_EQ(pod["containers"][0]["image"], "registry.example/ml/fraud@" + kDigest);
    EXPECT_EQ(pod["containers"][0]["volumeMounts"][0]["name"], pod["volumes"][0]["name"]);
    EXPECT_EQ(pod["containers"][0]["securityContext"]["runAsNonRoot"], true);
    EXPECT_EQ(pod["containers"][0]["securityContext"]["readOnlyRootFilesystem"], true);
    EXPECT_EQ(pod["containers"][0]["resources"]["limits"].size(), 2U);
}

TEST_F(ImageVolumesTest, AnApiServerThatDropsOrEmptiesThemIsToldWithItsVersionAndTheWayOut) {
    for (const char* made : {kDropped, kEmptied}) {
        refuse(made);
        const auto trouble = ask();
        ASSERT_TRUE(trouble) << made;
        EXPECT_EQ(trouble->reason, "ImageVolumesUnsupported");
        EXPECT_THAT(trouble->message,
                    AllOf(HasSubstr("(Kubernetes v1.34.4)"), HasSubstr("feature gate ImageVolume"),
                          HasSubstr("state model.source.load: Fetch")));
        clock.pass(ImageVolumes::kKeepsNo);
    }
}

TEST_F(ImageVolumesTest, WithoutAVersionTheAnswerIsTheSame) {
    transport.answer(201, kDropped);
    transport.answer(403, "{}");
    EXPECT_THAT(ask()->message, HasSubstr("the API server leaves volumes of images out"));
}

TEST_F(ImageVolumesTest, YesIsKeptForTenMinutesAndNoForOne) {
    transport.answer(201, kKept);
    EXPECT_FALSE(ask());
    clock.pass(ImageVolumes::kKeepsYes - std::chrono::seconds(1));
    EXPECT_FALSE(ask());
    EXPECT_THAT(transport.requests, SizeIs(1));
    clock.pass(std::chrono::seconds(1));
    refuse(kDropped);
    EXPECT_TRUE(ask());
    clock.pass(ImageVolumes::kKeepsNo - std::chrono::seconds(1));
    EXPECT_TRUE(ask());
    EXPECT_THAT(transport.requests, SizeIs(3));
    clock.pass(std::chrono::seconds(1));
    transport.answer(201, kKept);
    EXPECT_FALSE(ask());
}

TEST_F(ImageVolumesTest, AnApiServerThatDoesNotAnswerIsAskedAgainAfterSomeSeconds) {
    transport.fail(ErrorCode::Unavailable);
    EXPECT_EQ(ask()->reason, "StoreUnavailable");
    clock.pass(ImageVolumes::kKeepsFailure - std::chrono::milliseconds(1));
    EXPECT_EQ(ask()->reason, "StoreUnavailable");
    EXPECT_THAT(transport.requests, SizeIs(1));
    clock.pass(std::chrono::milliseconds(1));
    for (const char* answer : {"<html>", R"({"kind":"Status"})"}) {
        transport.answer(201, answer);
        EXPECT_EQ(ask()->reason, "StoreUnavailable");
        clock.pass(ImageVolumes::kKeepsFailure);
    }
    transport.answer(201, kKept);
    EXPECT_FALSE(ask());
}

TEST_F(ImageVolumesTest, AStopIsNoWordOfTheApiServer) {
    transport.fail(ErrorCode::Stopped);
    EXPECT_TRUE(ask());
    transport.answer(201, kKept);
    EXPECT_FALSE(ask());
}

TEST_F(ImageVolumesTest, AFailureCountsInItsNamespaceAlone) {
    transport.answer(403, R"({"kind":"Status","message":"exceeded quota: sets","code":403})");
    EXPECT_TRUE(ask("full"));
    transport.answer(201, kKept);
    EXPECT_FALSE(ask("ml"));
}

TEST_F(ImageVolumesTest, APolicyThatRefusesTheQuestionIsToldWithItsExceptionAndNoRightIsAskedFor) {
    for (const int code : {400, 403, 422}) {
        transport.answer(code,
                         R"({"kind":"Status","message":"admission webhook \"policy\" denied the request"})");
        const auto trouble = ask();
        ASSERT_TRUE(trouble);
        EXPECT_EQ(trouble->reason, "ImageVolumesUnsupported");
        EXPECT_THAT(trouble->message,
                    AllOf(HasSubstr("denied the request; a policy of the cluster refuses"),
                          HasSubstr("exception there for ReplicaSets named serin-image-volumes-*"),
                          HasSubstr("load: Fetch"), Not(HasSubstr("Serin may create"))));
        clock.pass(ImageVolumes::kKeepsFailure);
    }
}

TEST_F(ImageVolumesTest, ARightThatLacksIsNoPolicy) {
    transport.answer(403,
                     R"({"kind":"Status","reason":"Forbidden","message":"replicasets.apps is forbidden: )"
                     R"(User \"serin\" cannot create resource \"replicasets\" in API group \"apps\""})");
    EXPECT_THAT(ask()->message, AllOf(HasSubstr("see that Serin may create that"), Not(HasSubstr("policy"))));
}

}  // namespace
}  // namespace serin::runtime
