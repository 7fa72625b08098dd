#include "sources/hub_store.h"

#include <gtest/gtest.h>

#include "sources/hub_answers.h"
#include "tests/unit/sources/fake_server.h"

namespace serin::sources {
namespace {

using testing::FakeServer;
using testing::sourceOf;

const std::string kCommit(40, 'c');
const std::string kSha256(64, 'd');
const std::string kApi = "GET https://huggingface.co/api/models/ml/fraud";
const std::string kTree = kApi + "/tree/" + kCommit + "?recursive=true&expand=false";

class HubStoreTest : public ::testing::Test {
  protected:
    HubStoreTest() {
        server.set(kApi + "/revision/main", R"({"id": "ml/fraud", "sha": ")" + kCommit + "\"}");
        server.set(kTree,
                   HttpResponse{200,
                                {{"link", "<https://huggingface.co/next?cursor=x>; rel=\"next\""}},
                                R"([{"type": "directory", "path": "onnx", "size": 0, "oid": "1"},)"
                                R"({"type": "file", "path": "config.json", "size": 12, "oid": "2"}])"});
        server.set("GET https://huggingface.co/next?cursor=x",
                   R"([{"type": "file", "path": "onnx/a b.bin", "size": 7, "oid": "3", "lfs": {"oid": ")" +
                       kSha256 + R"(", "size": 5000000000, "pointerSize": 130}}])");
    }
    Result<Resolution> resolve(const std::string& uri = "hf://ml/fraud") {
        const auto store = makeHubStore(credentials, server);
        if (!store) return store.error();
        return (*store)->resolve(sourceOf(uri), {});
    }
    void expectError(const Result<Resolution>& result, ErrorCode code, const std::string& words) {
        ASSERT_FALSE(result);
        EXPECT_EQ(result.error().code, code) << result.error().message;
        EXPECT_NE(result.error().message.find(words), std::string::npos) << result.error().message;
    }

    FakeServer server;
    Credentials credentials;
};

TEST_F(HubStoreTest, ARevisionIsItsCommitAndAllPagesOfItsFiles) {
    const auto out = resolve();
    ASSERT_TRUE(out) << out.error().message;
    EXPECT_EQ(out->model.id, "hf:ml/fraud@" + kCommit);
    EXPECT_EQ(out->model.version, "cccccccccccc");
    EXPECT_EQ(out->model.lineage.commit, kCommit);
    EXPECT_EQ(out->model.bytes, 5000000012U);
    ASSERT_EQ(out->files.size(), 2U);
    EXPECT_EQ(out->files[0], (File{"config.json", 12, "", "2"}));
    EXPECT_EQ(out->files[1], (File{"onnx/a b.bin", 5000000000U, kSha256, "3"}));
}

TEST_F(HubStoreTest, OneRequestTellsWhetherABranchHasMoved) {
    const auto known = resolve();
    ASSERT_TRUE(known) << known.error().message;
    const size_t before = server.asked.size();
    const auto store = makeHubStore(credentials, server);
    EXPECT_EQ((*store)->stillMeans(sourceOf("hf://ml/fraud"), known->model, {}).value(), true);
    EXPECT_EQ(server.asked.size(), before + 1);
    server.set(kApi + "/revision/main", R"({"id": "ml/fraud", "sha": ")" + std::string(40, 'e') + "\"}");
    EXPECT_EQ((*store)->stillMeans(sourceOf("hf://ml/fraud"), known->model, {}).value(), false);
}

TEST_F(HubStoreTest, ARevisionWithSlashesIsOnePartOfThePath) {
    server.set(kApi + "/revision/refs%2Fpr%2F1", R"({"sha": ")" + kCommit + "\"}");
    EXPECT_TRUE(resolve("hf://ml/fraud@refs/pr/1"));
}

TEST_F(HubStoreTest, TheFilesOfAnIdAreThoseOfItsCommitWhateverTheBranchIsNow) {
    server.answers.erase(kApi + "/revision/main");
    const auto store = makeHubStore({}, server);
    EXPECT_TRUE((*store)->files(sourceOf("hf://ml/fraud"), "hf:ml/fraud@" + kCommit, {}));
    for (const std::string& id :
         {"hf:ml/other@" + kCommit, std::string("hf:ml/fraud@main"), "hf:ml/fraud@" + std::string(40, '/')}) {
        EXPECT_FALSE((*store)->files(sourceOf("hf://ml/fraud"), id, {})) << id;
    }
}

TEST_F(HubStoreTest, DownloadsNameTheCommitAndCarryTheToken) {
    const auto store = makeHubStore({{"HF_TOKEN", "hf_secret\n"}}, server);
    const auto out = (*store)->download(sourceOf("hf://ml/fraud", "https://hub.example/hf"),
                                        "hf:ml/fraud@" + kCommit, {"onnx/a b.bin", 1, "", ""}, {});
    ASSERT_TRUE(out);
    EXPECT_EQ(out->url, "https://hub.example/hf/ml/fraud/resolve/" + kCommit + "/onnx/a%20b.bin");
    EXPECT_EQ(out->headers.at("authorization"), "Bearer hf_secret");
}

TEST_F(HubStoreTest, AFileOfMoreThanFiftyGigabytesIsRefusedWithTheWayOut) {
    server.set(kTree, R"([{"type": "file", "path": "a.bin", "size": 50000000001, "oid": "2"}])");
    expectError(resolve(), ErrorCode::Invalid, "leave it out by source.exclude");
}

TEST_F(HubStoreTest, ErrorsOfTheHubAreToldInWords) {
    const struct {
        HttpResponse answer;
        ErrorCode code;
        const char* words;
    } cases[] = {
        {{401, {{"x-error-code", "RepoNotFound"}}, ""}, ErrorCode::NotFound, "no such repository"},
        {{401, {}, ""}, ErrorCode::Forbidden, "HF_TOKEN"},
        {{403, {{"x-error-code", "GatedRepo"}}, ""}, ErrorCode::Forbidden, "accept its terms"},
        {{404, {{"x-error-code", "RevisionNotFound"}}, ""}, ErrorCode::NotFound, "no such revision"},
        {{429, {}, R"({"error": "slow down"})"}, ErrorCode::Unavailable, "answered 429: slow down"},
        {{200, {}, R"({"sha": "main"})"}, ErrorCode::Invalid, "names no commit"},
        {{200, {}, "<html>"}, ErrorCode::Invalid, "not the JSON"},
    };
    for (const auto& one : cases) {
        server.set(kApi + "/revision/main", one.answer);
        expectError(resolve(), one.code, one.words);
    }
}

TEST_F(HubStoreTest, ARepositoryThatWasRenamedIsFollowed) {
    server.set(kApi + "/revision/main",
               HttpResponse{307, {{"location", "/api/models/new/name/revision/main"}}, ""});
    server.set("GET https://huggingface.co/api/models/new/name/revision/main",
               R"({"sha": ")" + kCommit + "\"}");
    EXPECT_TRUE(resolve());
}

TEST_F(HubStoreTest, TheNextPageIsNeverAskedOfAnotherHost) {
    credentials = {{"HF_TOKEN", "hf_secret"}};
    server.set(kTree, HttpResponse{200, {{"link", "<https://evil.example/>; rel=\"next\""}}, "[]"});
    expectError(resolve(), ErrorCode::Invalid, "another host");
    for (const auto& asked : server.asked) EXPECT_EQ(asked.what.find("evil"), std::string::npos);
}

TEST_F(HubStoreTest, PagesWithoutAnEndAreRefused) {
    server.set(kTree, HttpResponse{200,
                                   {{"link", "</api/models/ml/fraud/tree/" + kCommit +
                                                 "?recursive=true&expand=false>; rel=\"next\""}},
                                   "[]"});
    expectError(resolve(), ErrorCode::Invalid, "more than 100 pages");
}

TEST_F(HubStoreTest, CredentialsWithoutATokenAreRefusedByItsName) {
    credentials = {{"token", "x"}};
    expectError(resolve(), ErrorCode::Invalid, "HF_TOKEN");
}

TEST(HubAnswers, ALinkIsReadByItsRelation) {
    EXPECT_EQ(nextPage("<a>; rel=\"prev\", <b?c=d>; rel=\"next\""), "b?c=d");
    EXPECT_EQ(nextPage("<a>; rel=\"prev\""), "");
    EXPECT_EQ(nextPage("<a"), "");
}

}  // namespace
}  // namespace serin::sources
