#include "sources/git_store.h"

#include <gtest/gtest.h>

#include "sources/packet_lines.h"
#include "tests/unit/sources/fake_server.h"

namespace serin::sources {
namespace {

using testing::FakeServer;
using testing::sourceOf;

const std::string kA(40, 'a');
const std::string kB(40, 'b');
const std::string kSha256(64, 'd');
const std::string kPlace = "https://git.example/ml/fraud.git";
const std::string kLook = "GET " + kPlace + "/info/refs?service=git-upload-pack";
const std::string kList = "POST " + kPlace + "/git-upload-pack";
const std::string kBatch = "POST " + kPlace + "/info/lfs/objects/batch";

std::string lines(const std::vector<std::string>& texts) {
    std::string out;
    for (const std::string& text : texts) out += dataPacket(text + "\n");
    return out + "0000";
}

class GitStoreTest : public ::testing::Test {
  protected:
    GitStoreTest() {
        server.set(kLook, lines({"version 2", "ls-refs", "object-format=sha1"}));
        server.set(kList, lines({kA + " HEAD symref-target:refs/heads/main", kA + " refs/heads/main",
                                 kB + " refs/tags/v1"}));
    }
    Result<Resolution> resolve(const std::string& uri = "git+" + kPlace) {
        const auto store = makeGitStore(credentials, server);
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

TEST_F(GitStoreTest, TheDefaultBranchIsItsCommitAndFilesAreNotKnown) {
    const auto out = resolve();
    ASSERT_TRUE(out) << out.error().message;
    EXPECT_EQ(out->model.id, "git:git.example/ml/fraud.git@" + kA);
    EXPECT_EQ(out->model.version, "aaaaaaaaaaaa");
    EXPECT_EQ(out->model.lineage.commit, kA);
    EXPECT_EQ(out->model.files, 0U);
    EXPECT_TRUE(out->files.empty());
    EXPECT_EQ(server.asked.size(), 2U);
    EXPECT_EQ(server.asked[0].headers.at("git-protocol"), "version=2");
}

TEST_F(GitStoreTest, ATagIsTheVersionAndAFolderIsPartOfTheId) {
    const auto out = resolve("git+" + kPlace + "@v1#models/a");
    ASSERT_TRUE(out) << out.error().message;
    EXPECT_EQ(out->model.id, "git:git.example/ml/fraud.git@" + kB + "#models/a");
    EXPECT_EQ(out->model.version, "v1");
}

TEST_F(GitStoreTest, AWholeCommitIsTakenAsItIsOnceTheRepositoryAnswers) {
    const std::string commit(40, 'c');
    EXPECT_EQ(resolve("git+" + kPlace + "@" + commit)->model.id, "git:git.example/ml/fraud.git@" + commit);
    EXPECT_EQ(server.asked.size(), 1U);
    expectError(resolve("git+" + kPlace + "@" + kSha256), ErrorCode::Invalid,
                "names its commits by 40 digits");
    server.answers.erase(kLook);
    expectError(resolve("git+" + kPlace + "@" + commit), ErrorCode::NotFound,
                "answered 404: there is no such");
}

TEST_F(GitStoreTest, AReferenceThatIsNotThereIsToldWithThoseThatAreNear) {
    expectError(resolve("git+" + kPlace + "@mian"), ErrorCode::NotFound,
                "has no branch and no tag 'mian'; it has 'main', 'v1'");
    expectError(resolve("git+" + kPlace + "@abc1234"), ErrorCode::NotFound,
                "a commit is stated with all of its 40 digits");
}

TEST_F(GitStoreTest, CredentialsOpenItAndAreNeverToldOn) {
    credentials = {{"GIT_TOKEN", "secret-token\n"}};
    ASSERT_TRUE(resolve());
    // x-access-token:secret-token
    const std::string opening = "Basic eC1hY2Nlc3MtdG9rZW46c2VjcmV0LXRva2Vu";
    EXPECT_EQ(server.asked[0].headers.at("authorization"), opening);
    server.set(kLook, lines({"ERR not with secret-token nor " + opening}));
    const auto refused = resolve();
    expectError(refused, ErrorCode::Invalid, "the server says: not with •••");
    EXPECT_EQ(refused.error().message.find("eC1h"), std::string::npos);
    credentials = {{"GIT_USERNAME", "somebody"}};
    expectError(resolve(), ErrorCode::Invalid, "no GIT_PASSWORD beside GIT_USERNAME");
    credentials = {{"HF_TOKEN", "x"}};
    expectError(resolve(), ErrorCode::Invalid, "neither GIT_TOKEN nor GIT_USERNAME and GIT_PASSWORD");
}

TEST_F(GitStoreTest, WhoIsNotLetInIsTold) {
    server.set(kLook, HttpResponse{401, {}, ""});
    expectError(resolve(), ErrorCode::Forbidden, "the credentials do not open it (GIT_TOKEN");
    server.set(kLook, HttpResponse{503, {{"content-type", "text/plain"}}, "maintenance"});
    expectError(resolve(), ErrorCode::Unavailable, "answered 503: maintenance");
    server.set(kLook, HttpResponse{200, {}, "<html>log in</html>"});
    expectError(resolve(), ErrorCode::Invalid, "is that the address of a repository");
}

TEST_F(GitStoreTest, ARedirectIsToldAndNotFollowed) {
    credentials = {{"GIT_TOKEN", "secret-token"}};
    server.set(kLook,
               HttpResponse{301, {{"location", "https://git.example/ml/new.git/info/refs?service=x"}}, ""});
    expectError(resolve(), ErrorCode::Invalid, "it is at https://git.example/ml/new.git; state git+");
    EXPECT_EQ(server.asked.size(), 1U);
}

TEST_F(GitStoreTest, LargeFilesAreWhereTheLfsServerSays) {
    credentials = {{"GIT_USERNAME", "u"}, {"GIT_PASSWORD", "secret"}};
    const auto store = makeGitStore(credentials, server);
    const auto source = sourceOf("git+" + kPlace + "#models");
    const std::string id = "git:git.example/ml/fraud.git@" + kA + "#models";
    const File file{"model.bin", 7, kSha256, ""};
    const auto answer = [&](const std::string& href) {
        return R"({"objects": [{"oid": ")" + kSha256 + R"(", "actions": {"download": {"href": ")" + href +
               R"("}}}]})";
    };
    server.set(kBatch, answer("https://storage.example/o"));
    auto out = (*store)->download(source, id, file, {});
    ASSERT_TRUE(out) << out.error().message;
    EXPECT_EQ(out->url, "https://storage.example/o");
    EXPECT_TRUE(out->headers.empty()) << "credentials are for the repository's host";
    EXPECT_EQ(server.asked[0].headers.at("authorization"), "Basic dTpzZWNyZXQ=");
    server.set(kBatch, answer("https://git.example/o"));
    out = (*store)->download(source, id, file, {});
    EXPECT_EQ(out->headers.at("authorization"), "Basic dTpzZWNyZXQ=");
    for (const std::string& other :
         {std::string("git:git.example/ml/fraud.git@") + kA, id + "x", id.substr(1)}) {
        EXPECT_FALSE((*store)->download(source, other, file, {})) << other;
    }
    EXPECT_FALSE((*store)->files(source, id, {}));
}

}  // namespace
}  // namespace serin::sources
