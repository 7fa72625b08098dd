#include "sources/oci_store.h"

#include <gtest/gtest.h>

#include "base/sha256.h"
#include "base/text.h"
#include "tests/unit/sources/fake_server.h"

namespace serin::sources {
namespace {

using testing::FakeServer;
using testing::sourceOf;

const std::string kRepository = "https://registry.example/v2/ml/fraud/";
const std::string kWeights(64, 'a');
const std::string kConfig(64, 'b');
const std::string kTokens =
    "GET https://auth.example/token?service=registry&scope=repository%3Aml%2Ffraud%3Apull";
const HttpResponse kChallenge{
    401, {{"www-authenticate", R"(Bearer realm="https://auth.example/token",service="registry")"}}, ""};

std::string layer(const std::string& type, const std::string& digest, uint64_t size,
                  const std::string& annotations = {}) {
    return cat(R"({"mediaType": ")", type, R"(", "digest": "sha256:)", digest, R"(", "size": )", size,
               R"(, "annotations": {)", annotations, "}}");
}
std::string titled(const std::string& title, const std::string& digest, uint64_t size) {
    return layer("application/vnd.oci.image.layer.v1.tar", digest, size,
                 R"("org.opencontainers.image.title": ")" + title + "\"");
}
std::string manifestOf(const std::string& layers) {
    return R"({"schemaVersion": 2, "annotations": {"org.opencontainers.image.revision": "c0ffee"}, "layers": [)" +
           layers + "]}";
}
std::string digestOfText(const std::string& text) {
    return "sha256:" + sha256Hex(text);
}

class OciStoreTest : public ::testing::Test {
  protected:
    // As a registry has it: by tag and by digest.
    void push(const std::string& tag, const std::string& manifest) {
        server.set("GET " + kRepository + "manifests/" + tag, manifest);
        server.set("GET " + kRepository + "manifests/" + digestOfText(manifest), manifest);
    }
    Store& store() {
        if (!store_) store_ = makeOciStore(credentials, server, memory).value();
        return *store_;
    }
    Result<Resolution> resolve(const std::string& uri = "oci://registry.example/ml/fraud:13") {
        return store().resolve(sourceOf(uri), now);
    }
    template <typename T>
    void expectError(const Result<T>& result, ErrorCode code, const std::string& words) {
        ASSERT_FALSE(result);
        EXPECT_EQ(result.error().code, code) << result.error().message;
        EXPECT_NE(result.error().message.find(words), std::string::npos) << result.error().message;
    }
    size_t timesAsked(const std::string& what) const {
        size_t out = 0;
        for (const auto& one : server.asked) out += one.what == what ? 1 : 0;
        return out;
    }

    FakeServer server;
    Credentials credentials;
    OciMemory memory;
    Timestamp now{std::chrono::hours(1)};
    const std::string artifact =
        manifestOf(titled("model.bin", kWeights, 5000) + ", " + titled("./sub/config.json", kConfig, 12));

  private:
    std::unique_ptr<Store> store_;
};

TEST_F(OciStoreTest, ATagIsTheDigestOfItsManifestAndTheFilesThatItNames) {
    push("13", artifact);
    const auto out = resolve();
    ASSERT_TRUE(out) << out.error().message;
    EXPECT_EQ(out->model.id, "oci:registry.example/ml/fraud@" + digestOfText(artifact));
    EXPECT_EQ(out->model.version, "13-" + sha256Hex(artifact).substr(0, 12));
    EXPECT_EQ(out->model.lineage.commit, "c0ffee");
    EXPECT_EQ(out->model.bytes, 5012U);
    ASSERT_EQ(out->files.size(), 2U);
    EXPECT_EQ(out->files[0], (File{"model.bin", 5000, kWeights, ""}));
    EXPECT_EQ(out->files[1], (File{"sub/config.json", 12, kConfig, ""}));
    EXPECT_NE(server.asked[0].headers.at("accept").find("vnd.oci.image.index.v1+json"), std::string::npos);
}

TEST_F(OciStoreTest, LayersWithoutNamesKeepTheirOrderWhateverIncludeSays) {
    push("13", manifestOf(layer("application/vnd.docker.image.rootfs.diff.tar.gzip", kWeights, 7) + ", " +
                          layer("application/vnd.oci.image.layer.v1.tar+zstd", kConfig, 8) + ", " +
                          titled("README.md", kConfig, 9)));
    api::ModelSource source = sourceOf("oci://registry.example/ml/fraud:13");
    source.include = {"models/**"};
    const auto out = store().resolve(source, now);
    ASSERT_TRUE(out) << out.error().message;
    ASSERT_EQ(out->files.size(), 2U);
    EXPECT_EQ(out->files[0], (File{"layer-00001-aaaaaaaaaaaa", 7, kWeights, "", true}));
    EXPECT_EQ(out->files[1], (File{"layer-00002-bbbbbbbbbbbb", 8, kConfig, "", true}));
}

TEST_F(OciStoreTest, FoldersOfOrasAndTarsOfModelKitsAndModelPacksAreUnpacked) {
    push("13",
         manifestOf(
             layer("application/vnd.oci.image.layer.v1.tar+gzip", kWeights, 7,
                   R"("org.opencontainers.image.title": "sub", "io.deis.oras.content.unpack": "true")") +
             ", " + layer("application/vnd.kitops.modelkit.model.v1.tar+gzip", kWeights, 8) + ", " +
             layer("application/vnd.cncf.model.weight.v1.raw", kConfig, 9,
                   R"("org.cncf.model.filepath": "model.safetensors")")));
    const auto out = resolve();
    ASSERT_TRUE(out) << out.error().message;
    ASSERT_EQ(out->files.size(), 3U);
    EXPECT_TRUE(out->files[0].layer);
    EXPECT_TRUE(out->files[1].layer);
    EXPECT_EQ(out->files[2], (File{"model.safetensors", 9, kConfig, ""}));
}

TEST_F(OciStoreTest, OfAnIndexTheImageOfThisMachinesPlatformCounts) {
    push("other", manifestOf(titled("other", kConfig, 1)));
    push("mine", artifact);
    const auto platform = [](const std::string& machine, const std::string& manifest) {
        return cat(R"({"digest": ")", digestOfText(manifest),
                   R"(", "platform": {"os": "linux", "architecture": ")", machine, "\"}}");
    };
#if defined(__aarch64__)
    const char* const mine = "arm64";
#else
    const char* const mine = "amd64";
#endif
    push("13", cat(R"({"schemaVersion": 2, "manifests": [)",
                   platform("s390x", manifestOf(titled("other", kConfig, 1))), ", ", platform(mine, artifact),
                   ", ", platform("unknown", artifact), "]}"));
    const auto out = resolve();
    ASSERT_TRUE(out) << out.error().message;
    EXPECT_EQ(out->model.id, "oci:registry.example/ml/fraud@" + digestOfText(artifact));
    push("13", cat(R"({"schemaVersion": 2, "manifests": [)", platform("s390x", artifact), ", ",
                   platform("riscv64", artifact), "]}"));
    expectError(resolve(), ErrorCode::Invalid, "images for linux/s390x, linux/riscv64 and none for linux/");
}

TEST_F(OciStoreTest, BytesThatAreNotWhatTheirDigestSaysAreRefused) {
    const std::string digest = "sha256:" + std::string(64, '0');
    server.set("GET " + kRepository + "manifests/" + digest, artifact);
    expectError(resolve("oci://registry.example/ml/fraud@" + digest), ErrorCode::Invalid, "for " + digest);
    expectError(store().files(sourceOf("oci://registry.example/ml/fraud:13"),
                              "oci:registry.example/ml/fraud@" + digest, now),
                ErrorCode::Invalid, "for " + digest);
    server.set("GET " + kRepository + "manifests/13",
               HttpResponse{200, {{"docker-content-digest", digest}}, artifact});
    expectError(resolve(), ErrorCode::Invalid, "for " + digest);
}

TEST_F(OciStoreTest, ATagBesideADigestIsALabelAlone) {
    push("other", artifact);
    const auto out = resolve("oci://registry.example/ml/fraud:13@" + digestOfText(artifact));
    ASSERT_TRUE(out) << out.error().message;
    EXPECT_EQ(out->model.version.substr(0, 3), "13-");
    EXPECT_EQ(timesAsked("GET " + kRepository + "manifests/13"), 0U);
}

TEST_F(OciStoreTest, ATokenIsAskedForOnceAndAgainWhenItEnds) {
    credentials = {{"OCI_USERNAME", "me"}, {"OCI_PASSWORD", "hush"}};
    const std::string url = "GET " + kRepository + "manifests/" + digestOfText(artifact);
    server.set(url, kChallenge);
    server.then(url, {200, {}, artifact});
    server.set(kTokens, R"({"token": "one", "expires_in": 300})");
    const std::string id = "oci:registry.example/ml/fraud@" + digestOfText(artifact);
    const api::ModelSource source = sourceOf("oci://registry.example/ml/fraud:13");
    const auto files = store().files(source, id, now);
    ASSERT_TRUE(files) << files.error().message;
    EXPECT_EQ(server.asked[1].headers.at("authorization"), "Basic bWU6aHVzaA==");
    EXPECT_EQ(server.asked[2].headers.at("authorization"), "Bearer one");
    for (int i = 0; i < 3; ++i) {
        const auto download = store().download(source, id, (*files)[0], now + std::chrono::seconds(i));
        ASSERT_TRUE(download);
        EXPECT_EQ(download->url, kRepository + "blobs/sha256:" + kWeights);
        EXPECT_EQ(download->headers.at("authorization"), "Bearer one");
    }
    server.set(kTokens, R"({"access_token": "two"})");
    const auto later = store().download(source, id, (*files)[0], now + std::chrono::seconds(295));
    EXPECT_EQ(later->headers.at("authorization"), "Bearer two");
    EXPECT_EQ(timesAsked(kTokens), 2U);
}

// As `docker login` of Azure's registries leaves it.
const Credentials kIdentityToken{
    {".dockerconfigjson",
     R"({"auths": {"registry.example": {"auth": "MDAwMDo=", "identitytoken": "eyJ.refresh+/"}}})"}};
const std::string kExchange = "POST https://auth.example/token";

TEST_F(OciStoreTest, AnIdentityTokenIsExchangedAtTheServerOfTokens) {
    credentials = kIdentityToken;
    push("13", artifact);
    const std::string url = "GET " + kRepository + "manifests/13";
    server.set(url, kChallenge);
    server.then(url, {200, {}, artifact});
    server.set(kExchange, R"({"access_token": "one", "refresh_token": "eyJ.refresh+/", "expires_in": 900})");
    const auto out = resolve();
    ASSERT_TRUE(out) << out.error().message;
    EXPECT_EQ(server.asked[1].what, kExchange);
    EXPECT_FALSE(server.asked[1].headers.contains("authorization"));
    EXPECT_EQ(server.asked[1].headers.at("content-type"), "application/x-www-form-urlencoded");
    EXPECT_EQ(server.asked[1].body,
              "client_id=serin&grant_type=refresh_token&refresh_token=eyJ.refresh%2B%2F&"
              "scope=repository%3Aml%2Ffraud%3Apull&service=registry");
    EXPECT_EQ(server.asked[2].headers.at("authorization"), "Bearer one");
}

TEST_F(OciStoreTest, AnIdentityTokenThatIsNotTakenIsNotToldOn) {
    credentials = kIdentityToken;
    server.set("GET " + kRepository + "manifests/13", kChallenge);
    server.set(kExchange,
               {401, {}, R"({"errors": [{"code": "UNAUTHORIZED", "message": "eyJ.refresh+/ has ended"}]})"});
    expectError(resolve(), ErrorCode::Forbidden, "••• has ended; there is no registry.example/ml/fraud, or");
    server.set(kExchange, {404, {}, ""});
    expectError(resolve(), ErrorCode::NotFound,
                "answered 404; it takes no identity tokens: state OCI_USERNAME");
    server.set(kExchange, {307, {{"location", "https://evil.example/token"}}, ""});
    expectError(resolve(), ErrorCode::Invalid, "POST https://auth.example/token answered 307");
    server.set("GET " + kRepository + "manifests/13", {401, {{"www-authenticate", "Basic realm=\"r\""}}, ""});
    expectError(resolve(), ErrorCode::Forbidden, "wants a name and a password");
}

TEST_F(OciStoreTest, AServerThatTakesNoIdentityTokenIsAskedWithThePasswordBesideIt) {
    credentials = {
        {".dockerconfigjson",
         R"({"auths": {"registry.example": {"auth": "bWU6aHVzaA==", "identitytoken": "eyJ.refresh"}}})"}};
    push("13", artifact);
    const std::string url = "GET " + kRepository + "manifests/13";
    server.set(url, kChallenge);
    server.then(url, {200, {}, artifact});
    server.set(kExchange, {405, {}, ""});
    server.set(kTokens, R"({"token": "one"})");
    const auto out = resolve();
    ASSERT_TRUE(out) << out.error().message;
    std::vector<std::string> asked;
    for (const auto& one : server.asked) asked.push_back(one.what);
    ASSERT_EQ(asked, (std::vector<std::string>{url, kExchange, kTokens, url}));
    EXPECT_EQ(server.asked[2].headers.at("authorization"), "Basic bWU6aHVzaA==");
    EXPECT_EQ(server.asked[3].headers.at("authorization"), "Bearer one");
}

TEST_F(OciStoreTest, ARegistrysOwnTokenIsShownAsItIs) {
    credentials = {{".dockerconfigjson", R"({"auths": {"registry.example": {"registrytoken": "bearer"}}})"}};
    push("13", artifact);
    const std::string url = "GET " + kRepository + "manifests/13";
    server.set(url, kChallenge);
    server.then(url, {200, {}, artifact});
    ASSERT_TRUE(resolve());
    ASSERT_EQ(server.asked.size(), 2U);
    EXPECT_EQ(server.asked[1].headers.at("authorization"), "Bearer bearer");
}

TEST_F(OciStoreTest, ADownloadByItselfFindsOutHowTheRegistryIsOpened) {
    const std::string blob = "HEAD " + kRepository + "blobs/sha256:" + kWeights;
    server.set(blob, kChallenge);
    server.then(blob, {200, {}, ""});
    server.set(kTokens, R"({"token": "one"})");
    const api::ModelSource source = sourceOf("oci://registry.example/ml/fraud:13");
    const std::string id = "oci:registry.example/ml/fraud@" + digestOfText(artifact);
    const auto out = store().download(source, id, {"model.bin", 5000, kWeights, ""}, now);
    ASSERT_TRUE(out) << out.error().message;
    EXPECT_EQ(out->headers.at("authorization"), "Bearer one");
    expectError(store().download(source, "oci:registry.example/ml/other@" + digestOfText(artifact),
                                 {"model.bin", 5000, kWeights, ""}, now),
                ErrorCode::Invalid, "no id of a model");
}

TEST_F(OciStoreTest, ARegistryThatWantsANamesAndAPasswordGetsThem) {
    credentials = {{".dockerconfigjson", R"({"auths": {"registry.example": {"auth": "bWU6aHVzaA=="}}})"}};
    push("13", artifact);
    const std::string url = "GET " + kRepository + "manifests/13";
    server.set(url, {401, {{"www-authenticate", "Basic realm=\"registry\""}}, ""});
    server.then(url, {200, {}, artifact});
    ASSERT_TRUE(resolve());
    EXPECT_EQ(server.asked[0].headers.count("authorization"), 0U);
    EXPECT_EQ(server.asked[1].headers.at("authorization"), "Basic bWU6aHVzaA==");
}

TEST_F(OciStoreTest, NobodyBehindARedirectLearnsWhoWeAre) {
    credentials = {{"OCI_USERNAME", "me"}, {"OCI_PASSWORD", "hush"}};
    const std::string url = "GET " + kRepository + "manifests/13";
    server.set(url, {307, {{"location", "https://evil.example/x"}}, ""});
    server.set("GET https://evil.example/x",
               {401, {{"www-authenticate", R"(Bearer realm="https://evil.example/token")"}}, ""});
    expectError(resolve(), ErrorCode::Forbidden, "do not open it");
    for (const auto& one : server.asked) {
        EXPECT_EQ(one.headers.count("authorization"), 0U) << one.what;
        EXPECT_EQ(one.what.find("/token"), std::string::npos);
    }
}

TEST_F(OciStoreTest, WhatARegistrySaysIsToldInWordsWithoutSecrets) {
    credentials = {{"OCI_USERNAME", "me"}, {"OCI_PASSWORD", "hush-hush"}};
    const std::string url = "GET " + kRepository + "manifests/13";
    const struct {
        HttpResponse answer;
        ErrorCode code;
        const char* words;
    } cases[] = {
        {{404, {}, R"({"errors": [{"code": "MANIFEST_UNKNOWN", "message": "manifest unknown"}]})"},
         ErrorCode::NotFound,
         "answered 404: MANIFEST_UNKNOWN: manifest unknown"},
        {{403, {}, R"({"errors": [{"code": "DENIED", "message": "me hush-hush bWU6aHVzaC1odXNo"}]})"},
         ErrorCode::Forbidden,
         "DENIED: me ••• •••; there is no registry.example/ml/fraud, or it is private"},
        {{429, {}, R"({"errors": [{"code": "TOOMANYREQUESTS"}]})"},
         ErrorCode::Unavailable,
         "TOOMANYREQUESTS"},
        {{200, {}, "<html>"}, ErrorCode::Invalid, "not the JSON"},
        {{200, {}, R"({"schemaVersion": 1, "fsLayers": []})"}, ErrorCode::Invalid, "schema 1"},
        {{200, {}, R"({"schemaVersion": 2, "layers": [], "manifests": []})"}, ErrorCode::Invalid, "both"},
        {{200, {}, R"({"schemaVersion": 2, "layers": []})"}, ErrorCode::NotFound, "has no files"},
        {{200, {}, manifestOf(layer("application/json", kWeights, 1))},
         ErrorCode::Invalid,
         "push the model with ORAS"},
        {{200,
          {},
          manifestOf(layer("application/vnd.docker.image.rootfs.foreign.diff.tar.gzip", kWeights, 1))},
         ErrorCode::Invalid,
         "kept outside"},
        {{200, {}, manifestOf(titled("../evil", kWeights, 1))}, ErrorCode::Invalid, "no folder may hold"},
        {{200, {}, manifestOf(titled("a", "12", 1))}, ErrorCode::Invalid, "SHA-256"},
        {{200, {}, manifestOf(titled("a", kWeights, 1) + ", " + titled("a", kConfig, 1))},
         ErrorCode::Invalid,
         "twice"},
    };
    for (const auto& one : cases) {
        server.set(url, one.answer);
        expectError(resolve(), one.code, one.words);
    }
}

TEST_F(OciStoreTest, AServerOfTokensThatSaysNoIsTold) {
    credentials = {{"OCI_USERNAME", "me"}, {"OCI_PASSWORD", "hush-hush"}};
    server.set("GET " + kRepository + "manifests/13", kChallenge);
    server.set(kTokens, {401, {}, R"({"details": "incorrect username or password"})"});
    expectError(resolve(), ErrorCode::Forbidden, "answered 401: incorrect username or password");
    server.set(kTokens, R"({"expires_in": 3})");
    expectError(resolve(), ErrorCode::Invalid, "without a token");
    server.set(kTokens, R"({"token": "a\nb"})");
    expectError(resolve(), ErrorCode::Invalid, "without a token");
}

TEST_F(OciStoreTest, AnEndpointIsWhereTheRegistryIsAsked) {
    server.set("GET http://registry.ml.svc:5000/v2/ml/fraud/manifests/13", artifact);
    const auto out =
        store().resolve(sourceOf("oci://registry.example/ml/fraud:13", "http://registry.ml.svc:5000"), now);
    ASSERT_TRUE(out) << out.error().message;
    EXPECT_EQ(out->model.id.substr(0, 25), "oci:registry.example/ml/f");
}

TEST_F(OciStoreTest, ALookAtATagThatDidNotMoveIsOneRequestForItsHead) {
    push("13", artifact);
    const std::string url = kRepository + "manifests/13";
    ASSERT_TRUE(resolve());
    server.set("HEAD " + url, {200, {{"docker-content-digest", digestOfText(artifact)}}, ""});
    server.asked.clear();
    const auto again = resolve();
    ASSERT_TRUE(again);
    EXPECT_EQ(again->files.size(), 2U);
    ASSERT_EQ(server.asked.size(), 1U);
    EXPECT_EQ(server.asked[0].what, "HEAD " + url);
    const std::string moved = manifestOf(titled("model.bin", kConfig, 5));
    push("13", moved);
    server.set("HEAD " + url, {200, {{"docker-content-digest", digestOfText(moved)}}, ""});
    EXPECT_EQ(resolve()->model.id, "oci:registry.example/ml/fraud@" + digestOfText(moved));
    server.set("HEAD " + url, {405, {}, ""});
    push("13", artifact);
    EXPECT_EQ(resolve()->model.id, "oci:registry.example/ml/fraud@" + digestOfText(artifact));
}

TEST_F(OciStoreTest, WhatIsRememberedIsToldToNobodyWhomTheRegistryRefuses) {
    push("13", artifact);
    ASSERT_TRUE(resolve());
    const std::string digest = digestOfText(artifact);
    const auto stranger = makeOciStore({}, server, memory).value();
    const HttpResponse refused{403, {}, ""};
    for (const char* method : {"HEAD ", "GET "}) {
        server.set(method + kRepository + "manifests/" + digest, refused);
        server.set(method + kRepository + "manifests/13", refused);
    }
    for (const std::string& end : std::vector<std::string>{":13", ":13@" + digest, "@" + digest}) {
        expectError(stranger->resolve(sourceOf("oci://registry.example/ml/fraud" + end), now),
                    ErrorCode::Forbidden, "or it is private");
    }
    expectError(stranger->files(sourceOf("oci://registry.example/ml/fraud:13"),
                                "oci:registry.example/ml/fraud@" + digest, now),
                ErrorCode::Forbidden, "or it is private");
}

TEST_F(OciStoreTest, AManifestThatWasDeletedIsNoLongerThere) {
    push("13", artifact);
    ASSERT_TRUE(resolve());
    server.answers.clear();
    const std::string digest = digestOfText(artifact);
    expectError(resolve("oci://registry.example/ml/fraud@" + digest), ErrorCode::NotFound, "answered 404");
    server.set("HEAD " + kRepository + "manifests/" + digest, {200, {}, ""});
    server.asked.clear();
    EXPECT_TRUE(resolve("oci://registry.example/ml/fraud@" + digest));
    EXPECT_EQ(server.asked.size(), 1U);
}

TEST_F(OciStoreTest, WhatOneRepositoryToldIsNoOthers) {
    push("13", artifact);
    ASSERT_TRUE(resolve());
    expectError(store().files(sourceOf("oci://registry.example/ml/other:13"),
                              "oci:registry.example/ml/other@" + digestOfText(artifact), now),
                ErrorCode::NotFound, "answered 404");
}

TEST_F(OciStoreTest, AnImageThatNodesPullIsTheDigestOfItsIndex) {
    const std::string image = manifestOf(layer("application/vnd.oci.image.layer.v1.tar+gzip", kWeights, 7) +
                                         ", " + layer("something/else", kConfig, 8));
    push("image", image);
    const std::string index =
        cat(R"({"schemaVersion": 2, "manifests": [{"digest": ")", digestOfText(image), "\"}]}");
    push("13", index);
    api::ModelSource source = sourceOf("oci://registry.example/ml/fraud:13");
    source.imageVolume = true;
    EXPECT_EQ(store().resolve(source, now)->model.id,
              "image:registry.example/ml/fraud@" + digestOfText(index));
    source.imageVolume = false;
    source.uri = "image://registry.example/ml/fraud:13";
    const auto out = store().resolve(source, now);
    ASSERT_TRUE(out) << out.error().message;
    EXPECT_EQ(out->model.id, "image:registry.example/ml/fraud@" + digestOfText(index));
    EXPECT_EQ(out->model.files, 2U);
    EXPECT_EQ(out->model.bytes, 15U);
    EXPECT_TRUE(out->files.empty());
    expectError(store().files(source, out->model.id, now), ErrorCode::Invalid, "no id of a model");
    push("13", manifestOf(""));
    expectError(store().resolve(source, now), ErrorCode::Invalid, "no image");
}

TEST(OciMemory, KeepsTheNewestWithinItsBounds) {
    OciMemory memory;
    const OciPlace place = ociPlace("registry.example/a", "");
    memory.keep(place, "large", std::string(size_t{2} << 20, 'x'));
    EXPECT_FALSE(memory.has(place));
    for (int i = 0; i < 300; ++i) memory.keep(place, std::to_string(i), "text");
    EXPECT_FALSE(memory.find(place, "43"));
    EXPECT_EQ(memory.find(place, "44"), "text");
    for (int i = 0; i < 20; ++i) {
        memory.keep(ociPlace("registry.example/b", ""), std::to_string(i), std::string(1'000'000, 'x'));
    }
    EXPECT_FALSE(memory.has(place));
}

TEST_F(OciStoreTest, DockersOwnRegistryIsAskedWhereItIs) {
    server.set("GET https://registry-1.docker.io/v2/library/fraud/manifests/13", artifact);
    EXPECT_TRUE(resolve("oci://docker.io/fraud:13"));
    server.set("GET https://registry-1.docker.io/v2/me/fraud/manifests/13", artifact);
    EXPECT_TRUE(resolve("oci://docker.io/me/fraud:13"));
}

}  // namespace
}  // namespace serin::sources
