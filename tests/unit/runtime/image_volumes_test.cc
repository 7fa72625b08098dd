#include "runtime/image_volumes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "api/source_uri.h"
#include "tests/unit/apply/fakes.h"

namespace serin::runtime {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
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
    ImageVolumesTest() { name("oci://registry.example/ml/fraud:13"); }
    void name(const std::string& uri) {
        source.reference = *api::parseSource(uri);
        source.imageVolume = true;
    }
    std::optional<StoreTrouble> ask() { return volumes.trouble("ml", source, {}); }
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

TEST_F(ImageVolumesTest, AreAskedForByADryRunInTheNamespaceWithTheImageThatIsWanted) {
    transport.answer(201, kKept);
    EXPECT_FALSE(ask());
    ASSERT_THAT(transport.requests, SizeIs(1));
    EXPECT_THAT(transport.lines()[0],
                AllOf(HasSubstr("POST /apis/apps/v1/namespaces/ml/replicasets?"), HasSubstr("dryRun=All")));
    EXPECT_EQ(sent()["spec"]["replicas"], 0);
    const nlohmann::json pod = sent()["spec"]["template"]["spec"];
    EXPECT_EQ(pod["volumes"][0]["image"]["reference"], "registry.example/ml/fraud:13");
    EXPECT_EQ(pod["containers"][0]["volumeMounts"][0]["name"], pod["volumes"][0]["name"]);
    EXPECT_EQ(pod["containers"][0]["securityContext"]["runAsNonRoot"], true);
}

TEST_F(ImageVolumesTest, ADigestIsNamedAsOne) {
    name("oci://registry.example/ml/fraud@" + kDigest);
    transport.answer(201, kKept);
    EXPECT_FALSE(ask());
    EXPECT_EQ(sent()["spec"]["template"]["spec"]["containers"][0]["image"],
              "registry.example/ml/fraud@" + kDigest);
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

TEST_F(ImageVolumesTest, AnApiServerThatDoesNotAnswerIsAskedAgainAtOnce) {
    transport.fail(ErrorCode::Unavailable);
    EXPECT_EQ(ask()->reason, "StoreUnavailable");
    transport.answer(200, "<html>");
    EXPECT_EQ(ask()->reason, "StoreUnavailable");
    transport.answer(201, R"({"kind":"Status"})");
    EXPECT_EQ(ask()->reason, "StoreUnavailable");
    transport.answer(201, kKept);
    EXPECT_FALSE(ask());
}

TEST_F(ImageVolumesTest, ARefusalOfTheQuestionIsNoYes) {
    transport.answer(403, R"({"kind":"Status","message":"policy: no such images","code":403})");
    const auto trouble = ask();
    ASSERT_TRUE(trouble);
    EXPECT_EQ(trouble->reason, "ImageVolumesUnsupported");
    EXPECT_THAT(trouble->message, AllOf(HasSubstr("policy: no such images"), HasSubstr("load: Fetch")));
}

}  // namespace
}  // namespace serin::runtime
