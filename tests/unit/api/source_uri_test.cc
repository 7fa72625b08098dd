#include "api/source_uri.h"

#include <gtest/gtest.h>

#include "base/text.h"

namespace serin::api {
namespace {

SourceReference parsed(const std::string& uri) {
    const auto out = parseSource(uri);
    EXPECT_TRUE(out) << uri << ": " << (out ? "" : out.error().message);
    return out ? *out : SourceReference{};
}

std::string refused(const std::string& uri) {
    const auto out = parseSource(uri);
    EXPECT_FALSE(out) << uri;
    return out ? "" : out.error().message;
}

struct Case {
    const char* written;
    const char* canonical;
    SourceReference reference;
};

// In the order of the members: store, place, container, path, name, selector, alias, run.
const Case kCases[] = {
    {"mlflow://fraud@champion", nullptr, {StoreKind::Mlflow, "", "", "", "fraud", "champion", true, false}},
    {"mlflow://fraud/13", nullptr, {StoreKind::Mlflow, "", "", "", "fraud", "13", false, false}},
    {"mlflow://fraud/Latest",
     "mlflow://fraud/latest",
     {StoreKind::Mlflow, "", "", "", "fraud", "latest", false, false}},
    {"mlflow://fraud/production",
     "mlflow://fraud/Production",
     {StoreKind::Mlflow, "", "", "", "fraud", "Production", false, false}},
    {"models:/ml.prod.churn model@a@b_1",
     "mlflow://ml.prod.churn model@a@b_1",
     {StoreKind::Mlflow, "", "", "", "ml.prod.churn model@a", "b_1", true, false}},
    {"mlflow://a@b/3", nullptr, {StoreKind::Mlflow, "", "", "", "a@b", "3", false, false}},
    {"runs:/0123abcd/model/a", nullptr, {StoreKind::Mlflow, "", "", "model/a", "0123abcd", "", false, true}},
    {"hf://meta/Llama-3.1_8B",
     nullptr,
     {StoreKind::HuggingFace, "meta/Llama-3.1_8B", "", "", "", "", false, false}},
    {"hf://meta/llama@refs/pr/1",
     nullptr,
     {StoreKind::HuggingFace, "meta/llama", "", "", "", "refs/pr/1", false, false}},
    {"azureblob://acct1/models/fraud/13/",
     "azureblob://acct1/models/fraud/13",
     {StoreKind::AzureBlob, "acct1", "models", "fraud/13", "", "", false, false}},
    {"azureblob://acct1/models",
     nullptr,
     {StoreKind::AzureBlob, "acct1", "models", "", "", "", false, false}},
    {"https://Acct1.blob.core.windows.net/models/fraud/13/",
     "azureblob://acct1/models/fraud/13",
     {StoreKind::AzureBlob, "acct1", "models", "fraud/13", "", "", false, false}},
    {"s3://my.models-1/fraud/13/",
     "s3://my.models-1/fraud/13",
     {StoreKind::S3, "my.models-1", "", "fraud/13", "", "", false, false}},
    {"s3://models", nullptr, {StoreKind::S3, "models", "", "", "", "", false, false}},
    {"gs://my_models/x", nullptr, {StoreKind::Gcs, "my_models", "", "x", "", "", false, false}},
    {"git+https://Example.org:8443/ml/fraud.git@release/1#models/a",
     "git+https://example.org:8443/ml/fraud.git@release/1#models/a",
     {StoreKind::Git, "https://example.org:8443/ml/fraud.git", "", "models/a", "", "release/1", false,
      false}},
    {"git+https://example.org/fraud",
     nullptr,
     {StoreKind::Git, "https://example.org/fraud", "", "", "", "", false, false}},
    {"oci://registry.example:5000/ml/fraud:13",
     nullptr,
     {StoreKind::Oci, "registry.example:5000/ml/fraud", "", "", "", "13", false, false}},
    {"oci://registry.example/fraud@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
     nullptr,
     {StoreKind::Oci, "registry.example/fraud", "", "", "",
      "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", false, false}},
    {"oci://registry.example/fraud:1@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
     nullptr,
     {StoreKind::Oci, "registry.example/fraud", "", "", "",
      "1@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", false, false}},
    {"https://[2001:db8::1]:8443/models/fraud.tar.gz?version=3",
     nullptr,
     {StoreKind::Https, "https://[2001:db8::1]:8443/models/fraud.tar.gz?version=3", "", "", "", "", false,
      false}},
    {"pvc://models/fraud/13",
     nullptr,
     {StoreKind::VolumeClaim, "models", "", "fraud/13", "", "", false, false}},
};

TEST(SourceUri, IsTakenApart) {
    for (const Case& one : kCases) EXPECT_EQ(parsed(one.written), one.reference) << one.written;
}

TEST(SourceUri, HasOneCanonicalFormThatReadsBackAsTheSame) {
    for (const Case& one : kCases) {
        const std::string canonical = sourceUri(parsed(one.written));
        EXPECT_EQ(canonical, one.canonical == nullptr ? one.written : one.canonical);
        EXPECT_EQ(parsed(canonical), one.reference) << canonical;
    }
}

TEST(SourceUri, IsRefusedInWordsThatNameTheWayOut) {
    const std::pair<const char*, const char*> cases[] = {
        {"", "mlflow://fraud@champion"},
        {"ftp://host/model", "begins with none of mlflow://"},
        {"http://host/model.tar", "state https://"},
        {" hf://a/b", "blanks at its ends"},
        {"s3://models/a b", "has a blank"},
        {"mlflow://fraud", "mlflow://NAME@ALIAS"},
        {"mlflow://@champion", "names no model"},
        {"mlflow://fraud@", "names no model"},
        {"mlflow://fraud/champion", "mlflow://fraud@champion"},
        {"mlflow://fraud/03", "begins with 0"},
        {"mlflow://fraud/3/x", "more than one slash"},
        {"mlflow://fraud@latest", "mlflow://fraud/latest"},
        {"mlflow://a:b@c", "does not allow"},
        {"mlflow://fraud@a.b", "letters, digits, '_' and '-'"},
        {"runs:/0123", "runs:/RUN/PATH"},
        {"runs:/0123/a/../b", "'..'"},
        {"hf://gpt2", "no owner"},
        {"hf://meta/llama:v1", "hf://OWNER/NAME@REVISION"},
        {"hf://meta/llama/onnx", "choose files by include"},
        {"hf://meta/llama@", "has a revision that is none"},
        {"hf://meta/ll ama", "blank"},
        {"azureblob://Acct/models/x", "storage account"},
        {"azureblob://acct", "container"},
        {"https://acct1.blob.core.windows.net/", "container"},
        {"https://a.b.blob.core.windows.net/models", "storage account"},
        {"https://acct1.blob.core.windows.net/models/a?sv=2021-12-02&sig=x", "is a signed URL"},
        {"https://acct1.blob.core.windows.net/models/a%20b", "state azureblob://ACCOUNT/CONTAINER/PREFIX"},
        {"s3://UPPER/x", "names no bucket"},
        {"s3://models/a/../b", "'..'"},
        {"s3://models/a//b", "empty part"},
        {"git+https://user:word@example.org/x.git", "credentials.secretName"},
        {"git+https://example.org", "names no repository"},
        {"git+https://example.org/x.git@", "has a reference that is none"},
        {"oci://registry.example/fraud", "neither a tag nor a digest"},
        {"oci://fraud:13", "no registry"},
        {"oci://registry.example/fraud@sha256:12", "64 lower-case"},
        {"https://example.org/", "names no file"},
        {"https://example.org:x/a", "port"},
        {"https://user@example.org/a", "credentials.secretName"},
        {"https://example.org/a.tar#b", "fragment"},
        {"https://example.org/a.git", "git+https://"},
        {"pvc://", "pvc://CLAIM/PATH"},
    };
    for (const auto& [uri, words] : cases) {
        EXPECT_NE(refused(uri).find(words), std::string::npos) << uri << ": " << refused(uri);
    }
}

TEST(SourceUri, WithASignatureIsRefusedWithoutRepeatingIt) {
    const std::string words = refused("https://store.example/model.tar?a=1&X-Amz-Signature=feedbeef");
    EXPECT_NE(words.find("signed URL"), std::string::npos);
    EXPECT_EQ(words.find("feedbeef"), std::string::npos);
}

TEST(SourceUri, WithAPasswordIsRefusedWithoutRepeatingIt) {
    for (const char* scheme : {"https://", "git+https://", "oci://", "ftp://"}) {
        const std::string words = refused(cat(scheme, "user:hunter2@store.example/model:1"));
        EXPECT_EQ(words.find("hunter2"), std::string::npos) << words;
    }
}

TEST(SourceUri, OfMoreThanAThousandBytesIsRefusedShortly) {
    EXPECT_LT(refused(cat("s3://models/", std::string(5000, 'a'))).size(), 300U);
}

TEST(SourceUri, WithControlCharactersIsRefusedWithoutRepeatingThem) {
    EXPECT_EQ(refused("s3://models/a\x1b[2J").find('\x1b'), std::string::npos);
}

}  // namespace
}  // namespace serin::api
