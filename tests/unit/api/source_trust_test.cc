// What a person states of a model's bytes, and what a claim takes.
#include <gmock/gmock.h>

#include "api/file_digests.h"
#include "api/spec_codec.h"
#include "tests/unit/api/objects.h"

namespace serin::api {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

const std::string kDigest(64, 'a');
const std::string kHub = R"("uri":"hf://a/b")";

nlohmann::json specJson(const std::string& source) {
    return parsed(R"({"model":{"name":"fraud","source":{)" + source +
                  R"(}},"template":{"spec":{"containers":[{"name":"server","image":"mlserver:1"}]}}})");
}
Spec specWith(const std::string& source) {
    return objectWith(specJson(source).dump()).spec;
}
void expectProblem(const std::string& source, const std::string& field, const std::string& sentence) {
    EXPECT_THAT(specWith(source).problems,
                ElementsAre(AllOf(StartsWith("spec.model.source." + field + ": "), HasSubstr(sentence))))
        << source;
}
std::string digestsOf(const std::string& text) {
    const Spec spec = specWith(kHub + R"(,"sha256":)" + nlohmann::json(text).dump());
    EXPECT_THAT(spec.problems, IsEmpty()) << text;
    return spec.source->sha256;
}

TEST(SourceTrust, IsADigestOrAManifest) {
    EXPECT_EQ(digestsOf(kDigest), kDigest);
    EXPECT_EQ(digestsOf(std::string(64, 'A') + "\n"), kDigest);
    const std::string manifest = kDigest + "  model.bin\n" + kDigest + " *config.json\n";
    EXPECT_EQ(parseDigests(digestsOf(manifest))->size(), 2U);
}

TEST(SourceTrust, ADigestThatIsNoneIsRefusedWithTheWayOut) {
    expectProblem(kHub + R"(,"sha256":"")", "sha256", "is empty; state 64 hexadecimal digits, or lines");
    expectProblem(kHub + R"(,"sha256":"sha256:ab")", "sha256",
                  "is \"sha256:ab\"; state 64 hexadecimal digits, or lines \"DIGEST  PATH\"");
    expectProblem(kHub + R"(,"sha256":")" + kDigest + R"(  a\nnot a line")", "sha256",
                  "cannot be read: line 2 (\"not a line\") is no line of sha256sum");
    expectProblem(kHub + R"(,"sha256":")" + std::string(65'537, 'a') + "\"", "sha256",
                  "state the one digest of those lines");
}

TEST(SourceTrust, AKeyIsOfASecret) {
    const Spec spec = specWith(kHub + R"(,"verify":{"publicKeySecret":{"name":"signers"}})");
    EXPECT_THAT(spec.problems, IsEmpty());
    EXPECT_EQ(spec.source->publicKeySecret, "signers");
    EXPECT_EQ(spec.source->publicKeyKey, "cosign.pub");
    expectProblem(kHub + R"(,"verify":{})", "verify.publicKeySecret.name",
                  "state the Secret that has the public");
    expectProblem(kHub + R"(,"verify":{"publicKeySecret":{"name":"signers","key":"../x"}})",
                  "verify.publicKeySecret.key", "is \"../x\"; state a key of the Secret, such as cosign.pub");
}

TEST(SourceTrust, OneFileHasNoRoomForASignature) {
    const std::string verify = R"(,"verify":{"publicKeySecret":{"name":"signers"}})";
    expectProblem(R"("uri":"https://models.example.com/a.onnx?v=1.zip")" + verify, "verify",
                  "the source is one file, beside which no signature can be");
    for (const char* archive : {"a.tar", "a.tar.gz?v=1", "a.TGZ", "a.zip"}) {
        EXPECT_THAT(
            specWith(std::string(R"("uri":"https://models.example.com/)") + archive + "\"" + verify).problems,
            IsEmpty())
            << archive;
    }
}

TEST(SourceTrust, WhatIsStatedOfTheBytesIsPartOfTheRevision) {
    const std::string plain = revisionOf(specJson(kHub), "id");
    EXPECT_NE(revisionOf(specJson(kHub + R"(,"sha256":")" + kDigest + "\""), "id"), plain);
    EXPECT_NE(revisionOf(specJson(kHub + R"(,"verify":{"publicKeySecret":{"name":"signers"}})"), "id"),
              plain);
}

TEST(SourceTrust, AClaimTakesWhatIsStatedOfItsBytesAndNothingOfAStore) {
    const std::string claim = R"("uri":"pvc://models/fraud/3")";
    const Spec spec = specWith(claim + R"(,"mountPath":"/m","sha256":")" + kDigest + "\"");
    EXPECT_THAT(spec.problems, IsEmpty());
    EXPECT_EQ(spec.source->reference.place, "models");
    EXPECT_EQ(spec.source->reference.path, "fraud/3");
    expectProblem(claim + R"(,"endpoint":"https://a")", "endpoint",
                  "has no effect on a source whose URI says");
    expectProblem(claim + R"(,"credentials":{"secretName":"a"})", "credentials",
                  "mounted as it is; remove it");
    expectProblem(claim + R"(,"ca":{"configMap":{"name":"a"}})", "ca", "mounted as it is; remove it");
    expectProblem(claim + R"(,"include":["*.json"])", "include", "mounted as it is; remove it");
    expectProblem(claim + R"(,"exclude":["*.json"])", "exclude", "mounted as it is; remove it");
    expectProblem(claim + R"(,"follow":{"interval":"1m"})", "follow",
                  "Serin cannot see when its files change; name another path for another version");
}

}  // namespace
}  // namespace serin::api
