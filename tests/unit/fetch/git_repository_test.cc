#include "fetch/git_repository.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <deque>

#include "fetch/system_programs.h"
#include "tests/unit/fetch/temporary_folder.h"

namespace serin::fetch {
namespace {

namespace fs = std::filesystem;

const std::string kA(40, 'a');
const std::string kUrl = "https://git.example/fraud.git";

class StoppedClock final : public Clock {
  public:
    Timestamp wall() const override { return {}; }
    Duration sinceBoot() const override { return Duration(0); }
};

// Says and ends as it is told to.
class FakePrograms final : public Programs {
  public:
    struct Answer {
        int status = 0;
        std::vector<std::string> remarks{};
        std::string output{};
        std::vector<std::string> passing{};
    };
    Result<int> run(const Program& program, const std::function<bool(std::string_view)>& output,
                    const std::function<void(const Remark&)>& remark) override {
        ran.push_back(program);
        if (missing) return Error{ErrorCode::NotFound, "no git"};
        Answer answer;
        if (!answers.empty()) {
            answer = answers.front();
            answers.pop_front();
        }
        for (const std::string& text : answer.passing) remark({text, true});
        for (const std::string& text : answer.remarks) remark({text, false});
        if (!answer.output.empty()) output(answer.output);
        return answer.status;
    }
    std::string words(size_t i) const {
        std::string out;
        for (const std::string& word : ran.at(i).words) out += word + " ";
        return out;
    }

    std::vector<Program> ran;
    std::deque<Answer> answers;
    bool missing = false;
};

class GitRepositoryTest : public testing::Test {
  protected:
    GitRepositoryTest() { folder = makeTemporaryFolder("git-repository"); }
    ~GitRepositoryTest() override { fs::remove_all(folder); }

    Result<void> fetch() { return repository().fetch(); }
    GitRepository repository() {
        const auto listen = [this](const std::string& line) { said.push_back(line); };
        const auto count = [this](uint64_t bytes) { received.push_back(bytes); };
        return {programs,
                clock,
                {listen, count},
                folder / "repository",
                {url, kA, "/ca.pem", {{"GIT_TOKEN", "secret-token"}}, std::chrono::seconds(30), partial}};
    }
    // What the program that ran as the nth was told of git's configuration.
    std::map<std::string, std::string> settings(size_t i) const {
        const auto& environment = programs.ran.at(i).environment;
        std::map<std::string, std::string> out;
        for (int at = 0; at < std::stoi(environment.at("GIT_CONFIG_COUNT")); ++at) {
            out[environment.at("GIT_CONFIG_KEY_" + std::to_string(at))] =
                environment.at("GIT_CONFIG_VALUE_" + std::to_string(at));
        }
        return out;
    }

    StoppedClock clock;
    FakePrograms programs;
    std::vector<std::string> said;
    std::vector<uint64_t> received;
    bool partial = false;
    fs::path folder;
    std::string url = kUrl;
};

TEST_F(GitRepositoryTest, OneCommitIsFetchedAndSecretsStandInTheEnvironmentAlone) {
    ASSERT_TRUE(fetch());
    ASSERT_EQ(programs.ran.size(), 2U);
    EXPECT_EQ(programs.words(0), "git init --quiet --bare --template= ");
    EXPECT_EQ(programs.words(1), "git fetch --progress --no-tags --no-recurse-submodules --force --depth=1 " +
                                     kUrl + " " + kA + " ");
    const auto& environment = programs.ran[1].environment;
    const auto settings = this->settings(1);
    EXPECT_EQ(settings.at("http.extraHeader"), "Authorization: Basic eC1hY2Nlc3MtdG9rZW46c2VjcmV0LXRva2Vu");
    EXPECT_EQ(settings.at("http.followRedirects"), "false");
    EXPECT_EQ(settings.at("http.sslCAInfo"), "/ca.pem");
    EXPECT_EQ(settings.at("core.hooksPath"), "/dev/null");
    EXPECT_EQ(environment.at("GIT_ALLOW_PROTOCOL"), "https");
    EXPECT_EQ(environment.at("GIT_CONFIG_GLOBAL"), "/dev/null");
    EXPECT_EQ(environment.at("GIT_CONFIG_NOSYSTEM"), "1");
    EXPECT_EQ(environment.at("GIT_TERMINAL_PROMPT"), "0");
}

TEST_F(GitRepositoryTest, AnOldServerIsAskedForItsBranchesAndThenForTheirPast) {
    programs.answers = {{},
                        {128, {"error: Server does not allow request for unadvertised object " + kA}},
                        {},
                        {1},
                        {0, {}, "true\n"}};
    ASSERT_TRUE(fetch());
    ASSERT_EQ(programs.ran.size(), 7U);
    EXPECT_NE(programs.words(2).find("--depth=1 " + kUrl + " refs/heads/*"), std::string::npos);
    EXPECT_EQ(programs.words(3), "git cat-file -e " + kA + " ");
    EXPECT_EQ(programs.words(4), "git rev-parse --is-shallow-repository ");
    EXPECT_NE(programs.words(5).find("--unshallow"), std::string::npos);
    programs.answers = {{}, {128, {"unadvertised object"}}, {}, {1}, {0, {}, "true\n"}, {}, {1}};
    EXPECT_EQ(fetch().error().code, ErrorCode::NotFound);
}

TEST_F(GitRepositoryTest, AServerOfJGitThatRefusesTheCommitIsAskedForItsBranchesToo) {
    programs.answers = {{}, {128, {"fatal: remote error: want " + kA + " not valid"}}, {}};
    ASSERT_TRUE(fetch());
    EXPECT_NE(programs.words(2).find("--depth=1 " + kUrl + " refs/heads/*"), std::string::npos);
}

TEST_F(GitRepositoryTest, NoPastIsAskedForWhereAllOfItIsThere) {
    programs.answers = {{}, {128, {"unadvertised object"}}, {}, {1}, {0, {}, "false\n"}};
    const auto fetched = fetch();
    ASSERT_FALSE(fetched);
    EXPECT_EQ(fetched.error().code, ErrorCode::NotFound);
    EXPECT_NE(fetched.error().message.find("no longer has the commit " + kA), std::string::npos);
    EXPECT_EQ(programs.ran.size(), 5U);
}

TEST_F(GitRepositoryTest, WordsInTheAddressAreNotGits) {
    url = "https://certificate.not found.example/certificate.git";
    programs.answers = {
        {},
        {128,
         {"fatal: unable to access '" + url + "/': Could not resolve host: certificate.not found.example"}}};
    EXPECT_EQ(fetch().error().code, ErrorCode::Unavailable);
}

TEST_F(GitRepositoryTest, RefusalsAreToldByTheirKindAndWithoutSecrets) {
    const std::vector<std::pair<std::string, ErrorCode>> kinds{
        {"fatal: could not read Username for 'https://x': terminal prompts disabled", ErrorCode::Forbidden},
        {"fatal: repository 'https://x/' not found", ErrorCode::NotFound},
        {"fatal: remote error: upload-pack: not our ref aaa", ErrorCode::NotFound},
        {"fatal: unable to access 'https://x/': server certificate verification failed", ErrorCode::Invalid},
        {"fatal: unable to access 'https://x/': The requested URL returned error: 503",
         ErrorCode::Unavailable},
        {"fatal: unable to access 'https://x/': Could not resolve host: x", ErrorCode::Unavailable}};
    for (const auto& [remark, kind] : kinds) {
        programs.answers = {{}, {128, {"remote: secret-token", remark}}};
        const auto refused = fetch();
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().code, kind) << refused.error().message;
        EXPECT_EQ(refused.error().message.find("secret-token"), std::string::npos) << refused.error().message;
    }
}

TEST_F(GitRepositoryTest, AVolumeThatIsFullIsToldInGitsWordsAndTheServersOwnIsNot) {
    const std::string full = "fatal: write error: No space left on device";
    programs.answers = {{}, {128, {full, "fatal: fetch-pack: invalid index-pack output"}}};
    const auto refused = fetch();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::Invalid);
    EXPECT_EQ(refused.error().message, kUrl + ": the volume is full (git fetch: " + full +
                                           "; fatal: fetch-pack: invalid index-pack output)");
    for (const std::string& words :
         {"remote: " + full, std::string("fatal: remote error: No space left on device")}) {
        programs.answers = {{}, {128, {words}}};
        EXPECT_EQ(fetch().error().code, ErrorCode::Unavailable) << words;
    }
}

TEST_F(GitRepositoryTest, BytesThatCameAreToldAndProgressIsNoRemark) {
    programs.answers = {
        {},
        {128,
         {"Receiving objects: 100% (2/2), 2.00 KiB | 1.00 KiB/s, done.", "fatal: x"},
         "",
         {"Receiving objects:  50% (1/2), 1.00 KiB | 1.00 KiB/s", "Resolving deltas:   0% (0/1)"}}};
    EXPECT_EQ(fetch().error().message, kUrl + ": git fetch ended with 128: fatal: x");
    EXPECT_EQ(received, (std::vector<uint64_t>{1024, 2048}));
}

TEST_F(GitRepositoryTest, APartIsFetchedWithoutContentsAndThenWhatLacksInOneRequest) {
    partial = true;
    const std::string kB(40, 'b');
    std::vector<GitEntry> entries{{"a", GitKind::File, kA, 0}, {"b", GitKind::File, kB, 0}};
    programs.answers = {{},
                        {0, {"Receiving objects: 100% (2/2), 1.00 KiB | 1.00 KiB/s, done."}},
                        {0, {}, kA + " blob 1\n" + kB + " missing\n"},
                        {0, {"Receiving objects: 100% (1/1), 5 bytes | 1.00 KiB/s, done."}},
                        {0, {}, kA + " blob 1\n" + kB + " blob 5\n"}};
    GitRepository of = repository();
    ASSERT_TRUE(of.fetch());
    const auto had = of.have(entries);
    ASSERT_TRUE(had) << had.error().message;
    EXPECT_EQ(programs.words(1),
              "git fetch --progress --no-tags --no-recurse-submodules --force "
              "--no-write-fetch-head --filter=blob:none --depth=1 origin " +
                  kA + " ");
    EXPECT_EQ(programs.words(2), "git cat-file --batch-check ");
    EXPECT_EQ(programs.words(3),
              "git fetch --progress --no-tags --no-recurse-submodules --force "
              "--no-write-fetch-head --filter=blob:none --stdin origin ");
    ASSERT_EQ(programs.ran.size(), 5U);
    EXPECT_EQ(entries[1].size, 5U);
    EXPECT_EQ(received, (std::vector<uint64_t>{1024, 1029}));
    EXPECT_EQ(settings(3).at("remote.origin.url"), kUrl);
    for (const size_t other : {0U, 2U, 4U}) {
        EXPECT_FALSE(settings(other).contains("remote.origin.promisor")) << "it would fetch by itself";
    }
}

TEST_F(GitRepositoryTest, WhereAllContentsCameNothingMoreIsAskedFor) {
    partial = true;
    std::vector<GitEntry> entries{{"a", GitKind::File, kA, 0}};
    programs.answers = {{}, {}, {0, {}, kA + " blob 1\n"}};
    GitRepository of = repository();
    ASSERT_TRUE(of.fetch());
    ASSERT_TRUE(of.have(entries));
    EXPECT_EQ(programs.ran.size(), 3U);
    EXPECT_EQ(entries[0].size, 1U);
}

TEST_F(GitRepositoryTest, AServerThatHandsOutNoFilesByThemselvesIsAskedForAll) {
    partial = true;
    std::vector<GitEntry> entries{{"a", GitKind::File, kA, 0}};
    const FakePrograms::Answer lacks{0, {}, kA + " missing\n"};
    for (const std::string& words : {"error: Server does not allow request for unadvertised object " + kA,
                                     "fatal: remote error: upload-pack: not our ref " + kA,
                                     "fatal: remote error: want " + kA + " not valid",
                                     std::string("fatal: remote error: filter 'blob:none' not supported")}) {
        programs.ran.clear();
        programs.answers = {{}, {}, lacks, {128, {words}}, {}, {}, {0, {}, kA + " blob 1\n"}};
        GitRepository of = repository();
        ASSERT_TRUE(of.fetch());
        const auto had = of.have(entries);
        ASSERT_TRUE(had) << had.error().message;
        EXPECT_EQ(programs.words(5),
                  "git fetch --progress --no-tags --no-recurse-submodules --force --depth=1 " + kUrl + " " +
                      kA + " ");
    }
    programs.answers = {{}, {}, lacks, {}, lacks};
    GitRepository other = repository();
    ASSERT_TRUE(other.fetch());
    EXPECT_EQ(other.have(entries).error().code, ErrorCode::NotFound);
}

TEST_F(GitRepositoryTest, AServerThatBansFiltersIsAskedForAll) {
    partial = true;
    programs.answers = {{}, {128, {"fatal: remote error: filter 'blob:none' not supported"}}};
    GitRepository of = repository();
    ASSERT_TRUE(of.fetch());
    ASSERT_EQ(programs.ran.size(), 3U);
    EXPECT_EQ(programs.words(2), "git fetch --progress --no-tags --no-recurse-submodules --force --depth=1 " +
                                     kUrl + " " + kA + " ");
    EXPECT_FALSE(settings(2).contains("remote.origin.promisor"));
}

TEST_F(GitRepositoryTest, WithoutGitTheImageIsNamed) {
    programs.missing = true;
    EXPECT_NE(fetch().error().message.find("serin-fetch-git"), std::string::npos);
}

TEST_F(GitRepositoryTest, ContentsThatEndTooEarlyAreNone) {
    class Nobody final : public GitReader {
        Result<void> begin(const GitEntry&) override { return {}; }
        Result<void> bytes(std::string_view) override { return {}; }
        Result<void> end() override { return {}; }
    } nobody;
    ASSERT_TRUE(fetch());
    fs::create_directories(folder / "repository");
    programs.answers = {{0, {}, kA + " blob 3\nab"}};
    EXPECT_FALSE(repository().read({{"a", GitKind::File, kA, 3}}, nobody));
    programs.answers = {{0, {}, kA + " blob 3\nabc\n"}};
    EXPECT_TRUE(repository().read({{"a", GitKind::File, kA, 3}}, nobody));
}

TEST(SystemPrograms, SayWhatAProgramWritesAndHowItEnds) {
    SystemPrograms programs(std::chrono::minutes(1));
    std::string output;
    std::vector<std::string> remarks;
    const auto run = [&](std::vector<std::string> words,
                         std::map<std::string, std::string> environment = {}) {
        output.clear();
        remarks.clear();
        return programs.run(
            {std::move(words), std::move(environment), {}},
            [&](std::string_view bytes) {
                output += bytes;
                return true;
            },
            [&](const Remark& remark) { remarks.push_back(remark.text + (remark.passing ? "…" : "")); });
    };
    const auto status =
        run({"sh", "-c", "echo out $WORD $HOME; printf '1 %%\\r2 %%\\r\\nend' >&2; exit 3"}, {{"WORD", "w"}});
    ASSERT_TRUE(status) << status.error().message;
    EXPECT_EQ(*status, 3);
    EXPECT_EQ(output, "out w\n");
    EXPECT_EQ(remarks, (std::vector<std::string>{"1 %…", "2 %…", "end"}));
    EXPECT_EQ(*run({"sh", "-c", "kill -9 $$"}), 128 + 9);
    EXPECT_EQ(run({"there-is-no-such-program"}).error().code, ErrorCode::NotFound);
}

TEST(SystemPrograms, EndWithTheirChildrenWhereNobodyTakesMore) {
    SystemPrograms programs(std::chrono::minutes(1));
    const auto stopped = programs.run(
        {{"sh", "-c", "yes | cat"}, {}, {}}, [](std::string_view) { return false; }, [](const Remark&) {});
    EXPECT_EQ(stopped.error().code, ErrorCode::Stopped);
}

TEST(SystemPrograms, ThatSayNothingAreEnded) {
    SystemPrograms programs(Duration(1));
    const auto silent = programs.run(
        {{"sh", "-c", "sleep 600"}, {}, {}}, [](std::string_view) { return true; }, [](const Remark&) {});
    EXPECT_EQ(silent.error().code, ErrorCode::Unavailable);
}

}  // namespace
}  // namespace serin::fetch
