// A model that is an image, which the kubelet mounts: source.load.
#include <gmock/gmock.h>

#include "api/image_source.h"
#include "api/readable_files.h"
#include "api/source_pod.h"
#include "api/spec_codec.h"
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
const std::string kVolume = R"("uri":"oci://registry.example/ml/fraud:13","load":"ImageVolume")";

constexpr const char* kTemplate =
    R"("template":{"spec":{"containers":[{"name":"server","image":"mlserver:1"}]}})";

std::string modelOf(const std::string& source) {
    return R"({"model":{"name":"fraud","source":{)" + source + "}}," + kTemplate + "}";
}
Spec specWith(const std::string& source) {
    return objectWith(modelOf(source)).spec;
}
json podOf(const std::string& source) {
    ModelDeployment object = objectWith(modelOf(source));
    EXPECT_THAT(object.spec.problems, IsEmpty());
    object.spec.unresolved = false;
    object.spec.revision = "9fw4d0c1ze";
    object.spec.modelId = "image:registry.example/ml/fraud@" + kDigest;
    return parsed(replicaSetBody(object, 1, "serin-fetch:1")).at("spec").at("template").at("spec");
}
void expectProblem(const std::string& source, const std::string& field, const std::string& words) {
    EXPECT_THAT(specWith(source).problems,
                ElementsAre(AllOf(StartsWith("spec.model.source." + field + ": "), HasSubstr(words))))
        << source;
}

TEST(ImageVolume, IsMountedByItsDigestAndNothingIsFetched) {
    const json pod = podOf(kVolume + R"(,"mountPath":"/m","credentials":{"secretName":"own"},
        "ca":{"configMap":{"name":"authorities"}})");
    EXPECT_FALSE(pod.contains("initContainers"));
    EXPECT_EQ(pod.at("volumes"), parsed(R"([{"name":"serin-model","image":{"pullPolicy":"IfNotPresent",
        "reference":"registry.example/ml/fraud@)" +
                                        kDigest + "\"}}]"));
    EXPECT_EQ(pod.at("containers").at(0).at("volumeMounts"),
              parsed(R"([{"name":"serin-model","mountPath":"/m","readOnly":true}])"));
}

TEST(ImageVolume, WhoseFilesAreStatedIsLookedAtWithoutAskingARegistry) {
    const std::string digest(64, 'a');
    const json pod =
        podOf(kVolume + R"(,"endpoint":"https://registry.example","sha256":")" + digest +
              R"(","credentials":{"secretName":"own"},"ca":{"configMap":{"name":"authorities"}})");
    const json& fetch = pod.at("initContainers").at(0);
    EXPECT_EQ(fetch.at("args"), parsed(R"(["--check","/mnt/models"])"));
    EXPECT_EQ(fetch.at("env"), (json::array({{{"name", "SERIN_SOURCE_SHA256"}, {"value", digest}}})));
    EXPECT_EQ(fetch.at("volumeMounts"),
              parsed(R"([{"name":"serin-model","mountPath":"/mnt/models","readOnly":true}])"));
    EXPECT_FALSE(fetch.contains("ports"));
    EXPECT_EQ(pod.at("volumes").size(), 1U);
}

TEST(ImageVolume, IsThereOnlyWhereItIsStated) {
    const Spec spec = specWith(kVolume);
    EXPECT_THAT(spec.problems, IsEmpty());
    EXPECT_TRUE(spec.source->imageVolume);
    EXPECT_TRUE(isPulledByKubelet(*spec.source));
    EXPECT_FALSE(isImageSource(*spec.source));
    EXPECT_FALSE(hasFetchContainer(*spec.source));
    EXPECT_FALSE(hasReadableFiles(*spec.source));
    for (const std::string load : {"", R"(,"load":"Fetch")"}) {
        const Spec fetched = specWith(R"("uri":"oci://registry.example/ml/fraud:13")" + load);
        EXPECT_THAT(fetched.problems, IsEmpty());
        EXPECT_FALSE(fetched.source->imageVolume);
        EXPECT_TRUE(hasFetchContainer(*fetched.source));
    }
}

TEST(ImageVolume, IsPartOfTheRevisionAndFetchIsTheDefault) {
    const auto revision = [](const std::string& more) {
        return revisionOf(parsed(modelOf(R"("uri":"oci://registry.example/ml/fraud:13")" + more)));
    };
    EXPECT_NE(revision(R"(,"load":"ImageVolume")"), revision(""));
    EXPECT_EQ(revision(R"(,"load":"Fetch")"), revision(""));
}

TEST(ImageVolume, WhatCannotBeIsRefusedWithTheWayOut) {
    expectProblem(R"("uri":"oci://r.example/a:1","load":"Mount")", "load",
                  R"(is "Mount"; state Fetch or ImageVolume)");
    expectProblem(R"("uri":"hf://a/b","load":"ImageVolume")", "load",
                  "state uri as oci://REGISTRY/REPOSITORY:TAG, or load: Fetch");
    expectProblem(R"("uri":"pvc://a/b","load":"Fetch")", "load", "has no effect on a claim");
    expectProblem(kVolume + R"(,"include":["*.json"])", "include", "remove it, or state load: Fetch");
    expectProblem(kVolume + R"(,"exclude":["*.json"])", "exclude", "remove it, or state load: Fetch");
    expectProblem(kVolume + R"(,"endpoint":"https://mirror.example")", "endpoint",
                  "the kubelet pulls from registry.example itself");
    expectProblem(kVolume + R"(,"endpoint":"https://registry.example/proxy")", "endpoint",
                  "the kubelet pulls from registry.example itself");
    EXPECT_THAT(specWith(kVolume + R"(,"endpoint":"http://registry.example/")").problems, IsEmpty());
    EXPECT_THAT(specWith(kVolume + R"(,"endpoint":"http://Registry.Example")").problems, IsEmpty());
}

TEST(ImageVolume, HasNoProfileThatSerinCouldRead) {
    const auto decoded = objectWith(R"({"model":{"name":"fraud","source":{)" + kVolume + "}}," + kTemplate +
                                    R"(,"analysis":{"reference":{"modelFile":"profile.json"},"metrics":[
        {"name":"scores","drift":{"histogram":"scores"},"reference":{}}]}})");
    EXPECT_THAT(decoded.spec.problems,
                ElementsAre(AllOf(StartsWith("spec.analysis.reference.modelFile: "),
                                  HasSubstr("state load: Fetch, or put the profile into a ConfigMap"))));
}

}  // namespace
}  // namespace serin::api
