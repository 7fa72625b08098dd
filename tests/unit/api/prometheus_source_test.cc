#include "tests/unit/api/objects.h"

namespace serin::api {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;

Spec specFrom(const std::string& from, const std::string& more = "") {
    return specOf(smallSpec(R"(,"analysis":{"from":)" + from + more + "}"));
}

std::string prometheus(const std::string& address, const std::string& more = "") {
    return R"({"prometheus":{"address":")" + address + "\"" + more + "}}";
}

TEST(AnalysisFrom, IsThePodsUnlessSomethingElseIsStated) {
    EXPECT_FALSE(specOf(smallSpec("")).analysis.prometheus);
    const Spec spec = specFrom(R"({"pods":{}})");
    EXPECT_THAT(spec.problems, IsEmpty());
    EXPECT_FALSE(spec.analysis.prometheus);
    EXPECT_EQ(spec.analysis.interval, seconds(10));
}

TEST(AnalysisFrom, PrometheusWidensTheIntervalToEightScrapes) {
    const Spec spec = specFrom(prometheus("http://prometheus.monitoring:9090"));
    EXPECT_THAT(spec.problems, IsEmpty());
    EXPECT_EQ(spec.analysis.prometheus, (PrometheusSource{"http://prometheus.monitoring:9090", seconds(15)}));
    EXPECT_EQ(spec.analysis.interval, minutes(2));
    EXPECT_EQ(specFrom(prometheus("http://p"), R"(,"interval":"5s")").analysis.prometheus->askInterval,
              seconds(5));
    EXPECT_EQ(specFrom(prometheus("http://p", R"(,"scrapeInterval":"1s")")).analysis.interval, seconds(10));
    EXPECT_EQ(specFrom(prometheus("http://p"), R"(,"interval":"5m")").analysis.interval, minutes(5));
}

TEST(AnalysisFrom, TakesAddressesWithAPortAndAPath) {
    for (const std::string address : {"http://p", "https://p.example.org", "http://10.0.0.1:9090",
                                      "https://[fd00::1]:9", "http://p/a/b-c_d~e.f", "http://p_1:65535"}) {
        const Spec spec = specFrom(prometheus(address));
        EXPECT_THAT(spec.problems, IsEmpty());
        EXPECT_EQ(spec.analysis.prometheus->address, address);
    }
    EXPECT_EQ(specFrom(prometheus("http://p/a/")).analysis.prometheus->address, "http://p/a");
}

TEST(AnalysisFrom, RefusesAddressesThatAreNone) {
    const std::string field = "spec.analysis.from.prometheus.address: ";
    for (const std::string address :
         {"prometheus:9090", "ftp://p", "http://", "http://:9090", "http://p:", "http://p:0",
          "http://p:65536", "http://p:090900", "http://p:x", "http://a b", "http://p//a", "http://[fd00::1",
          "http://p/%41", "http://p\\n"}) {
        const Spec spec = specFrom(prometheus(address));
        ASSERT_EQ(spec.problems.size(), 1u) << address;
        EXPECT_TRUE(spec.problems[0].starts_with(field + "is \"")) << spec.problems[0];
        EXPECT_TRUE(spec.problems[0].ends_with("such as http://prometheus.monitoring:9090"))
            << spec.problems[0];
    }
    EXPECT_THAT(
        specFrom(prometheus("http://p?a=b")).problems,
        ElementsAre(field +
                    "is \"http://p?a=b\"; leave out what begins with ? or #, the path of the API is added"));
    EXPECT_THAT(
        specFrom(R"({"prometheus":{}})").problems,
        ElementsAre(field +
                    "is missing; state where Prometheus is, such as http://prometheus.monitoring:9090"));
}

TEST(AnalysisFrom, DoesNotRepeatAPassword) {
    EXPECT_THAT(
        specFrom(prometheus("https://reader:secret@p:9090/?x")).problems,
        ElementsAre(
            "spec.analysis.from.prometheus.address: has a name or a password before @, which everybody "
            "could read here; state the address alone"));
}

TEST(AnalysisFrom, IsOnePlaceAlone) {
    EXPECT_THAT(
        specFrom("{}").problems,
        ElementsAre(
            "spec.analysis.from: states neither pods nor prometheus; state one of them, or leave from out"));
    EXPECT_THAT(specFrom(R"({"pods":{},"prometheus":{"address":"http://p"}})").problems,
                ElementsAre("spec.analysis.from: states both pods and prometheus; keep one of them"));
}

TEST(AnalysisFrom, WantsScrapesOfASecondAndPatienceForTwoLooks) {
    EXPECT_THAT(specFrom(prometheus("http://p", R"(,"scrapeInterval":"500ms")")).problems,
                ElementsAre("spec.analysis.from.prometheus.scrapeInterval: is \"500ms\"; state at least 1s"));
    EXPECT_THAT(
        specFrom(prometheus("http://p", R"(,"scrapeInterval":"1m")")).problems,
        ElementsAre("spec.analysis.holdAtMost: is 10m, but numbers from Prometheus come once in 8 scrapes of "
                    "1m; state at least 16m"));
    EXPECT_THAT(
        specFrom(prometheus("http://p", R"(,"scrapeInterval":"1m")"), R"(,"holdAtMost":"16m")").problems,
        IsEmpty());
}

}  // namespace
}  // namespace serin::api
