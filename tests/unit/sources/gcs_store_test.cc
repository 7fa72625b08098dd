#include "sources/gcs_store.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "tests/unit/sources/fake_server.h"
#include "tests/unit/sources/test_key.h"

namespace serin::sources {
namespace {

using testing::FakeServer;
using testing::serviceAccount;
using testing::sourceOf;

constexpr const char* kUri = "gs://models/fraud";
const std::string kBucket = "https://storage.googleapis.com/storage/v1/b/models/o";
const std::string kFields =
    "?fields=items%28name%2Csize%2Cgeneration%2Cmd5Hash%2CcontentEncoding%2CtimeCreated%2CtimeDeleted%29%"
    "2Ckind%"
    "2CnextPageToken";
const std::string kList = "GET " + kBucket + kFields + "&maxResults=1000&prefix=fraud%2F";
const std::string kFirst = "GET " + kBucket + kFields + "&maxResults=1&prefix=fraud";
const std::string kVersions = kList + "&versions=true";

std::string object(const std::string& name, int size, int generation, const std::string& more = "") {
    return cat(R"({"name": ")", name, R"(", "size": ")", size, R"(", "generation": ")", generation, "\"",
               more, "}");
}

// A generation that lived from one second to another; 0: it lives.
std::string life(const std::string& name, int generation, int from, int until = 0) {
    const auto at = [](int second) { return cat("\"2026-11-26T12:00:0", second, ".123Z\""); };
    return object(
        name, 1, generation,
        cat(R"(, "timeCreated": )", at(from), until == 0 ? "" : cat(R"(, "timeDeleted": )", at(until))));
}

std::string listing(const std::vector<std::string>& items, const std::string& token = "") {
    return cat(R"({"kind": "storage#objects")",
               items.empty() ? "" : cat(R"(, "items": [)", join(items, ","), "]"),
               token.empty() ? "" : cat(R"(, "nextPageToken": ")", token, "\""), "}");
}

class GcsStoreTest : public ::testing::Test {
  protected:
    GcsStoreTest() { server.set(kList, listing({object("fraud/a", 1, 11), object("fraud/b c", 1, 12)})); }
    std::unique_ptr<Store> store() {
        auto made = makeGcsStore(credentials, server);
        EXPECT_TRUE(made) << made.error().message;
        return std::move(made).value();
    }
    Result<Resolution> resolve() { return store()->resolve(sourceOf(kUri), {}); }
    Result<std::vector<File>> files(const std::string& id) { return store()->files(sourceOf(kUri), id, {}); }
    void expectError(ErrorCode code, const std::string& words) {
        const auto out = resolve();
        ASSERT_FALSE(out) << words;
        EXPECT_EQ(out.error().code, code) << out.error().message;
        EXPECT_NE(out.error().message.find(words), std::string::npos) << out.error().message;
    }
    void expectUnmade(const std::string& words) {
        const auto made = makeGcsStore(credentials, server);
        ASSERT_FALSE(made) << words;
        EXPECT_NE(made.error().message.find(words), std::string::npos) << made.error().message;
    }

    FakeServer server;
    Credentials credentials;
};

TEST_F(GcsStoreTest, APrefixIsTheObjectsBelowIt) {
    server.set(kList,
               listing({object("fraud/", 0, 10), object("fraud/a", 1, 11), object("fraud/x/b", 2, 12)}));
    const auto out = resolve();
    ASSERT_TRUE(out) << out.error().message;
    EXPECT_TRUE(out->model.id.starts_with("gs:models/fraud/ sha256:")) << out->model.id;
    ASSERT_EQ(out->files.size(), 2U);
    EXPECT_EQ(out->files[0], (File{"a", 1, "", "11"}));
    EXPECT_EQ(out->files[1], (File{"x/b", 2, "", "12"}));
    EXPECT_FALSE(server.asked.at(0).headers.contains("authorization"));
}

TEST_F(GcsStoreTest, AllPagesAreReadAlsoThoseThatAreEmpty) {
    server.set(kList, listing({}, "next/="));
    server.set("GET " + kBucket + kFields + "&maxResults=1000&pageToken=next%2F%3D&prefix=fraud%2F",
               listing({object("fraud/a", 1, 11)}));
    const auto out = resolve();
    ASSERT_TRUE(out) << out.error().message;
    EXPECT_EQ(out->files.size(), 1U);
}

TEST_F(GcsStoreTest, ANameIsOneObject) {
    server.set(kList, listing({}));
    server.set(kFirst, listing({object("fraud", 9, 11)}));
    const auto out = resolve();
    ASSERT_TRUE(out) << out.error().message;
    EXPECT_TRUE(out->model.id.starts_with("gs:models/fraud sha256:")) << out->model.id;
    EXPECT_EQ(out->files.at(0).path, "fraud");
}

TEST_F(GcsStoreTest, DownloadsAreOfThatGeneration) {
    const auto out = resolve();
    ASSERT_TRUE(out);
    const auto download = store()->download(sourceOf(kUri), out->model.id, out->files.at(1), {});
    EXPECT_EQ(download->url, kBucket + "/fraud%2Fb%20c?alt=media&generation=12");
    EXPECT_TRUE(download->headers.empty());
}

TEST_F(GcsStoreTest, AnMd5ThatTheListingHasIsTheFiles) {
    server.set(kList, listing({object("fraud/a", 1, 11, R"(, "md5Hash": "kAFQmDzST7DWlj99KOF/cg==")"),
                               object("fraud/b c", 1, 12)}));
    const auto out = resolve();
    ASSERT_TRUE(out) << out.error().message;
    EXPECT_EQ(out->files.at(0).md5, "900150983cd24fb0d6963f7d28e17f72");
    EXPECT_EQ(out->files.at(1).md5, "");
}

TEST_F(GcsStoreTest, AnotherGenerationIsAnotherIdThoughTheBytesAreTheSame) {
    const auto before = resolve();
    server.set(kList, listing({object("fraud/a", 1, 13), object("fraud/b c", 1, 12)}));
    const auto after = resolve();
    ASSERT_TRUE(before && after);
    EXPECT_NE(before->model.id, after->model.id);
}

TEST_F(GcsStoreTest, ObjectsThatWereWrittenOverOrDeletedAreFoundByTheirGenerations) {
    const auto out = resolve();
    ASSERT_TRUE(out);
    server.set(kList, listing({object("fraud/a", 1, 13)}));
    server.set(kVersions,
               listing({life("fraud/a", 9, 1, 3), life("fraud/a", 11, 3, 6), life("fraud/a", 13, 6),
                        life("fraud/b c", 12, 2, 5), life("fraud/gone", 8, 1, 2)}));
    const auto then = files(out->model.id);
    ASSERT_TRUE(then) << then.error().message;
    ASSERT_EQ(then->size(), 2U);
    EXPECT_EQ((*then)[0].tag, "11");
    EXPECT_EQ((*then)[1].tag, "12");
}

TEST_F(GcsStoreTest, AnObjectThatWasGoneInBetweenWasGone) {
    server.set(kList, listing({object("fraud/a", 1, 11)}));
    const auto out = resolve();
    ASSERT_TRUE(out);
    server.set(kList, listing({object("fraud/a", 1, 11), object("fraud/b", 1, 14)}));
    server.set(kVersions, listing({life("fraud/a", 11, 5), life("fraud/b", 10, 1, 4),
                                   life("fraud/b", 14, 6, 8), life("fraud/b", 15, 9)}));
    const auto then = files(out->model.id);
    ASSERT_TRUE(then) << then.error().message;
    EXPECT_EQ(then->size(), 1U);
}

TEST_F(GcsStoreTest, ABucketThatKeepsNoVersionsHasLostThem) {
    const auto out = resolve();
    ASSERT_TRUE(out);
    server.set(kList, listing({object("fraud/a", 1, 13)}));
    server.set(kVersions, listing({life("fraud/a", 13, 6)}));
    const auto then = files(out->model.id);
    ASSERT_FALSE(then);
    EXPECT_EQ(then.error().code, ErrorCode::Invalid);
    EXPECT_NE(then.error().message.find(out->model.id), std::string::npos) << then.error().message;
}

TEST_F(GcsStoreTest, ATokenGoesAlong) {
    credentials = {{"GOOGLE_OAUTH_ACCESS_TOKEN", "ya29.token\n"}};
    const auto out = resolve();
    ASSERT_TRUE(out) << out.error().message;
    EXPECT_EQ(server.asked.at(0).headers.at("authorization"), "Bearer ya29.token");
    const auto download = store()->download(sourceOf(kUri), out->model.id, out->files.at(0), {});
    EXPECT_EQ(download->headers.at("authorization"), "Bearer ya29.token");
}

TEST_F(GcsStoreTest, AServiceAccountGetsATokenOnce) {
    credentials = {
        {"GOOGLE_APPLICATION_CREDENTIALS_JSON", serviceAccount("https://oauth2.example/token").dump(2)}};
    server.set("POST https://oauth2.example/token", R"({"access_token": "ya29.made", "expires_in": 3599})");
    const auto one = store();
    const auto out = one->resolve(sourceOf(kUri), {});
    ASSERT_TRUE(out) << out.error().message;
    EXPECT_TRUE(server.asked.at(0).body.starts_with("assertion=ey"));
    EXPECT_EQ(server.asked.at(1).headers.at("authorization"), "Bearer ya29.made");
    EXPECT_TRUE(one->download(sourceOf(kUri), out->model.id, out->files.at(0), {}));
    EXPECT_EQ(server.asked.size(), 2U);
}

TEST_F(GcsStoreTest, AnAssertionGoesOverPlainHttpWhereTheStoreDoesAlone) {
    credentials = {
        {"GOOGLE_APPLICATION_CREDENTIALS_JSON", serviceAccount("http://127.0.0.1:9/token").dump()}};
    expectError(ErrorCode::Invalid, "token_uri that begins with http://");
    EXPECT_TRUE(server.asked.empty());
    server.set("POST http://127.0.0.1:9/token", R"({"access_token": "ya29.made", "expires_in": 3599})");
    EXPECT_FALSE(store()->resolve(sourceOf(kUri, "http://gcs:4443"), {}));
    ASSERT_EQ(server.asked.size(), 2U);
    EXPECT_TRUE(server.asked.at(1).what.starts_with("GET http://gcs:4443/storage/v1/b/models/o?"));
}

TEST_F(GcsStoreTest, WhatIsHandedOutAsOtherBytesThanAreListedIsRefused) {
    server.set(kList, listing({object("fraud/a", 1, 11, R"(, "contentEncoding": "gzip")")}));
    expectError(ErrorCode::Invalid, "'fraud/a' with Content-Encoding: gzip");
}

TEST_F(GcsStoreTest, RefusalsAreToldInTheServersWordsWithoutTheToken) {
    credentials = {{"GOOGLE_OAUTH_ACCESS_TOKEN", "ya29.token"}};
    server.set(
        kList,
        HttpResponse{
            403, {}, R"({"error": {"code": 403, "message": "no storage.objects.list for ya29.token"}})"});
    expectError(ErrorCode::Forbidden, "answered 403: no storage.objects.list for •••");
    server.set(
        kList,
        HttpResponse{
            404, {}, R"({"error": {"code": 404, "message": "The specified bucket does not exist."}})"});
    expectError(ErrorCode::NotFound, "The specified bucket does not exist.");
    server.set(kList, HttpResponse{429, {}, "slow down"});
    expectError(ErrorCode::Unavailable, "answered 429");
}

TEST_F(GcsStoreTest, WhatAnAccountWasRefusedWithIsNotToldOn) {
    credentials = {
        {"GOOGLE_APPLICATION_CREDENTIALS_JSON", serviceAccount("https://oauth2.example/token").dump()}};
    server.set("POST https://oauth2.example/token",
               HttpResponse{
                   400, {}, R"({"error": "invalid_grant", "error_description": "Invalid JWT Signature."})"});
    expectError(ErrorCode::Forbidden, "invalid_grant: Invalid JWT Signature.");
}

TEST_F(GcsStoreTest, AnAssertionThatTheServerRepeatsIsNotToldOn) {
    class Repeating : public Exchange {
      public:
        Result<HttpResponse> send(const std::string&, const HttpRequest& request, size_t) override {
            const std::string shown = request.body.substr(0, request.body.find('&'));
            return HttpResponse{400, {}, cat(R"({"error": "odd", "error_description": ")", shown, "\"}")};
        }
    } repeating;
    const auto made = makeGcsStore(
        {{"GOOGLE_APPLICATION_CREDENTIALS_JSON", serviceAccount("https://oauth2.example/token").dump()}},
        repeating);
    ASSERT_TRUE(made);
    const auto out = (*made)->resolve(sourceOf(kUri), {});
    ASSERT_FALSE(out);
    EXPECT_NE(out.error().message.find("odd: assertion=•••"), std::string::npos) << out.error().message;
}

TEST_F(GcsStoreTest, CredentialsThatAreNoneAreRefusedByName) {
    credentials = {{"token", "x"}};
    expectUnmade("neither GOOGLE_APPLICATION_CREDENTIALS_JSON nor GOOGLE_OAUTH_ACCESS_TOKEN");
    credentials = {{"GOOGLE_APPLICATION_CREDENTIALS_JSON", "{}"}, {"GOOGLE_OAUTH_ACCESS_TOKEN", "x"}};
    expectUnmade("have both");
    credentials = {{"GOOGLE_APPLICATION_CREDENTIALS_JSON", "{}"}};
    expectUnmade("GOOGLE_APPLICATION_CREDENTIALS_JSON is of the type ''");
    credentials = {{"GOOGLE_OAUTH_ACCESS_TOKEN", "a\nb"}};
    expectUnmade("GOOGLE_OAUTH_ACCESS_TOKEN has characters");
}

TEST_F(GcsStoreTest, AnswersThatCannotBeTrueAreRefused) {
    for (const std::string& body :
         {std::string("no JSON"), std::string("{}"), std::string("[]"), listing({R"({"name": "fraud/a"})"}),
          listing({R"({"name": "fraud/a", "size": "-1", "generation": "1"})"}),
          listing({R"({"name": "fraud/a", "size": "1"})"}),
          listing({R"({"name": "fraud/a", "size": "1", "generation": "1/../2"})"}),
          listing({object("fraud/../a", 1, 11)})}) {
        server.set(kList, body);
        const auto out = resolve();
        ASSERT_FALSE(out) << body;
        EXPECT_EQ(out.error().code, ErrorCode::Invalid) << body;
    }
}

}  // namespace
}  // namespace serin::sources
