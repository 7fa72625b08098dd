#include "sources/https_store.h"

#include <gtest/gtest.h>

#include "tests/unit/sources/fake_server.h"

namespace serin::sources {
namespace {

using testing::FakeServer;
using testing::sourceOf;
using Headers = std::map<std::string, std::string>;

constexpr const char* kUrl = "https://models.example/fraud%20v1.tar.gz?x=1";
const std::string kHead = std::string("HEAD ") + kUrl;

class HttpsStoreTest : public ::testing::Test {
  protected:
    void serve(Headers headers) { server.set(kHead, HttpResponse{200, std::move(headers), ""}); }
    Result<Resolution> resolve() {
        const auto store = makeHttpsStore(credentials, server);
        if (!store) return store.error();
        return (*store)->resolve(sourceOf(kUrl), {});
    }
    std::string idWith(Headers headers) {
        serve(std::move(headers));
        const auto out = resolve();
        return out ? out->model.id : out.error().message;
    }

    FakeServer server;
    Credentials credentials;
};

TEST_F(HttpsStoreTest, AFileIsKnownByItsStrongTagAndItsLength) {
    const std::string id = idWith({{"content-length", "7"}, {"etag", "\"a\""}, {"last-modified", "monday"}});
    EXPECT_TRUE(id.starts_with("https:fraud v1.tar.gz tag:")) << id;
    EXPECT_EQ(idWith({{"content-length", "7"}, {"etag", "\"a\""}, {"last-modified", "tuesday"}}), id);
    EXPECT_NE(idWith({{"content-length", "7"}, {"etag", "\"b\""}, {"last-modified", "monday"}}), id);
    EXPECT_NE(idWith({{"content-length", "8"}, {"etag", "\"a\""}, {"last-modified", "monday"}}), id);
}

TEST_F(HttpsStoreTest, BesideAWeakTagTheTimeCountsToo) {
    const std::string id =
        idWith({{"content-length", "7"}, {"etag", "W/\"a\""}, {"last-modified", "monday"}});
    EXPECT_NE(idWith({{"content-length", "7"}, {"etag", "W/\"a\""}, {"last-modified", "tuesday"}}), id);
}

TEST_F(HttpsStoreTest, ADigestOfTheServerIsTheId) {
    const std::string hex = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    const Headers ways[] = {{{"repr-digest", "sha-256=:ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=:"}},
                            {{"x-checksum-sha256", hex}},
                            {{"x-linked-etag", "\"" + hex + "\""}}};
    for (Headers headers : ways) {
        headers["content-length"] = "3";
        EXPECT_EQ(idWith(headers), "https:fraud v1.tar.gz sha256:" + hex);
        EXPECT_EQ(resolve()->files.at(0).sha256, hex);
    }
}

TEST_F(HttpsStoreTest, AFileThatNobodyCouldSeeChangeIsRefused) {
    EXPECT_NE(idWith({{"content-length", "7"}}).find("neither an ETag nor Last-Modified"), std::string::npos);
}

TEST_F(HttpsStoreTest, AFileOfUnknownLengthIsRefused) {
    EXPECT_NE(idWith({{"etag", "\"a\""}}).find("Content-Length"), std::string::npos);
}

TEST_F(HttpsStoreTest, AServerThatAnswersNoHeadIsAskedForTheFirstByte) {
    server.set(kHead, HttpResponse{405, {}, ""});
    server.set(std::string("GET ") + kUrl,
               HttpResponse{206, {{"content-range", "bytes 0-0/1234"}, {"etag", "\"a\""}}, "x"});
    const auto out = resolve();
    ASSERT_TRUE(out) << out.error().message;
    EXPECT_EQ(out->files.at(0).size, 1234U);
    EXPECT_EQ(server.asked.at(1).headers.at("range"), "bytes=0-0");
}

TEST_F(HttpsStoreTest, RedirectsAreFollowedWithoutTheCredentialsOnAnotherHost) {
    credentials = {{"HTTPS_TOKEN", "secret"}};
    server.set(kHead, HttpResponse{302, {{"location", "/elsewhere"}}, ""});
    server.set("HEAD https://models.example/elsewhere",
               HttpResponse{307, {{"location", "https://cdn.example/x?key=1"}}, ""});
    server.set("HEAD https://cdn.example/x?key=1",
               HttpResponse{200, {{"content-length", "7"}, {"etag", "\"a\""}}, ""});
    const auto out = resolve();
    ASSERT_TRUE(out) << out.error().message;
    ASSERT_EQ(server.asked.size(), 3U);
    EXPECT_EQ(server.asked[1].headers.at("authorization"), "Bearer secret");
    EXPECT_EQ(server.asked[2].headers.count("authorization"), 0U);
}

TEST_F(HttpsStoreTest, NoRedirectLeadsFromHttpsToHttp) {
    server.set(kHead, HttpResponse{302, {{"location", "http://models.example/x"}}, ""});
    const auto out = resolve();
    ASSERT_FALSE(out);
    EXPECT_NE(out.error().message.find("redirected from https to something else"), std::string::npos);
}

TEST_F(HttpsStoreTest, RedirectsInACircleEnd) {
    server.set(kHead, HttpResponse{302, {{"location", "?x=1"}}, ""});
    const auto out = resolve();
    ASSERT_FALSE(out);
    EXPECT_NE(out.error().message.find("redirected too often"), std::string::npos) << out.error().message;
}

TEST_F(HttpsStoreTest, ADownloadAsksForExactlyTheBytesOfTheTag) {
    serve({{"content-length", "7"}, {"etag", "\"a\""}});
    const auto store = makeHttpsStore({{"HTTPS_USERNAME", "ada"}, {"HTTPS_PASSWORD", "secret"}}, server);
    const auto out = (*store)->resolve(sourceOf(kUrl), {});
    const auto download = (*store)->download(sourceOf(kUrl), out->model.id, out->files.at(0), {});
    ASSERT_TRUE(download);
    EXPECT_EQ(download->url, kUrl);
    EXPECT_EQ(download->headers,
              (Headers{{"authorization", "Basic YWRhOnNlY3JldA=="}, {"if-match", "\"a\""}}));
}

TEST_F(HttpsStoreTest, AFileThatHasChangedIsRefusedWithBothIds) {
    const std::string id = idWith({{"content-length", "7"}, {"etag", "\"a\""}});
    const std::string now = idWith({{"content-length", "7"}, {"etag", "\"b\""}});
    const auto files = (*makeHttpsStore({}, server))->files(sourceOf(kUrl), id, {});
    ASSERT_FALSE(files);
    EXPECT_NE(files.error().message.find(id), std::string::npos);
    EXPECT_NE(files.error().message.find(now), std::string::npos);
}

TEST_F(HttpsStoreTest, ANameThatIsNoFilesIsRefused) {
    for (const char* name : {"%2e%2e", "a%2Fb", "a%00b"}) {
        const std::string url = std::string("https://models.example/") + name;
        server.set("HEAD " + url, HttpResponse{200, {{"content-length", "7"}, {"etag", "\"a\""}}, ""});
        EXPECT_FALSE((*makeHttpsStore({}, server))->resolve(sourceOf(url), {})) << name;
    }
}

TEST_F(HttpsStoreTest, IncludeChoosesWithinAnArchiveAndNotTheArchiveItself) {
    serve({{"content-length", "7"}, {"etag", "\"a\""}});
    api::ModelSource source = sourceOf(kUrl);
    source.include = {"*.json"};
    const auto store = makeHttpsStore(credentials, server);
    ASSERT_TRUE(store);
    EXPECT_TRUE((*store)->resolve(source, {}));
}

}  // namespace
}  // namespace serin::sources
