#include "runtime/options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

namespace serin::runtime {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Result<Options> parse(const std::vector<std::string>& arguments,
                      const std::map<std::string, std::string>& environment = {}) {
    return parseOptions(arguments, [&](const std::string& name) {
        const auto found = environment.find(name);
        return found == environment.end() ? std::optional<std::string>() : found->second;
    });
}

TEST(Options, HaveTheDefaultsOfTheHelp) {
    const auto options = parse({});
    ASSERT_TRUE(options);
    EXPECT_TRUE(options->leaderElect);
    EXPECT_EQ(options->leaseName, "serin-operator");
    EXPECT_EQ(options->metricsPort, 8080);
    EXPECT_TRUE(options->metricsAuthorization);
    EXPECT_EQ(options->healthPort, 8081);
    EXPECT_EQ(options->webhookPort, 0);
    EXPECT_EQ(options->workers, 2);
    EXPECT_EQ(options->drainDelay, Duration(std::chrono::seconds(5)));
    EXPECT_TRUE(options->watchNamespaces.empty());
}

TEST(Options, ReadEveryFlag) {
    const auto options = parse({"--watch-namespaces=a, b,a",
                                "--leader-elect=false",
                                "--lease-name",
                                "other",
                                "--namespace=ml",
                                "--metrics-port=7",
                                "--metrics-certificate=/c",
                                "--metrics-key=/p",
                                "--health-port=9",
                                "--log-format=json",
                                "--log-level=debug",
                                "--drain-delay=1m30s",
                                "--workers=7",
                                "--kubeconfig=/k",
                                "--fetch-image=localhost/serin-fetch:1",
                                "--fetch-git-image=localhost/serin-fetch-git:1",
                                "--webhook-port=8",
                                "--webhook-secret=/s",
                                "--webhook-certificate=/wc",
                                "--webhook-key=/wk"});
    ASSERT_TRUE(options) << options.error().message;
    EXPECT_THAT(options->watchNamespaces, ElementsAre("a", "b"));
    EXPECT_FALSE(options->leaderElect);
    EXPECT_EQ(options->leaseName, "other");
    EXPECT_EQ(options->space, "ml");
    EXPECT_EQ(options->metricsPort, 7);
    EXPECT_EQ(options->metricsCertificate, "/c");
    EXPECT_EQ(options->metricsKey, "/p");
    EXPECT_EQ(options->healthPort, 9);
    EXPECT_EQ(options->logFormat, LogFormat::Json);
    EXPECT_EQ(options->logLevel, LogLevel::Debug);
    EXPECT_EQ(options->drainDelay, Duration(std::chrono::seconds(90)));
    EXPECT_EQ(options->workers, 7);
    EXPECT_EQ(options->kubeconfig, "/k");
    EXPECT_EQ(options->fetchImage, "localhost/serin-fetch:1");
    EXPECT_EQ(options->fetchGitImage, "localhost/serin-fetch-git:1");
    EXPECT_EQ(options->webhookPort, 8);
    EXPECT_EQ(options->webhookSecret, "/s");
    EXPECT_EQ(options->webhookCertificate, "/wc");
    EXPECT_EQ(options->webhookKey, "/wk");
}

TEST(Options, ASwitchMayStandAlone) {
    const auto options = parse({"--leader-elect", "--version"}, {{"SERIN_LEADER_ELECT", "false"}});
    ASSERT_TRUE(options);
    EXPECT_TRUE(options->leaderElect);
    EXPECT_TRUE(options->version);
}

TEST(Options, AFlagWinsOverItsVariable) {
    const auto options = parse({"--workers=3"}, {{"SERIN_WORKERS", "9"},
                                                 {"SERIN_LOG_FORMAT", "json"},
                                                 {"SERIN_WATCH_NAMESPACES", "x,y"},
                                                 {"POD_NAMESPACE", "here"}});
    ASSERT_TRUE(options);
    EXPECT_EQ(options->workers, 3);
    EXPECT_EQ(options->logFormat, LogFormat::Json);
    EXPECT_THAT(options->watchNamespaces, ElementsAre("x", "y"));
    EXPECT_EQ(options->space, "here");
}

TEST(Options, NameWhatIsWrong) {
    EXPECT_EQ(parse({"--wokers=3"}).error().message, "unknown flag --wokers");
    EXPECT_EQ(parse({"serve"}).error().message, "unknown argument \"serve\"");
    EXPECT_THAT(parse({"--workers=many"}).error().message,
                HasSubstr("--workers is \"many\", not a whole number"));
    EXPECT_THAT(parse({"--workers"}).error().message, HasSubstr("--workers needs a value"));
    EXPECT_THAT(parse({"--metrics-port=70000"}).error().message, HasSubstr("from 0 to 65535"));
    EXPECT_THAT(parse({"--log-format=xml"}).error().message, HasSubstr("not text or json"));
    EXPECT_THAT(parse({"--leader-elect=maybe"}).error().message, HasSubstr("not true or false"));
    EXPECT_THAT(parse({}, {{"SERIN_DRAIN_DELAY", "soon"}}).error().message,
                HasSubstr("SERIN_DRAIN_DELAY is \"soon\""));
}

TEST(Options, AreRefusedWhereTheyHaveNoEffect) {
    const auto refusal = [](const std::vector<std::string>& arguments) {
        const auto options = parse(arguments);
        return options ? "" : options.error().message;
    };
    EXPECT_EQ(refusal({"--metrics-authorization=false", "--metrics-certificate=/c", "--metrics-key=/k"}),
              "--metrics-certificate has no effect with --metrics-authorization=false, which is plain HTTP");
    EXPECT_EQ(refusal({"--metrics-authorization=false", "--metrics-key=/k"}),
              "--metrics-key has no effect with --metrics-authorization=false, which is plain HTTP");
    EXPECT_EQ(refusal({"--metrics-port=0", "--metrics-authorization=false"}),
              "--metrics-authorization has no effect with --metrics-port=0, which serves no metrics");
    EXPECT_EQ(refusal({"--metrics-port=0", "--metrics-certificate=/c", "--metrics-key=/k"}),
              "--metrics-certificate has no effect with --metrics-port=0, which serves no metrics");
    EXPECT_EQ(refusal({"--metrics-certificate=/c"}), "--metrics-certificate needs --metrics-key beside it");
    EXPECT_EQ(refusal({"--metrics-key=/k"}), "--metrics-key needs --metrics-certificate beside it");
    EXPECT_EQ(refusal({"--metrics-authorization=false"}), "");
    EXPECT_EQ(refusal({"--metrics-port=0"}), "");
    EXPECT_EQ(refusal({"--webhook-secret=/s"}), "--webhook-secret has no effect without --webhook-port");
    EXPECT_EQ(refusal({"--webhook-key=/k"}), "--webhook-key has no effect without --webhook-port");
    EXPECT_EQ(refusal({"--webhook-port=8"}), "--webhook-port needs --webhook-secret beside it");
    EXPECT_EQ(refusal({"--webhook-port=8", "--webhook-secret=/s", "--webhook-key=/k"}),
              "--webhook-key needs --webhook-certificate beside it");
    // A source in the serving container's image needs nothing that loads it.
    EXPECT_EQ(refusal({"--webhook-port=8", "--webhook-secret=/s"}), "");
}

TEST(Options, TheImageForGitStandsBesideTheOther) {
    const auto options = parse({"--fetch-git-image=g"});
    ASSERT_FALSE(options);
    EXPECT_EQ(options.error().message, "--fetch-git-image needs --fetch-image beside it");
    EXPECT_TRUE(parse({"--fetch-git-image=g", "--fetch-image=f"}));
}

TEST(Options, AreAllInTheHelp) {
    for (const char* flag : {"--watch-namespaces",
                             "--leader-elect",
                             "--lease-name",
                             "--namespace",
                             "--metrics-port",
                             "--metrics-authorization",
                             "--metrics-certificate",
                             "--metrics-key",
                             "--health-port",
                             "--log-format",
                             "--log-level",
                             "--drain-delay",
                             "--workers",
                             "--kubeconfig",
                             "--fetch-image",
                             "--fetch-git-image",
                             "--webhook-port",
                             "--webhook-secret",
                             "--webhook-certificate",
                             "--webhook-key",
                             "--version",
                             "--help"}) {
        EXPECT_THAT(usage(), HasSubstr(flag));
    }
}

}  // namespace
}  // namespace serin::runtime
