// Where a model comes from, as a person writes it, and which revision that is.
#include <gmock/gmock.h>

#include "api/spec_codec.h"
#include "api/status_codec.h"
#include "tests/unit/api/objects.h"

namespace serin::api {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

constexpr const char* kMlflow = R"("uri":"mlflow://fraud@champion","endpoint":"http://mlflow:5000/")";

// A ModelDeployment whose model has this source and whose `model` has these members more.
json rawWith(const std::string& source, const std::string& more = {}) {
    return rawObject(R"({"model":{"name":"fraud","source":{)" + source + "}" + more +
                     R"(},"template":{"spec":{"containers":[{"name":"server","image":"mlserver:1"}]}}})");
}
Spec specWith(const std::string& source, const std::string& more = {}) {
    const auto decoded = decodeModelDeployment(rawWith(source, more));
    EXPECT_TRUE(decoded.ok());
    return decoded.ok() ? decoded->spec : Spec();
}
// The same once its source was found to be this id.
Spec resolvedTo(const json& raw, const std::string& id, const std::string& version = "13") {
    const auto first = decodeModelDeployment(raw);
    EXPECT_TRUE(first.ok());
    Status status;
    status.source =
        SourceStatus{first->spec.source->uri, {id, version, {}, 5, 1204}, first->spec.written, "", {}};
    json known = raw;
    known["status"] = encodeStatus(status);
    const auto second = decodeModelDeployment(known);
    EXPECT_TRUE(second.ok());
    return second->spec;
}
void expectProblem(const std::string& source, const std::string& field, const std::string& sentence) {
    EXPECT_THAT(specWith(source).problems,
                ElementsAre(AllOf(StartsWith("spec.model.source." + field + ": "), HasSubstr(sentence))))
        << source;
}

TEST(ModelSource, IsNoneUnlessItIsStated) {
    const Spec spec = specOf(smallSpec());
    EXPECT_FALSE(spec.source.has_value());
    EXPECT_FALSE(spec.unresolved);
    EXPECT_TRUE(spec.usable());
    EXPECT_EQ(spec.modelId, "mlserver:1");
}

TEST(ModelSource, HasAllThatIsWritten) {
    const Spec spec = specWith(R"("uri":"mlflow://fraud@champion","endpoint":"https://mlflow.ml.svc/",
        "credentials":{"secretName":"mlflow"},"ca":{"configMap":{"name":"authorities"}},"include":["*.json"],
        "exclude":["a/*","b"],"mountPath":"/models/fraud","follow":{"interval":"2m"})");
    EXPECT_THAT(spec.problems, IsEmpty());
    ModelSource expected;
    expected.uri = "mlflow://fraud@champion";
    expected.reference.store = StoreKind::Mlflow;
    expected.reference.name = "fraud";
    expected.reference.selector = "champion";
    expected.reference.alias = true;
    expected.endpoint = "https://mlflow.ml.svc";
    expected.credentialsSecret = "mlflow";
    expected.caConfigMap = "authorities";
    expected.caKey = "ca.crt";
    expected.include = {"*.json"};
    expected.exclude = {"a/*", "b"};
    expected.mountPath = "/models/fraud";
    expected.follow = std::chrono::minutes(2);
    ASSERT_TRUE(spec.source.has_value());
    EXPECT_EQ(*spec.source, expected);
}

TEST(ModelSource, WhatCannotBeIsRefusedWithTheWayOut) {
    expectProblem("", "uri", "is missing; state where the model is, such as mlflow://NAME@ALIAS");
    expectProblem(R"("uri":"fraud")", "uri", "fraud");
    expectProblem(R"("uri":"mlflow://fraud@champion")", "endpoint",
                  "is missing, and nobody knows where this MLflow is");
    expectProblem(R"("uri":"https://models.example.com/fraud.zip","endpoint":"https://a.example.com")",
                  "endpoint", "has no effect on a source whose URI says where it is; remove it");
    expectProblem(R"("uri":"git+https://git.example/a.git","endpoint":"https://git.example")", "endpoint",
                  "has no effect on a source whose URI says where it is; remove it");
    expectProblem(R"("uri":"hf://a/b","endpoint":"mlflow:5000")", "endpoint",
                  "state http:// or https://, a host");
    expectProblem(std::string(kMlflow) + R"(,"ca":{"configMap":{"name":"authorities"}})", "ca",
                  "endpoint begins with http://, so that there is no certificate to check");
    expectProblem(R"("uri":"hf://a/b","credentials":{})", "credentials.secretName", "is missing");
    expectProblem(R"("uri":"hf://a/b","include":[])", "include", "is empty; list patterns");
    expectProblem(R"("uri":"hf://a/b","exclude":[""])", "exclude[0]", "state a pattern");
    expectProblem(R"("uri":"hf://a/b","follow":{})", "follow.interval", "is missing");
    expectProblem(R"("uri":"hf://a/b","follow":{"interval":"9s"})", "follow.interval", "9s");
    for (const char* path : {"", "/", "models", "/a//b", "/a/../b", "/a:b", "/a/"}) {
        expectProblem(std::string(R"("uri":"hf://a/b","mountPath":")") + path + "\"", "mountPath",
                      "state an absolute path below /, such as /mnt/models");
    }
}

TEST(ModelSource, APasswordInAnEndpointOrAUriIsNotRepeated) {
    for (const char* source :
         {R"("uri":"mlflow://fraud@champion","endpoint":"http://me:hunter2@mlflow:5000")",
          R"("uri":"https://me:hunter2@models.example.com/fraud.zip")"}) {
        const Spec spec = specWith(source);
        ASSERT_FALSE(spec.problems.empty()) << source;
        for (const std::string& problem : spec.problems) EXPECT_THAT(problem, Not(HasSubstr("hunter2")));
    }
}

TEST(ModelSource, FollowingWhatMeansTheSameForEverIsRefused) {
    const std::string follow = R"(,"follow":{"interval":"1m"})";
    const std::string commit(40, 'a');
    for (const std::string& source :
         {std::string(R"("uri":"mlflow://fraud/3","endpoint":"http://m:5000")"),
          std::string(R"("uri":"runs:/1f/model","endpoint":"http://m:5000")"),
          R"("uri":"hf://a/b@)" + commit + "\"", R"("uri":"git+https://g.example/b@)" + commit + "\"",
          R"("uri":"git+https://g.example/b@)" + std::string(64, 'a') + "#c\"",
          R"("uri":"oci://r.example/a:1@sha256:)" + std::string(64, 'a') + "\""}) {
        EXPECT_THAT(specWith(source).problems, IsEmpty()) << source;
        expectProblem(source + follow, "follow", "means the same model for ever");
    }
    EXPECT_THAT(specWith(kMlflow + follow).problems, IsEmpty());
    EXPECT_THAT(specWith(R"("uri":"hf://a/b")" + follow).problems, IsEmpty());
    EXPECT_THAT(specWith(R"("uri":"oci://r.example/a:prod")" + follow).problems, IsEmpty());
}

TEST(ModelSource, IsUnresolvedUntilItWasLookedUpForWhatIsWritten) {
    const json raw = rawWith(kMlflow);
    const Spec before = specWith(kMlflow);
    EXPECT_THAT(before.problems, IsEmpty());
    EXPECT_TRUE(before.unresolved);
    EXPECT_FALSE(before.usable());
    EXPECT_EQ(before.revision, "");
    EXPECT_EQ(before.modelId, "");

    const Spec after = resolvedTo(raw, "mlflow:fraud/13 sha256:aa");
    EXPECT_TRUE(after.usable());
    EXPECT_EQ(after.modelId, "mlflow:fraud/13 sha256:aa");
    EXPECT_EQ(after.model.version, "13");
    EXPECT_NE(after.revision, after.written);

    json edited = rawWith(kMlflow);
    edited["spec"]["template"]["spec"]["containers"][0]["image"] = "mlserver:2";
    Status status;
    status.source =
        SourceStatus{"mlflow://fraud@champion", {"mlflow:fraud/13", "13", {}, 5, 9}, after.written, "", {}};
    edited["status"] = encodeStatus(status);
    EXPECT_TRUE(decodeModelDeployment(edited)->spec.unresolved);
}

TEST(ModelSource, AVersionThatIsWrittenIsTheLabel) {
    EXPECT_EQ(resolvedTo(rawWith(kMlflow, R"(,"version":"blue")"), "mlflow:fraud/13").model.version, "blue");
}

TEST(ModelSource, TheRevisionIsWhatIsWrittenAndTheId) {
    const json raw = rawWith(kMlflow);
    const std::string revision = resolvedTo(raw, "mlflow:fraud/13").revision;
    EXPECT_EQ(revision, "vhv6wjp3h9");  // pinned for ever
    EXPECT_EQ(resolvedTo(raw, "mlflow:fraud/13", "14").revision, revision);
    EXPECT_NE(resolvedTo(raw, "mlflow:fraud/14").revision, revision);
    for (const char* more : {R"(,"follow":{"interval":"1m"})", R"(,"credentials":{"secretName":"mlflow"})"}) {
        EXPECT_EQ(resolvedTo(rawWith(std::string(kMlflow) + more), "mlflow:fraud/13").revision, revision);
    }
    for (const char* more :
         {R"(,"include":["*.json"])", R"(,"exclude":["*.json"])", R"(,"mountPath":"/m")"}) {
        EXPECT_NE(resolvedTo(rawWith(std::string(kMlflow) + more), "mlflow:fraud/13").revision, revision);
    }
}

TEST(ModelSource, WhatChangesNoPodNeedsNoOtherLook) {
    const std::string written = specWith(kMlflow).written;
    json scaled = rawWith(std::string(kMlflow) + R"(,"follow":{"interval":"1m"})");
    scaled["spec"]["replicas"] = 9;
    scaled["spec"]["paused"] = true;
    scaled["metadata"]["generation"] = 99;
    EXPECT_EQ(decodeModelDeployment(scaled)->spec.written, written);
}

}  // namespace
}  // namespace serin::api
