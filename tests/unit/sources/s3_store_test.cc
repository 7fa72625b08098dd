#include "sources/s3_store.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "tests/unit/sources/fake_server.h"

namespace serin::sources {
namespace {

using testing::FakeServer;
using testing::sourceOf;

constexpr const char* kEndpoint = "http://minio:9000";
const std::string kList = "GET http://minio:9000/models?list-type=2&prefix=fraud%2F";
const std::string kVersions = "GET http://minio:9000/models?prefix=fraud%2F&versions=";

std::string object(const std::string& key, int size, const std::string& tag) {
    return cat("<Contents><Key>", key, "</Key><Size>", size, "</Size><ETag>&quot;", tag,
               "&#34;</ETag></Contents>");
}

std::string version(const std::string& key, const std::string& tag, const std::string& id, int second) {
    return cat("<Version><Key>", key, "</Key><Size>1</Size><ETag>\"", tag, "\"</ETag><VersionId>", id,
               "</VersionId><LastModified>2026-11-26T12:00:0", second, ".000Z</LastModified></Version>");
}

std::string marker(const std::string& key, const std::string& id, int second) {
    return cat("<DeleteMarker><Key>", key, "</Key><VersionId>", id,
               "</VersionId><LastModified>2026-11-26T12:00:0", second, ".000Z</LastModified></DeleteMarker>");
}

std::string listing(const std::string& objects,
                    const std::string& more = "<IsTruncated>false</IsTruncated>") {
    return cat(
        R"(<?xml version="1.0" encoding="UTF-8"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">)",
        more, objects, "</ListBucketResult>");
}

std::string versions(const std::string& inside) {
    return cat("<ListVersionsResult><IsTruncated>false</IsTruncated>", inside, "</ListVersionsResult>");
}

class S3StoreTest : public ::testing::Test {
  protected:
    S3StoreTest() { server.set(kList, listing(object("fraud/a", 1, "t1") + object("fraud/b c", 1, "t2"))); }
    std::unique_ptr<Store> store() {
        auto made = makeS3Store(credentials, server);
        EXPECT_TRUE(made);
        return std::move(made).value();
    }
    Result<Resolution> resolve(const std::string& uri = "s3://models/fraud") {
        return store()->resolve(sourceOf(uri, kEndpoint), {});
    }
    Result<std::vector<File>> files(const std::string& id) {
        return store()->files(sourceOf("s3://models/fraud", kEndpoint), id, {});
    }

    FakeServer server;
    Credentials credentials;
};

TEST_F(S3StoreTest, APrefixIsTheObjectsBelowIt) {
    server.set(kList, listing(object("fraud/", 0, "t0") + object("fraud/a", 1, "t1") +
                              object("fraud/x/b", 2, "t2")));
    const auto out = resolve();
    ASSERT_TRUE(out) << out.error().message;
    EXPECT_TRUE(out->model.id.starts_with("s3:models/fraud/ sha256:")) << out->model.id;
    ASSERT_EQ(out->files.size(), 2U);
    EXPECT_EQ(out->files[0], (File{"a", 1, "", "\"t1\""}));
    EXPECT_EQ(out->files[1], (File{"x/b", 2, "", "\"t2\""}));
}

TEST_F(S3StoreTest, AllPagesAreRead) {
    server.set(kList,
               listing(object("fraud/a", 1, "t1"),
                       "<IsTruncated>true</IsTruncated><NextContinuationToken>x/=</NextContinuationToken>"));
    server.set("GET http://minio:9000/models?continuation-token=x%2F%3D&list-type=2&prefix=fraud%2F",
               listing(object("fraud/b", 1, "t2")));
    const auto out = resolve();
    ASSERT_TRUE(out) << out.error().message;
    EXPECT_EQ(out->files.size(), 2U);
}

TEST_F(S3StoreTest, AListingThatIsCutWithoutAnEndIsRefused) {
    server.set(kList, listing(object("fraud/a", 1, "t1"), "<IsTruncated>true</IsTruncated>"));
    const auto out = resolve();
    ASSERT_FALSE(out);
    EXPECT_EQ(out.error().code, ErrorCode::Invalid);
}

TEST_F(S3StoreTest, TheHostThatIsSignedIsSaidToo) {
    credentials = {{"AWS_ACCESS_KEY_ID", "AKIA"}, {"AWS_SECRET_ACCESS_KEY", "key"}};
    const auto asked = [&](const std::string& endpoint) {
        const auto got = store()->download(sourceOf("s3://models/fraud", endpoint),
                                           "s3:models/fraud/ sha256:0", {"a", 1, "", "\"t\""}, {});
        return got ? got->headers.at("host") : got.error().message;
    };
    EXPECT_EQ(asked("http://minio:9000"), "minio:9000");
    EXPECT_EQ(asked("https://minio:9000"), "minio");
}

TEST_F(S3StoreTest, CredentialsOfAnotherKindAreNotTakenForNone) {
    credentials = {{"accesskey", "AKIA"}};
    const auto made = makeS3Store(credentials, server);
    ASSERT_FALSE(made);
    EXPECT_NE(made.error().message.find("AWS_ACCESS_KEY_ID"), std::string::npos);
}

TEST_F(S3StoreTest, AKeyIsOneObject) {
    server.set(kList, listing(""));
    server.set("GET http://minio:9000/models?list-type=2&max-keys=1&prefix=fraud",
               listing(object("fraud", 9, "t1")));
    const auto out = resolve();
    ASSERT_TRUE(out) << out.error().message;
    EXPECT_TRUE(out->model.id.starts_with("s3:models/fraud sha256:")) << out->model.id;
    EXPECT_EQ(out->files.at(0).path, "fraud");
    const auto download =
        store()->download(sourceOf("s3://models/fraud", kEndpoint), out->model.id, out->files.at(0), {});
    EXPECT_EQ(download->url, "http://minio:9000/models/fraud");
}

TEST_F(S3StoreTest, APrefixWithoutObjectsIsNotFound) {
    server.set(kList, listing(""));
    server.set("GET http://minio:9000/models?list-type=2&max-keys=1&prefix=fraud",
               listing(object("fraud-2", 9, "t1")));
    const auto out = resolve();
    ASSERT_FALSE(out);
    EXPECT_EQ(out.error().code, ErrorCode::NotFound) << out.error().message;
}

TEST_F(S3StoreTest, AnObjectThatIsWrittenAgainIsAnotherId) {
    const auto before = resolve();
    server.set(kList, listing(object("fraud/a", 1, "t3") + object("fraud/b c", 1, "t2")));
    const auto after = resolve();
    ASSERT_TRUE(before && after);
    EXPECT_NE(before->model.id, after->model.id);
}

TEST_F(S3StoreTest, DownloadsAreOfTheObjectWithThatTag) {
    const auto out = resolve();
    ASSERT_TRUE(out);
    const auto download =
        store()->download(sourceOf("s3://models/fraud", kEndpoint), out->model.id, out->files.at(1), {});
    EXPECT_EQ(download->url, "http://minio:9000/models/fraud/b%20c");
    EXPECT_EQ(download->headers, (std::map<std::string, std::string>{{"if-match", "\"t2\""}}));
}

TEST_F(S3StoreTest, ObjectsThatWereWrittenOverAreFoundByTheirVersions) {
    const auto out = resolve();
    ASSERT_TRUE(out);
    server.set(kList, listing(object("fraud/a", 1, "t3")));
    server.set(kVersions, versions(version("fraud/a", "t3", "v3", 5) + version("fraud/a", "t1", "v1", 1) +
                                   marker("fraud/b c", "v4", 4) + version("fraud/b c", "t2", "v2", 2)));
    const auto then = files(out->model.id);
    ASSERT_TRUE(then) << then.error().message;
    ASSERT_EQ(then->size(), 2U);
    EXPECT_EQ((*then)[0], (File{"a", 1, "", "v1"}));
    EXPECT_EQ((*then)[1], (File{"b c", 1, "", "v2"}));
    const auto download =
        store()->download(sourceOf("s3://models/fraud", kEndpoint), out->model.id, then->at(1), {});
    EXPECT_EQ(download->url, "http://minio:9000/models/fraud/b%20c?versionId=v2");
}

TEST_F(S3StoreTest, ObjectsThatWereDeletedAreFoundByTheirVersionsToo) {
    const auto out = resolve();
    ASSERT_TRUE(out);
    server.set(kList, listing(""));
    server.set("GET http://minio:9000/models?list-type=2&max-keys=1&prefix=fraud", listing(""));
    server.set(kVersions, versions(marker("fraud/a", "v5", 5) + version("fraud/a", "t1", "v1", 1) +
                                   marker("fraud/b c", "v4", 4) + version("fraud/b c", "t2", "v2", 2)));
    EXPECT_TRUE(files(out->model.id));
}

TEST_F(S3StoreTest, AServerMayTellWhenAVersionWasReplacedInsteadOfWritten) {
    const auto out = resolve();
    ASSERT_TRUE(out);
    server.set(kList, listing(object("fraud/a", 1, "t3")));
    const auto latest = [](std::string text) {
        return text.insert(text.find('>') + 1, "<IsLatest>true</IsLatest>");
    };
    server.set(kVersions,
               versions(latest(version("fraud/a", "t3", "v3", 5)) + version("fraud/a", "t1", "v1", 5) +
                        version("fraud/a", "t0", "v0", 1) + version("fraud/b c", "t2", "v2", 6) +
                        latest(marker("fraud/b c", "v4", 4))));
    const auto then = files(out->model.id);
    ASSERT_TRUE(then) << then.error().message;
    EXPECT_EQ((*then)[0].tag, "v1");
    EXPECT_EQ((*then)[1].tag, "v2");
}

TEST_F(S3StoreTest, AVersionThatIsGoneForGoodIsNotReplacedByAnother) {
    const auto out = resolve();
    ASSERT_TRUE(out);
    server.set(kList, listing(object("fraud/a", 1, "t3")));
    server.set(kVersions, versions(version("fraud/a", "t3", "v3", 2) + version("fraud/a", "t0", "v0", 1) +
                                   version("fraud/b c", "t2", "v2", 1)));
    const auto then = files(out->model.id);
    ASSERT_FALSE(then);
    EXPECT_EQ(then.error().code, ErrorCode::Invalid);
    EXPECT_NE(then.error().message.find(out->model.id), std::string::npos) << then.error().message;
}

TEST_F(S3StoreTest, ObjectsWithoutVersionsThatWereWrittenOverAreGone) {
    const auto out = resolve();
    server.set(kList, listing(object("fraud/a", 1, "t3")));
    server.set(kVersions, HttpResponse{503, {}, "<Error><Code>SlowDown</Code></Error>"});
    EXPECT_EQ(files(out->model.id).error().code, ErrorCode::Unavailable);
    server.set(kVersions, HttpResponse{501, {}, "<Error><Code>NotImplemented</Code></Error>"});
    EXPECT_EQ(files(out->model.id).error().code, ErrorCode::Invalid);
    server.set(kVersions,
               HttpResponse{403, {}, "<Error><Code>AccessDenied</Code><Message>no</Message></Error>"});
    const auto then = files(out->model.id);
    ASSERT_FALSE(then);
    EXPECT_NE(then.error().message.find("answered 403: AccessDenied: no"), std::string::npos)
        << then.error().message;
}

TEST_F(S3StoreTest, RequestsAreSignedForTheHostThatIsAsked) {
    credentials = {{"AWS_ACCESS_KEY_ID", "AKID"},
                   {"AWS_SECRET_ACCESS_KEY", "secretsecret"},
                   {"AWS_SESSION_TOKEN", "session"},
                   {"AWS_REGION", "eu-west-1"}};
    server.set("GET https://s3.eu-west-1.amazonaws.com/models?list-type=2&prefix=fraud%2F",
               listing(object("fraud/a", 1, "t1")));
    const auto out =
        store()->resolve(sourceOf("s3://models/fraud"), Timestamp(std::chrono::seconds(1'764'158'400)));
    ASSERT_TRUE(out) << out.error().message;
    const auto& headers = server.asked.at(0).headers;
    EXPECT_EQ(headers.at("x-amz-date"), "20251126T120000Z");
    EXPECT_EQ(headers.at("x-amz-security-token"), "session");
    EXPECT_TRUE(headers.at("authorization")
                    .starts_with("AWS4-HMAC-SHA256 Credential=AKID/20251126/eu-west-1/s3/aws4_request,"
                                 "SignedHeaders=host;x-amz-content-sha256;x-amz-date;x-amz-security-token,"));
}

TEST_F(S3StoreTest, AnotherRegionIsNamed) {
    server.set(kList,
               HttpResponse{301, {{"x-amz-bucket-region", "eu-west-1"}, {"location", "http://x/"}}, ""});
    const auto out = resolve();
    ASSERT_FALSE(out);
    EXPECT_NE(out.error().message.find("state it as AWS_REGION"), std::string::npos) << out.error().message;
    EXPECT_EQ(server.asked.size(), 1U);
}

TEST_F(S3StoreTest, WhatTheServerRepeatsOfASignatureIsNotToldOn) {
    credentials = {{"AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"}, {"AWS_SECRET_ACCESS_KEY", "secretsecret"}};
    server.set(kList,
               HttpResponse{403,
                            {},
                            "<Error><Code>SignatureDoesNotMatch</Code><Message>of AKIDEXAMPLE</Message>"
                            "<StringToSign>AWS4 all of it</StringToSign></Error>"});
    const auto out = resolve();
    ASSERT_FALSE(out);
    EXPECT_EQ(out.error().code, ErrorCode::Forbidden);
    EXPECT_NE(out.error().message.find("SignatureDoesNotMatch: of •••"), std::string::npos)
        << out.error().message;
    EXPECT_EQ(out.error().message.find("AWS4"), std::string::npos);
}

TEST_F(S3StoreTest, AnswersThatCannotBeTrueAreRefused) {
    for (const std::string& body :
         {std::string("no XML"), std::string("<Other/>"), listing("<Contents><Key>fraud/a</Key></Contents>"),
          listing("<Contents><Key>fraud/a</Key><Size>-1</Size><ETag>t</ETag></Contents>"),
          listing("<Contents><Key>fraud/a</Key><Size>1</Size></Contents>"),
          listing(object("fraud/../a", 1, "t"))}) {
        server.set(kList, body);
        const auto out = resolve();
        ASSERT_FALSE(out) << body;
        EXPECT_EQ(out.error().code, ErrorCode::Invalid) << body;
    }
}

TEST_F(S3StoreTest, AKeyWithoutItsSecretIsRefused) {
    const auto out = makeS3Store({{"AWS_ACCESS_KEY_ID", "AKID"}}, server);
    ASSERT_FALSE(out);
    EXPECT_NE(out.error().message.find("AWS_SECRET_ACCESS_KEY"), std::string::npos);
}

}  // namespace
}  // namespace serin::sources
