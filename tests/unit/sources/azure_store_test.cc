#include "sources/azure_store.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "sources/azure_sas.h"
#include "tests/unit/sources/fake_server.h"
#include "tests/unit/sources/test_workload.h"

namespace serin::sources {
namespace {

using testing::FakeServer;
using testing::sourceOf;

constexpr const char* kUri = "azureblob://acct1/models/fraud";
const std::string kContainer = "https://acct1.blob.core.windows.net/models";
const std::string kList =
    "GET " + kContainer + "?comp=list&include=metadata&maxresults=1000&prefix=fraud%2F&restype=container";
const std::string kFirst =
    "GET " + kContainer + "?comp=list&include=metadata&maxresults=1&prefix=fraud&restype=container";
const std::string kVersions =
    "GET " + kContainer +
    "?comp=list&include=metadata%2Cversions&maxresults=1000&prefix=fraud%2F&restype="
    "container";
const Timestamp kNow = *parseTime("2026-11-26T12:00:00Z");
const std::string kKey = "c2VyaW4ncyBrZXkgb2YgdGVzdHM=";

std::string blob(const std::string& name, int size, const std::string& tag, const std::string& more = "") {
    return cat("<Blob><Name>", name, "</Name><Properties><Content-Length>", size, "</Content-Length><Etag>",
               tag, "</Etag></Properties>", more, "</Blob>");
}

std::string version(const std::string& name, const std::string& tag, int second, bool current = false) {
    return blob(name, 1, tag,
                cat("<VersionId>2026-11-26T12:00:0", second, ".1234567Z</VersionId>",
                    current ? "<IsCurrentVersion>true</IsCurrentVersion>" : ""));
}

std::string listing(const std::string& blobs, const std::string& marker = "") {
    return cat("\xef\xbb\xbf<?xml version=\"1.0\" encoding=\"utf-8\"?><EnumerationResults><Blobs>", blobs,
               "</Blobs><NextMarker>", marker, "</NextMarker></EnumerationResults>");
}

std::string trouble(const std::string& code, const std::string& message) {
    return cat("<?xml version=\"1.0\"?><Error><Code>", code, "</Code><Message>", message,
               "\nRequestId:1\nTime:2</Message><AuthenticationErrorDetail>string to sign was x"
               "</AuthenticationErrorDetail></Error>");
}

class AzureStoreTest : public ::testing::Test {
  protected:
    AzureStoreTest() { server.set(kList, listing(blob("fraud/a", 1, "0x1") + blob("fraud/b c", 1, "0x2"))); }
    std::unique_ptr<Store> store() {
        auto made = makeAzureStore(credentials, server);
        EXPECT_TRUE(made) << made.error().message;
        return std::move(made).value();
    }
    Result<Resolution> resolve() { return store()->resolve(sourceOf(kUri), kNow); }
    Result<std::vector<File>> files(const std::string& id) {
        return store()->files(sourceOf(kUri), id, kNow);
    }
    void expectError(ErrorCode code, const std::string& words) {
        const auto out = resolve();
        ASSERT_FALSE(out) << words;
        EXPECT_EQ(out.error().code, code) << out.error().message;
        EXPECT_NE(out.error().message.find(words), std::string::npos) << out.error().message;
    }

    FakeServer server;
    Credentials credentials;
};

TEST_F(AzureStoreTest, APrefixIsTheBlobsBelowItWithoutFolders) {
    server.set(kList,
               listing(blob("fraud/a", 1, "0x1") +
                       blob("fraud/x", 0, "0x3", "<Metadata><Hdi_isfolder>true</Hdi_isfolder></Metadata>") +
                       "<Blob><Name>fraud/y</Name><Properties><ResourceType>directory</ResourceType>"
                       "</Properties></Blob>" +
                       blob("fraud/x/b", 2, "\"0x2\"", "<Metadata><owner>ml</owner></Metadata>")));
    const auto out = resolve();
    ASSERT_TRUE(out) << out.error().message;
    EXPECT_TRUE(out->model.id.starts_with("azureblob:acct1/models/fraud/ sha256:")) << out->model.id;
    ASSERT_EQ(out->files.size(), 2U);
    EXPECT_EQ(out->files[0], (File{"a", 1, "", "\"0x1\""}));
    EXPECT_EQ(out->files[1], (File{"x/b", 2, "", "\"0x2\""}));
    EXPECT_EQ(server.asked.at(0).headers.at("x-ms-version"), kAzureVersion);
}

TEST_F(AzureStoreTest, AnMd5ThatTheListingHasIsTheFilesAndNoPartOfTheId) {
    const auto without = resolve();
    const auto with = [&](const std::string& md5) {
        server.set(
            kList,
            listing(blob("fraud/b c", 1, "0x2") +
                    cat("<Blob><Name>fraud/a</Name><Properties><Content-Length>1</Content-Length><Etag>0x1"
                        "</Etag><Content-MD5>",
                        md5, "</Content-MD5><BlobType>BlockBlob</BlobType></Properties></Blob>")));
        return resolve();
    };
    const auto out = with("kAFQmDzST7DWlj99KOF/cg==");
    ASSERT_TRUE(out && without);
    EXPECT_EQ(out->files.at(0).md5, "900150983cd24fb0d6963f7d28e17f72");
    EXPECT_EQ(out->files.at(1).md5, "");
    EXPECT_EQ(out->model.id, without->model.id);
    EXPECT_EQ(with("kAFQmDzS").value().files.at(0).md5, "");
    EXPECT_EQ(with("").value().files.at(0).md5, "");
}

TEST_F(AzureStoreTest, AnMd5OfABlobThatIsAddedToCountsForNothing) {
    for (const std::string type : {"AppendBlob", "PageBlob", ""}) {
        server.set(kList,
                   listing(cat("<Blob><Name>fraud/a</Name><Properties><Content-Length>1</Content-Length>"
                               "<Etag>0x1</Etag><Content-MD5>kAFQmDzST7DWlj99KOF/cg==</Content-MD5>"
                               "<BlobType>",
                               type, "</BlobType></Properties></Blob>")));
        const auto out = resolve();
        ASSERT_TRUE(out) << out.error().message;
        EXPECT_EQ(out->files.at(0).md5, "") << type;
    }
}

TEST_F(AzureStoreTest, AllPagesAreReadAlsoThoseThatAreEmpty) {
    server.set(kList, listing(blob("fraud/a", 1, "0x1"), "2!/=="));
    server.set("GET " + kContainer +
                   "?comp=list&include=metadata&marker=2%21%2F%3D%3D&maxresults=1000&prefix=fraud%2F&restype="
                   "container",
               listing("", "3"));
    server.set("GET " + kContainer +
                   "?comp=list&include=metadata&marker=3&maxresults=1000&prefix=fraud%2F&restype=container",
               listing(blob("fraud/b", 1, "0x2")));
    const auto out = resolve();
    ASSERT_TRUE(out) << out.error().message;
    EXPECT_EQ(out->files.size(), 2U);
}

TEST_F(AzureStoreTest, AListingThatGoesOnForEverIsRefused) {
    server.set(kList, listing("", "x"));
    server.set("GET " + kContainer +
                   "?comp=list&include=metadata&marker=x&maxresults=1000&prefix=fraud%2F&restype=container",
               listing("", "x"));
    expectError(ErrorCode::Invalid, "has too many objects");
}

TEST_F(AzureStoreTest, ANameIsOneBlob) {
    server.set(kList, listing(""));
    server.set(kFirst, listing(blob("fraud", 9, "0x1")));
    const auto out = resolve();
    ASSERT_TRUE(out) << out.error().message;
    EXPECT_TRUE(out->model.id.starts_with("azureblob:acct1/models/fraud sha256:")) << out->model.id;
    const auto download = store()->download(sourceOf(kUri), out->model.id, out->files.at(0), kNow);
    EXPECT_EQ(download->url, kContainer + "/fraud");
}

TEST_F(AzureStoreTest, ANameIsOneBlobAlsoWhereNothingMayStandBelowAFile) {
    server.set(kList, HttpResponse{404, {}, trouble("PathNotFound", "The specified path does not exist.")});
    server.set(kFirst, listing(blob("fraud", 9, "0x1")));
    const auto out = resolve();
    ASSERT_TRUE(out) << out.error().message;
    EXPECT_EQ(out->files.at(0).path, "fraud");
    server.set(kFirst, listing(blob("fraud-2", 9, "0x1")));
    expectError(ErrorCode::NotFound, "PathNotFound: The specified path does not exist.");
}

TEST_F(AzureStoreTest, AnIdOfLongNamesIsShortEnoughToBeRecorded) {
    const std::string container(63, 'c');
    const std::string path(300, 'p');
    const std::string uri = cat("azureblob://", std::string(24, 'a'), "/", container, "/", path);
    server.set(cat("GET https://", std::string(24, 'a'), ".blob.core.windows.net/", container,
                   "?comp=list&include=metadata&maxresults=1000&prefix=", path, "%2F&restype=container"),
               listing(blob(path + "/a", 1, "0x1")));
    const auto out = store()->resolve(sourceOf(uri), kNow);
    ASSERT_TRUE(out) << out.error().message;
    EXPECT_LE(out->model.id.size(), 256U);
    EXPECT_TRUE(store()->files(sourceOf(uri), out->model.id, kNow));
}

TEST_F(AzureStoreTest, DownloadsAreOfTheBlobWithThatTag) {
    const auto out = resolve();
    ASSERT_TRUE(out);
    const auto download = store()->download(sourceOf(kUri), out->model.id, out->files.at(1), kNow);
    EXPECT_EQ(download->url, kContainer + "/fraud/b%20c");
    EXPECT_EQ(download->headers,
              (std::map<std::string, std::string>{{"if-match", "\"0x2\""}, {"x-ms-version", kAzureVersion}}));
}

TEST_F(AzureStoreTest, TheAccountsKeySignsAndIsNotSent) {
    credentials = {{"AZURE_STORAGE_ACCESS_KEY", kKey}};
    const std::string sas = containerSas("acct1", "models", "serin's key of tests", "https", kNow);
    server.set(kList + "&" + sas, listing(blob("fraud/a", 1, "0x1")));
    const auto out = resolve();
    ASSERT_TRUE(out) << out.error().message;
    const auto download = store()->download(sourceOf(kUri), out->model.id, out->files.at(0), kNow);
    EXPECT_EQ(download->url, kContainer + "/fraud/a?" + sas);
    EXPECT_FALSE(download->headers.contains("authorization"));
}

TEST_F(AzureStoreTest, ASignatureGoesAlongAsItIs) {
    credentials = {{"AZURE_STORAGE_SAS_TOKEN", "?sv=2021-12-02&sr=c&sp=rl&se=2026-11-27&sig=a%2Bb%3D"}};
    server.set(kList + "&sv=2021-12-02&sr=c&sp=rl&se=2026-11-27&sig=a%2Bb%3D",
               listing(blob("fraud/a", 1, "0x1")));
    EXPECT_TRUE(resolve());
}

TEST_F(AzureStoreTest, ASignatureThatHasEndedIsToldBeforeAnythingIsAsked) {
    credentials = {{"AZURE_STORAGE_SAS_TOKEN", "sv=2021-12-02&sp=rl&se=2026-11-25T00:00:00Z&sig=hush-hush"}};
    expectError(ErrorCode::Forbidden, "ended at 2026-11-25T00:00:00Z (se)");
    EXPECT_TRUE(server.asked.empty());
}

TEST_F(AzureStoreTest, APrincipalGetsATokenOnce) {
    credentials = {
        {"AZURE_TENANT_ID", "tenant-1"}, {"AZURE_CLIENT_ID", "app"}, {"AZURE_CLIENT_SECRET", "hu&sh"}};
    const std::string login = "POST https://login.microsoftonline.com/tenant-1/oauth2/v2.0/token";
    server.set(login, R"({"token_type": "Bearer", "expires_in": 3599, "access_token": "t0ken"})");
    const auto one = store();
    const auto out = one->resolve(sourceOf(kUri), kNow);
    ASSERT_TRUE(out) << out.error().message;
    EXPECT_EQ(server.asked.at(0).what, login);
    EXPECT_EQ(
        server.asked.at(0).body,
        "client_id=app&client_secret=hu%26sh&grant_type=client_credentials&scope=https%3A%2F%2Fstorage.azure."
        "com%2F.default");
    EXPECT_EQ(server.asked.at(1).headers.at("authorization"), "Bearer t0ken");
    const auto download = one->download(sourceOf(kUri), out->model.id, out->files.at(0), kNow);
    EXPECT_EQ(download->headers.at("authorization"), "Bearer t0ken");
    EXPECT_EQ(server.asked.size(), 2U);
}

TEST_F(AzureStoreTest, AWorkloadsTokenIsExchangedForOneOfTheApplicationThatTrustsIt) {
    testing::TestWorkload workload;
    api::WorkloadIdentity who;
    who.tenant = "tenant-1";
    who.client = "app";
    const std::string login = "POST https://login.microsoftonline.com/tenant-1/oauth2/v2.0/token";
    server.set(login, R"({"token_type": "Bearer", "expires_in": 3599, "access_token": "t0ken"})");
    const auto made = makeStore(api::StoreKind::AzureBlob, {}, server, workload.identity(who));
    ASSERT_TRUE(made) << made.error().message;
    const auto out = (*made)->resolve(sourceOf(kUri), kNow);
    ASSERT_TRUE(out) << out.error().message;
    EXPECT_EQ(server.asked.at(0).what, login);
    EXPECT_EQ(server.asked.at(0).body,
              "client_assertion=eyJ.first&"
              "client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer&client_"
              "id=app&"
              "grant_type=client_credentials&scope=https%3A%2F%2Fstorage.azure.com%2F.default");
    EXPECT_EQ(server.asked.at(1).headers.at("authorization"), "Bearer t0ken");
    (void)(*made)->download(sourceOf(kUri), out->model.id, out->files.at(0), kNow + std::chrono::minutes(54));
    EXPECT_EQ(server.asked.size(), 2U);
    (void)(*made)->download(sourceOf(kUri), out->model.id, out->files.at(0), kNow + std::chrono::minutes(56));
    ASSERT_EQ(server.asked.size(), 3U);
    EXPECT_TRUE(server.asked.at(2).body.starts_with("client_assertion=eyJ.second&"));
}

TEST_F(AzureStoreTest, AWorkloadThatNobodyTrustsIsToldWithoutItsToken) {
    testing::TestWorkload workload;
    api::WorkloadIdentity who;
    who.tenant = "tenant-1";
    who.client = "app";
    who.authority = "https://login.partner.microsoftonline.cn/";
    server.set("POST https://login.partner.microsoftonline.cn/tenant-1/oauth2/v2.0/token",
               HttpResponse{401, {}, R"({"error": "invalid_client", "error_description":
               "AADSTS70021: No matching federated identity record found for eyJ.first\r\nTrace ID: 1"})"});
    const auto made = makeStore(api::StoreKind::AzureBlob, {}, server, workload.identity(who));
    const auto out = (*made)->resolve(sourceOf(kUri), kNow);
    ASSERT_FALSE(out);
    EXPECT_EQ(out.error().code, ErrorCode::Forbidden);
    EXPECT_TRUE(out.error().message.ends_with(
        "invalid_client: AADSTS70021: No matching federated identity record found for •••"))
        << out.error().message;
}

TEST_F(AzureStoreTest, AConnectionStringOfAnotherAccountIsRefused) {
    credentials = {{"AZURE_STORAGE_CONNECTION_STRING", "AccountName=other;AccountKey=" + kKey}};
    expectError(ErrorCode::Invalid, "is of the account other, and the source is in acct1");
}

TEST_F(AzureStoreTest, AnEndpointHasTheAccountInItsHostOrInItsPath) {
    const auto url = [&](const std::string& endpoint) {
        const auto out = store()->download(sourceOf(kUri, endpoint), "azureblob:acct1/models/fraud/ sha256:0",
                                           {"a", 1, "", "\"0x1\""}, kNow);
        return out ? out->url : out.error().message;
    };
    EXPECT_EQ(url("http://azurite:10000"), "http://azurite:10000/acct1/models/fraud/a");
    EXPECT_EQ(url("http://azurite:10000/acct1"), "http://azurite:10000/acct1/models/fraud/a");
    EXPECT_EQ(url("https://acct1.blob.core.chinacloudapi.cn"),
              "https://acct1.blob.core.chinacloudapi.cn/models/fraud/a");
}

TEST_F(AzureStoreTest, BlobsThatWereWrittenOverOrDeletedAreFoundByTheirVersions) {
    const auto out = resolve();
    ASSERT_TRUE(out);
    server.set(kList, listing(blob("fraud/a", 1, "0x3")));
    server.set(kVersions, listing(version("fraud/a", "0x1", 1) + version("fraud/a", "0x3", 5, true) +
                                  version("fraud/b c", "0x2", 2)));
    const auto then = files(out->model.id);
    ASSERT_TRUE(then) << then.error().message;
    EXPECT_EQ((*then)[0], (File{"a", 1, "", "2026-11-26T12:00:01.1234567Z"}));
    EXPECT_EQ((*then)[1], (File{"b c", 1, "", "2026-11-26T12:00:02.1234567Z"}));
    const auto download = store()->download(sourceOf(kUri), out->model.id, then->at(0), kNow);
    EXPECT_EQ(download->url, kContainer + "/fraud/a?versionid=2026-11-26T12%3A00%3A01.1234567Z");
    EXPECT_FALSE(download->headers.contains("if-match"));
}

TEST_F(AzureStoreTest, BlobsThatHadBeenDeletedBeforeAreNoneOfThatTime) {
    const auto out = resolve();
    ASSERT_TRUE(out);
    server.set(kList, listing(blob("fraud/a", 1, "0x3") + blob("fraud/b c", 1, "0x2")));
    server.set(kVersions, listing(version("fraud/a", "0x1", 3) + version("fraud/a", "0x3", 5, true) +
                                  version("fraud/b c", "0x2", 2, true) + version("fraud/gone", "0x9", 1)));
    const auto then = files(out->model.id);
    ASSERT_TRUE(then) << then.error().message;
    EXPECT_EQ(then->size(), 2U);
}

TEST_F(AzureStoreTest, AnAccountThatKeepsNoVersionsHasLostThem) {
    const auto out = resolve();
    ASSERT_TRUE(out);
    server.set(kList, listing(blob("fraud/a", 1, "0x3")));
    server.set(kVersions, listing(blob("fraud/a", 1, "0x3")));
    const auto then = files(out->model.id);
    ASSERT_FALSE(then);
    EXPECT_EQ(then.error().code, ErrorCode::Invalid);
    EXPECT_NE(then.error().message.find("have changed since they were resolved"), std::string::npos);
    EXPECT_NE(then.error().message.find(out->model.id), std::string::npos);
}

TEST_F(AzureStoreTest, RefusalsSayWhatToDo) {
    server.set(kList, HttpResponse{403, {}, trouble("AuthorizationFailure", "not authorized")});
    expectError(ErrorCode::Forbidden, "answered 403: AuthorizationFailure: see that the credentials");
    server.set(kList,
               HttpResponse{
                   404, {{"x-ms-error-code", "ContainerNotFound"}}, trouble("x", "The container is none.")});
    expectError(ErrorCode::NotFound, "answered 404: ContainerNotFound: The container is none.");
    server.set(kList, HttpResponse{404, {}, trouble("ResourceNotFound", "none")});
    expectError(ErrorCode::NotFound, "state credentials.secretName");
    server.set(kList, HttpResponse{503, {}, trouble("ServerBusy", "later")});
    expectError(ErrorCode::Unavailable, "ServerBusy: later");
    EXPECT_EQ(resolve().error().message.find("string to sign"), std::string::npos);
    EXPECT_EQ(resolve().error().message.find("RequestId"), std::string::npos);
}

TEST_F(AzureStoreTest, WhatTheServerRepeatsOfASignatureOrATokenIsNotToldOn) {
    credentials = {{"AZURE_STORAGE_ACCESS_KEY", kKey}};
    const std::string sas = containerSas("acct1", "models", "serin's key of tests", "https", kNow);
    const std::string signature = sas.substr(sas.find("sig=") + 4, 20);
    server.set(kList + "&" + sas, HttpResponse{400, {}, trouble("Odd", "sent " + sas)});
    expectError(ErrorCode::Invalid, "Odd: sent");
    EXPECT_EQ(resolve().error().message.find(signature), std::string::npos) << resolve().error().message;
    credentials = {
        {"AZURE_TENANT_ID", "t"}, {"AZURE_CLIENT_ID", "app"}, {"AZURE_CLIENT_SECRET", "hush-hush"}};
    server.set("POST https://login.microsoftonline.com/t/oauth2/v2.0/token",
               R"({"expires_in": 3599, "access_token": "t0ken"})");
    server.set(kList, HttpResponse{403, {}, trouble("Odd", "Bearer t0ken")});
    expectError(ErrorCode::Forbidden, "Odd: Bearer •••");
}

TEST_F(AzureStoreTest, AnswersThatCannotBeTrueAreRefused) {
    for (const std::string& body :
         {std::string("no XML"), std::string("<Other/>"), std::string("<EnumerationResults/>"),
          listing("<Blob><Name>fraud/a</Name></Blob>"), listing(blob("fraud/a", -1, "0x1")),
          listing(blob("fraud/a", 1, "")), listing(blob("fraud/../a", 1, "0x1")),
          listing("<Blob><Name "
                  "Encoded=\"true\">fraud/%EF%BF%BE</Name><Properties><Content-Length>1</Content-Length>"
                  "<Etag>0x1</Etag></Properties></Blob>")}) {
        server.set(kList, body);
        const auto out = resolve();
        ASSERT_FALSE(out) << body;
        EXPECT_EQ(out.error().code, ErrorCode::Invalid) << body;
    }
}

}  // namespace
}  // namespace serin::sources
