// A model in the serving container's image, whose tag is followed.
#include "api/image_source.h"

#include <gmock/gmock.h>

#include "api/status_codec.h"
#include "tests/unit/api/objects.h"

namespace serin::api {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

const std::string kDigest = "sha256:" + std::string(64, 'd');

json rawWith(const std::string& source, const std::string& image) {
    return rawObject(R"({"model":{"name":"fraud","source":{)" + source +
                     R"(}},"template":{"spec":{"containers":[{"name":"server","image":")" + image +
                     R"("}]}}})");
}
Spec specWith(const std::string& source, const std::string& image = "registry.example/ml/fraud:13") {
    const auto decoded = decodeModelDeployment(rawWith(source, image));
    EXPECT_TRUE(decoded.ok());
    return decoded.ok() ? decoded->spec : Spec();
}
constexpr const char* kFollow = R"("follow":{"interval":"1m"})";

TEST(ImageSource, WithoutAUriTheTagOfTheImageIsFollowed) {
    const Spec spec = specWith(kFollow);
    EXPECT_THAT(spec.problems, IsEmpty());
    ASSERT_TRUE(spec.source);
    EXPECT_TRUE(isImageSource(*spec.source));
    EXPECT_EQ(spec.source->uri, "image://registry.example/ml/fraud:13");
    EXPECT_EQ(spec.source->reference.place, "registry.example/ml/fraud");
    EXPECT_EQ(spec.source->reference.selector, "13");
    EXPECT_TRUE(spec.unresolved);
    EXPECT_FALSE(isImageSource(*specWith(R"("uri":"oci://registry.example/ml/fraud:13")").source));
}

TEST(ImageSource, AnImageIsWhatContainersTakeItFor) {
    const struct {
        const char* image;
        const char* place;
        const char* selector;
    } cases[] = {{"fraud", "docker.io/fraud", "latest"},
                 {"fraud:13", "docker.io/fraud", "13"},
                 {"ml/fraud:13", "docker.io/ml/fraud", "13"},
                 {"registry:5000/fraud", "registry:5000/fraud", "latest"},
                 {"localhost/fraud:1", "localhost/fraud", "1"}};
    for (const auto& one : cases) {
        const auto reference = parseImage(one.image);
        ASSERT_TRUE(reference.ok()) << one.image << reference.error().message;
        EXPECT_EQ(reference->place, one.place);
        EXPECT_EQ(reference->selector, one.selector);
    }
    EXPECT_FALSE(parseImage("").ok());
    EXPECT_FALSE(parseImage("registry.example/Fraud:13").ok());
}

TEST(ImageSource, PodsRunTheDigestInPlaceOfTheTagAndLoadNothing) {
    for (const auto& [image, pinned] :
         {std::pair{"registry:5000/fraud:13", "registry:5000/fraud@"},
          std::pair{"registry:5000/fraud", "registry:5000/fraud@"}, std::pair{"fraud:13", "fraud@"}}) {
        ModelDeployment object;
        object.meta.name = "fraud";
        object.spec = specWith(kFollow, image);
        object.spec.unresolved = false;
        object.spec.revision = "9fw4d0c1ze";
        object.spec.modelId = "image:registry.example/fraud@" + kDigest;
        const json pod = parsed(replicaSetBody(object, 1, "")).at("spec").at("template").at("spec");
        EXPECT_EQ(pod.at("containers").at(0).at("image"), pinned + kDigest);
        EXPECT_FALSE(pod.contains("initContainers"));
        EXPECT_FALSE(pod.contains("volumes"));
    }
}

TEST(ImageSource, OnlyTheServingContainerIsPinned) {
    ModelDeployment object = objectWith(R"({"model":{"name":"fraud","source":{"follow":{"interval":"1m"}}},
        "runtime":{"container":"server"},"template":{"spec":{"containers":[{"name":"proxy","image":"p:1"},
        {"name":"server","image":"s:1"}]}}})");
    EXPECT_THAT(object.spec.problems, IsEmpty());
    EXPECT_EQ(object.spec.source->uri, "image://docker.io/s:1");
    object.spec.unresolved = false;
    object.spec.modelId = "image:docker.io/s@" + kDigest;
    const json pod = parsed(replicaSetBody(object, 1, "")).at("spec").at("template").at("spec");
    EXPECT_EQ(pod.at("containers").at(0).at("image"), "p:1");
    EXPECT_EQ(pod.at("containers").at(1).at("image"), "s@" + kDigest);
}

TEST(ImageSource, TheRevisionIsWhatIsWrittenAndTheDigest) {
    const json raw = rawWith(kFollow, "registry.example/ml/fraud:13");
    const auto revisionOfId = [&](const std::string& id) {
        const auto first = decodeModelDeployment(raw);
        Status status;
        status.source =
            SourceStatus{first->spec.source->uri, {id, "13", {}, 2, 9}, first->spec.written, "", {}};
        json known = raw;
        known["status"] = encodeStatus(status);
        return decodeModelDeployment(known)->spec.revision;
    };
    EXPECT_EQ(revisionOfId("image:a@1"), revisionOfId("image:a@1"));
    EXPECT_NE(revisionOfId("image:a@1"), revisionOfId("image:a@2"));
}

TEST(ImageSource, TheRegistryIsAskedWithThePullSecretsWhereNoOthersAreStated) {
    const auto secretsOf = [](const std::string& source) {
        const auto decoded = decodeModelDeployment(
            rawObject(R"({"model":{"name":"fraud","source":{)" + source + R"(}},"template":{"spec":{
            "imagePullSecrets":[{"name":"first"},{},{"name":"../second"},{"name":"third"}],
            "containers":[{"name":"server","image":"registry.example/ml/fraud:13"}]}}})"));
        EXPECT_THAT(decoded->spec.problems, IsEmpty());
        return decoded->spec.source->pullSecrets;
    };
    EXPECT_THAT(secretsOf(kFollow), ElementsAre("first", "third"));
    EXPECT_THAT(secretsOf(R"("uri":"oci://registry.example/fraud:13","load":"ImageVolume")"),
                ElementsAre("first", "third"));
    EXPECT_THAT(secretsOf(std::string(kFollow) + R"(,"credentials":{"secretName":"own"})"), IsEmpty());
    EXPECT_THAT(secretsOf(R"("uri":"oci://registry.example/fraud:13")"), IsEmpty());
}

TEST(ImageSource, WhatHasNoEffectIsRefusedWithTheWayOut) {
    for (const std::string field :
         {R"("load":"Fetch")", R"("include":["a"])", R"("exclude":["a"])", R"("mountPath":"/m")"}) {
        const std::string name = field.substr(1, field.find('"', 1) - 1);
        EXPECT_THAT(specWith(kFollow + ("," + field)).problems,
                    ElementsAre(AllOf(StartsWith("spec.model.source." + name + ": has no effect"),
                                      HasSubstr("remove it, or state uri"))));
    }
    EXPECT_THAT(specWith(kFollow, "registry.example/fraud@" + kDigest).problems,
                ElementsAre(AllOf(StartsWith("spec.model.source.follow: has no effect"),
                                  HasSubstr("name a tag without a digest"))));
    EXPECT_THAT(specWith(kFollow, "registry.example/Fraud:1").problems,
                ElementsAre(AllOf(
                    StartsWith("spec.template.spec.containers[0].image: is \"registry.example/Fraud:1\""),
                    HasSubstr("REGISTRY/REPOSITORY:TAG"))));
    EXPECT_THAT(specWith(R"("endpoint":"https://registry.example")").problems,
                ElementsAre(HasSubstr("or follow alone where it is in the serving container's image")));
}

}  // namespace
}  // namespace serin::api
