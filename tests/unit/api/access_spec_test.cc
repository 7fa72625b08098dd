// Who Serin says it is to a Prometheus or to pods, and whom it takes for them, as a person writes it.
#include <gmock/gmock.h>

#include "tests/unit/api/objects.h"

namespace serin::api {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

constexpr const char* kEverything =
    R"("credentials":{"secretName":"reader"},"tls":{"ca":{"configMap":{"name":"internal-ca"}},"serverName":"p.example.com"})";

Spec prometheus(const std::string& members, const std::string& address = "https://prometheus:9090") {
    return specOf(smallSpec(R"(,"analysis":{"from":{"prometheus":{"address":")" + address + "\"" +
                            (members.empty() ? "" : ",") + members + "}}}"));
}
Spec pods(const std::string& members) {
    return specOf(smallSpec(R"(,"runtime":{"metrics":{)" + members + "}}"));
}
std::string https(const std::string& members) {
    return R"("scheme":"https",)" + members;
}
void expectProblem(const Spec& spec, const std::string& field, const std::string& sentence) {
    EXPECT_THAT(spec.problems, ElementsAre(AllOf(StartsWith(field + ": "), HasSubstr(sentence))));
}

// Both places say the same by the same names.
struct Place {
    const char* field;
    Spec (*with)(const std::string& members);
    const AccessSource& (*access)(const Spec& spec);
};
const Place kPlaces[] = {
    {"spec.analysis.from.prometheus", [](const std::string& members) { return prometheus(members); },
     [](const Spec& spec) -> const AccessSource& { return spec.analysis.prometheus->access; }},
    {"spec.runtime.metrics", [](const std::string& members) { return pods(https(members)); },
     [](const Spec& spec) -> const AccessSource& { return spec.metricsAccess; }}};

TEST(AccessInSpec, IsNoneUnlessItIsStated) {
    EXPECT_EQ(prometheus("").analysis.prometheus->access, AccessSource{});
    EXPECT_FALSE(AccessSource{}.needsReading());
    const Spec spec = specOf(smallSpec());
    EXPECT_FALSE(spec.runtime.metricsHttps);
    EXPECT_EQ(spec.metricsAccess, AccessSource{});
}

TEST(AccessInSpec, HasASecretAnAuthorityAndAName) {
    for (const Place& place : kPlaces) {
        const Spec spec = place.with(kEverything);
        EXPECT_THAT(spec.problems, IsEmpty());
        EXPECT_EQ(place.access(spec),
                  (AccessSource{"reader", ConfigMapKey{"internal-ca", "ca.crt"}, "p.example.com"}));
        EXPECT_TRUE(place.access(spec).needsReading());
        const Spec named = place.with(R"("tls":{"serverName":"10.0.0.1"})");
        EXPECT_THAT(named.problems, IsEmpty());
        EXPECT_FALSE(place.access(named).needsReading());
        const Spec keyed = place.with(R"("tls":{"ca":{"configMap":{"name":"a","key":"root.pem"}}})");
        EXPECT_EQ(place.access(keyed).ca, (ConfigMapKey{"a", "root.pem"}));
    }
}

TEST(AccessInSpec, NamesWhatIsMissingAndWhatIsNoName) {
    for (const Place& place : kPlaces) {
        const std::string field = place.field;
        expectProblem(place.with(R"("credentials":{})"), field + ".credentials.secretName",
                      "is missing; state the Secret that has the key token, or username and password");
        expectProblem(place.with(R"("credentials":{"secretName":"A b"})"), field + ".credentials.secretName",
                      "is \"A b\"; state the name of a Secret in the same namespace");
        expectProblem(place.with(R"("tls":{"ca":{}})"), field + ".tls.ca.configMap.name",
                      "is missing; state the ConfigMap that has the certificates of the authority");
        expectProblem(place.with(R"("tls":{"ca":{"configMap":{"name":"a","key":"../x"}}})"),
                      field + ".tls.ca.configMap.key",
                      "is \"../x\"; state a key of the ConfigMap, such as ca.crt");
        expectProblem(place.with(R"("tls":{"ca":{"configMap":{"name":"a","key":""}}})"),
                      field + ".tls.ca.configMap.key", "is empty");
        expectProblem(place.with(R"("tls":{"serverName":""})"), field + ".tls.serverName", "is \"\"; state");
        expectProblem(place.with(R"("tls":{"serverName":"*.example.com"})"), field + ".tls.serverName",
                      "is \"*.example.com\"; state the name that the server's certificate is for");
    }
}

TEST(AccessInSpec, IsRefusedWhereItHasNoEffect) {
    for (const Place& place : kPlaces) {
        expectProblem(place.with(R"("tls":{})"), std::string(place.field) + ".tls",
                      "states neither ca nor serverName");
    }
    expectProblem(pods(""), "spec.runtime.metrics", "states nothing; state scheme: https");
    const Spec both = specOf(smallSpec(
        R"(,"runtime":{"metrics":{"scheme":"https"}},"analysis":{"from":{"prometheus":{"address":"http://p"}}})"));
    expectProblem(both, "spec.runtime.metrics", "the numbers come from Prometheus");
    EXPECT_FALSE(both.runtime.metricsHttps);
}

TEST(AccessInSpec, IsNotSentInTheClear) {
    const std::string credentials = R"("credentials":{"secretName":"reader"})";
    const std::string tls = R"("tls":{"serverName":"p.example.com"})";
    const Spec open = prometheus(credentials, "http://prometheus:9090");
    expectProblem(open, "spec.analysis.from.prometheus.credentials",
                  "the address begins with http://, and everybody on the way could read them; state an "
                  "address that begins with https://, or remove credentials");
    EXPECT_EQ(open.analysis.prometheus->access, AccessSource{});
    expectProblem(prometheus(tls, "http://prometheus:9090"), "spec.analysis.from.prometheus.tls",
                  "there is no certificate to check; state an address that begins with https://");
    expectProblem(pods(credentials), "spec.runtime.metrics.credentials",
                  "the scheme is http, and everybody on the way could read them; state scheme: https");
    expectProblem(pods(R"("scheme":"http",)" + tls), "spec.runtime.metrics.tls",
                  "there is no certificate to check; state scheme: https, or remove tls");
}

TEST(AccessInSpec, TheSchemeIsOneOfTwo) {
    EXPECT_TRUE(pods(R"("scheme":"https")").runtime.metricsHttps);
    EXPECT_THAT(pods(R"("scheme":"http")").problems, IsEmpty());
    expectProblem(pods(R"("scheme":"HTTPS")"), "spec.runtime.metrics.scheme",
                  "is \"HTTPS\"; state http or https");
}

}  // namespace
}  // namespace serin::api
