#include <gmock/gmock.h>

#include "base/text.h"
#include "tests/unit/api/objects.h"

namespace serin::api {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

constexpr const char* kDrift = R"({"name":"amount","drift":{"histogram":"h"},"reference":{}})";
constexpr const char* kSource = R"("reference":{"configMap":{"name":"training"}})";

Spec withAnalysis(const std::string& members) {
    return specOf(smallSpec(R"(,"analysis":{)" + members + "}"));
}
Spec with(const std::string& members, const std::string& metric) {
    return withAnalysis(members + (members.empty() ? "" : ",") + "\"metrics\":[" + metric + "]");
}
void expectProblem(const Spec& spec, const std::string& field, const std::string& wayOut) {
    EXPECT_THAT(spec.problems, ElementsAre(AllOf(StartsWith(field + ": "), HasSubstr(wayOut))));
}

TEST(ReferenceInSpec, DefaultsAreTheMetricsNameTheKeyAndAMajorDrift) {
    const Spec spec = with(kSource, kDrift);
    EXPECT_THAT(spec.problems, IsEmpty());
    EXPECT_EQ(spec.analysis.reference, (ConfigMapKey{"training", "profile.json"}));
    EXPECT_EQ(spec.analysis.onDataDrift, OnDataDrift::Notify);
    const Metric& metric = spec.analysis.metrics.at(0);
    EXPECT_TRUE(metric.hasReference());
    EXPECT_EQ(metric.referenceFeature, "amount");
    EXPECT_EQ(metric.referencePsi, .25);
    EXPECT_EQ(metric.psi, std::nullopt);
}

TEST(ReferenceInSpec, EverythingCanBeStated) {
    const Spec spec = with(
        R"("reference":{"configMap":{"name":"training","key":"fraud.json"}},"onDataDrift":"Pause")",
        R"({"name":"amount","drift":{"histogram":"h","of":"inputs"},"reference":{"feature":"amount_eur","psi":0.1}})");
    EXPECT_THAT(spec.problems, IsEmpty());
    EXPECT_EQ(spec.analysis.reference, (ConfigMapKey{"training", "fraud.json"}));
    EXPECT_EQ(spec.analysis.onDataDrift, OnDataDrift::Pause);
    EXPECT_EQ(spec.analysis.metrics.at(0).referenceFeature, "amount_eur");
    EXPECT_EQ(spec.analysis.metrics.at(0).referencePsi, .1);
}

TEST(ReferenceInSpec, WithoutAReferenceAMetricIsComparedWithNone) {
    EXPECT_FALSE(
        with("", R"({"name":"amount","drift":{"histogram":"h"}})").analysis.metrics.at(0).hasReference());
}

TEST(ReferenceInSpec, WhatHasNoEffectIsRefused) {
    expectProblem(with(kSource, R"({"name":"errors","errorRate":{}})"), "spec.analysis.reference",
                  "no metric is compared with it");
    expectProblem(withAnalysis(kSource), "spec.analysis.reference", "no metric is compared with it");
    expectProblem(with(R"("onDataDrift":"Notify")", R"({"name":"errors","errorRate":{}})"),
                  "spec.analysis.onDataDrift", "without a reference");
    expectProblem(with(kSource, std::string(kDrift) + R"(,{"name":"errors","errorRate":{},"reference":{}})"),
                  "spec.analysis.metrics[1].reference", "no drift");
}

TEST(ReferenceInSpec, AMetricNeedsAProfileToBeComparedWith) {
    expectProblem(with("", kDrift), "spec.analysis.reference",
                  "metric \"amount\" is compared with one; state configMap");
    expectProblem(with(R"("reference":{})", kDrift), "spec.analysis.reference.configMap.name",
                  "state the ConfigMap");
}

// With a model that is loaded from there, and a metric that is compared with one of its files.
Spec ofFile(const std::string& source, const std::string& reference) {
    return specOf(R"({"model":{"name":"fraud")" + (source.empty() ? "" : cat(",\"source\":{", source, "}")) +
                  R"(},"template":{"spec":{"containers":[{"name":"server","image":"a:1"}]}},)"
                  R"("analysis":{"reference":{)" +
                  reference + R"(},"metrics":[)" + kDrift + "]}}");
}
constexpr const char* kMlflow = R"("uri":"mlflow://fraud@champion","endpoint":"http://mlflow:5000")";
constexpr const char* kFile = "spec.analysis.reference.modelFile";

TEST(ReferenceInSpec, AProfileMayBeAmongTheModelsFiles) {
    const Spec spec = ofFile(kMlflow, R"("modelFile":"training/profile.json")");
    EXPECT_THAT(spec.problems, IsEmpty());
    EXPECT_EQ(spec.analysis.referenceFile, "training/profile.json");
    EXPECT_EQ(spec.analysis.reference, std::nullopt);
    EXPECT_TRUE(spec.analysis.hasReference());
    EXPECT_FALSE(specOf(smallSpec("")).analysis.hasReference());
}

TEST(ReferenceInSpec, AModelsFileNeedsAModelThatIsLoadedAndHasFiles) {
    expectProblem(ofFile("", R"("modelFile":"profile.json")"), kFile, "is stated without spec.model.source");
    expectProblem(ofFile(R"("uri":"https://example.com/fraud.tar.gz")", R"("modelFile":"profile.json")"),
                  kFile, "https://example.com/fraud.tar.gz is one file or an archive");
    expectProblem(ofFile(R"("uri":"git+https://git.example/fraud.git")", R"("modelFile":"profile.json")"),
                  kFile,
                  "git+https://git.example/fraud.git is a Git repository, of which Serin reads no file");
    expectProblem(ofFile(R"("follow":{"interval":"1m"})", R"("modelFile":"profile.json")"), kFile,
                  "is stated without spec.model.source.uri");
    // The address of blobs on Azure is that of many files.
    EXPECT_THAT(ofFile(R"("uri":"https://acct1.blob.core.windows.net/models/fraud",
                          "endpoint":"https://acct1-secondary.blob.core.windows.net",
                          "verify":{"publicKeySecret":{"name":"signers"}})",
                       R"("modelFile":"profile.json")")
                    .problems,
                IsEmpty());
    // One mistake, one sentence.
    expectProblem(ofFile(R"("uri":"ftp://a/b")", R"("modelFile":"profile.json")"), "spec.model.source.uri",
                  "begins with none of");
}

TEST(ReferenceInSpec, APathIsWithinTheModelsFiles) {
    for (const char* path :
         {"", "/profile.json", "a//b", "../profile.json", "a/./b", "a/", "a\\\\b", "a\\nb"}) {
        expectProblem(ofFile(kMlflow, cat(R"("modelFile":")", path, "\"")), kFile,
                      "state the path of the profile within the model's files, such as profile.json");
    }
    expectProblem(ofFile(kMlflow, cat(R"("modelFile":")", std::string(257, 'a'), "\"")), kFile,
                  "of at most 256 characters");
    EXPECT_THAT(ofFile(kMlflow, cat(R"("modelFile":")", std::string(256, 'a'), "\"")).problems, IsEmpty());
}

TEST(ReferenceInSpec, AModelsFileIsComparedWithAlone) {
    expectProblem(ofFile(kMlflow, R"("modelFile":"a.json","configMap":{"name":"training"})"),
                  "spec.analysis.reference", "states both configMap and modelFile");
    expectProblem(ofFile(kMlflow, R"("modelFile":"a.json","stable":{})"), "spec.analysis.reference",
                  "states both modelFile and stable");
}

TEST(ReferenceInSpec, TheVersionsOwnPastGoesBackAWeekUnlessItIsStatedOtherwise) {
    const Spec spec = with(R"("reference":{"stable":{}})", kDrift);
    EXPECT_THAT(spec.problems, IsEmpty());
    EXPECT_EQ(spec.analysis.reference, std::nullopt);
    EXPECT_EQ(spec.analysis.recordOver, std::chrono::hours(168));
    EXPECT_TRUE(spec.analysis.hasReference());
    EXPECT_EQ(with(R"("reference":{"stable":{"over":"1d"}})", kDrift).analysis.recordOver,
              std::chrono::hours(24));
    EXPECT_EQ(with(R"("reference":{"stable":{"over":"28d"}})", kDrift).analysis.recordOver,
              std::chrono::hours(672));
}

TEST(ReferenceInSpec, ThePastGoesBackWholeDaysUpToFourWeeks) {
    for (const char* over : {"0d", "29d", "07d", "7", "168h", "7 d", ""}) {
        expectProblem(with(cat(R"("reference":{"stable":{"over":")", over, "\"}}"), kDrift),
                      "spec.analysis.reference.stable.over", "state 1d to 28d, such as 7d");
    }
}

TEST(ReferenceInSpec, DataIsComparedWithAProfileOrWithThePast) {
    expectProblem(with(R"("reference":{"stable":{},"configMap":{"name":"training"}})", kDrift),
                  "spec.analysis.reference", "states both configMap and stable");
    expectProblem(with(R"("reference":{"stable":{}})", R"({"name":"errors","errorRate":{}})"),
                  "spec.analysis.reference", "no metric is compared with it");
    EXPECT_THAT(with(R"("reference":{"stable":{}},"onDataDrift":"Pause")", kDrift).problems, IsEmpty());
}

TEST(ReferenceInSpec, AFeatureOfAProfileIsNotNamedWhereThereIsNone) {
    expectProblem(with(R"("reference":{"stable":{}})",
                       R"({"name":"a","drift":{"histogram":"h"},"reference":{"feature":"b"}})"),
                  "spec.analysis.metrics[0].reference.feature", "records each metric by itself; remove it");
}

TEST(ReferenceInSpec, WhetherADriftIsOfInputsIsKnown) {
    EXPECT_FALSE(with(kSource, kDrift).analysis.metrics.at(0).inputs);
    EXPECT_TRUE(with(kSource, R"({"name":"a","drift":{"histogram":"h","of":"inputs"},"reference":{}})")
                    .analysis.metrics.at(0)
                    .inputs);
}

TEST(ReferenceInSpec, ADriftOfTheDataTakesNothingBack) {
    const std::string source = kSource;
    expectProblem(with(source + R"(,"onDataDrift":"Rollback")", kDrift), "spec.analysis.onDataDrift",
                  "no version is known that suits the world better; state Notify or Pause");
    expectProblem(with(source + R"(,"onDataDrift":"notify")", kDrift), "spec.analysis.onDataDrift",
                  "is \"notify\"; state Notify or Pause");
}

TEST(ReferenceInSpec, TheThresholdIsAboveZero) {
    expectProblem(with(kSource, R"({"name":"a","drift":{"histogram":"h"},"reference":{"psi":0}})"),
                  "spec.analysis.metrics[0].reference.psi", "state a number above 0 and at most 100");
}

}  // namespace
}  // namespace serin::api
