#include "api/canonical_json.h"
#include "api/spec_codec.h"
#include "tests/unit/api/objects.h"

namespace serin::api {
namespace {

using nlohmann::json;

// The same manifest as three ways of applying it leave it in the API server. The digest is pinned for ever: a
// change of it would roll every model out anew when the operator is upgraded.
constexpr const char* kPinned = "p2ebtcrsqw";

// kubectl apply: last-applied annotation, the schema's defaults filled in outside of what is hashed.
constexpr const char* kClientSide = R"({"apiVersion":"serin.dev/v1alpha1","kind":"ModelDeployment",
 "metadata":{"annotations":{"kubectl.kubernetes.io/last-applied-configuration":"{\"apiVersion\":\"serin.dev/v1alpha1\"}\n"},
  "creationTimestamp":"2026-01-02T03:04:05Z","generation":1,"name":"fraud","namespace":"ml","resourceVersion":"311",
  "uid":"8d6c1e9a-0000-4000-8000-000000000001"},
 "spec":{"analysis":{"deadline":"30m","falseAlarm":0.01,"holdAtMost":"10m","interval":"10s","minRequests":100},
  "history":10,"model":{"name":"fraud","version":"13"},"paused":false,"replicas":4,
  "rollout":{"progressDeadline":"10m","soak":"30m"},
  "runtime":{"preset":"mlserver"},
  "service":{"ports":[{"name":"http","port":80,"targetPort":8080}]},
  "template":{"metadata":{"labels":{"team":"risk"}},
   "spec":{"containers":[{"env":[{"name":"A","value":"1"}],"image":"registry.example/mlserver:1.7.1","name":"server",
     "resources":{"limits":{"cpu":1}}}]}}}})";

// kubectl apply --server-side: managedFields, members in the order of the manifest, empty maps where the
// manifest had them.
constexpr const char* kServerSide = R"({"kind":"ModelDeployment","apiVersion":"serin.dev/v1alpha1",
 "metadata":{"name":"fraud","namespace":"ml","uid":"8d6c1e9a-0000-4000-8000-000000000002","resourceVersion":"402",
  "generation":1,"managedFields":[{"manager":"kubectl","operation":"Apply","fieldsV1":{"f:spec":{}}}]},
 "spec":{"replicas":4,"model":{"version":"13","name":"fraud"},
  "runtime":{"preset":"mlserver","ports":{}},
  "template":{"spec":{"containers":[{"name":"server","image":"registry.example/mlserver:1.7.1",
     "resources":{"limits":{"cpu":1.0},"requests":{}},"env":[{"value":"1","name":"A"}],"args":[]}],
     "securityContext":{}},
     "metadata":{"labels":{"team":"risk"},"annotations":{}}},
  "service":{"ports":[{"targetPort":8080,"name":"http","port":80}]},
  "rollout":{"steps":[{"weight":5}]}}})";

// A raw POST: nulls as a client wrote them, another port for clients, other replicas.
constexpr const char* kRawPost = R"({"apiVersion":"serin.dev/v1alpha1","kind":"ModelDeployment",
 "metadata":{"name":"fraud","namespace":"ml","uid":"8d6c1e9a-0000-4000-8000-000000000003"},
 "spec":{"replicas":1,"model":{"name":"fraud","version":"13"},"runtime":{"preset":"mlserver","container":null},
  "service":{"ports":[{"name":"http","port":8000,"targetPort":8080}]},
  "template":{"metadata":{"labels":{"team":"risk"},"creationTimestamp":null},
   "spec":{"nodeSelector":null,"containers":[{"name":"server","image":"registry.example/mlserver:1.7.1","command":null,
     "env":[{"name":"A","value":"1"}],"resources":{"limits":{"cpu":1e0}}}]}}}})";

std::string revision(const json& object) {
    const auto decoded = decodeModelDeployment(object);
    EXPECT_TRUE(decoded.ok());
    return decoded.ok() ? decoded->spec.revision : std::string();
}

TEST(Revision, IsTheSameHoweverAManifestWasAppliedAndIsPinned) {
    EXPECT_EQ(revision(parsed(kClientSide)), kPinned);
    EXPECT_EQ(revision(parsed(kServerSide)), kPinned);
    EXPECT_EQ(revision(parsed(kRawPost)), kPinned);
}

TEST(Revision, IsPinnedForTheSmallestSpec) {
    EXPECT_EQ(revision(rawObject(smallSpec())), "h0x4t52e5m");
}

TEST(Revision, ChangesWithEveryPartOfTheTemplateTheModelAndTheRuntime) {
    const std::string before = revision(parsed(kClientSide));
    const std::vector<std::pair<const char*, json>> changes{
        {"/spec/template/spec/containers/0/image", "registry.example/mlserver:1.7.2"},
        {"/spec/template/spec/containers/0/name", "serve"},
        {"/spec/template/spec/containers/0/env/0/value", "2"},
        {"/spec/template/spec/containers/0/env/0/value", 1},
        {"/spec/template/spec/containers/0/args", json::array({""})},
        {"/spec/template/spec/containers/0/resources/limits/cpu", "1"},
        {"/spec/template/spec/containers/1", {{"name", "proxy"}}},
        {"/spec/template/spec/tolerations", json::array({json::object()})},
        {"/spec/template/spec/terminationGracePeriodSeconds", 0},
        {"/spec/template/spec/hostNetwork", false},
        {"/spec/template/metadata/labels/team", "fraud"},
        {"/spec/template/metadata/annotations", {{"note", ""}}},
        {"/spec/model/version", "14"},
        {"/spec/model/name", "fraud2"},
        {"/spec/runtime/preset", "custom"},
        {"/spec/runtime/container", "server"},
        {"/spec/service/ports/0/targetPort", 8081},
        {"/spec/service/ports/0/name", "web"},
    };
    std::set<std::string> seen{before};
    for (const auto& [where, value] : changes) {
        json changed = parsed(kClientSide);
        changed[json::json_pointer(where)] = value;
        EXPECT_TRUE(seen.insert(revision(changed)).second) << where << " = " << value;
    }
}

TEST(Revision, LeavesOutWhatChangesNoPod) {
    const std::string before = revision(parsed(kClientSide));
    for (const char* where :
         {"/spec/replicas", "/spec/paused", "/spec/rollout", "/spec/analysis", "/spec/history",
          "/spec/service/ports/0/port", "/spec/runtime/metrics", "/metadata/labels", "/status"}) {
        json changed = parsed(kClientSide);
        changed[json::json_pointer(where)] = 7;
        EXPECT_EQ(revision(changed), before) << where;
    }
}

TEST(Revision, IsTheSameHoweverThePodsMetricsAreServed) {
    const std::string silent = revision(rawObject(smallSpec()));
    EXPECT_EQ(revision(rawObject(smallSpec(
                  R"(,"runtime":{"metrics":{"scheme":"https","credentials":{"secretName":"reader"}}})"))),
              silent);
    EXPECT_NE(
        revision(rawObject(smallSpec(R"(,"runtime":{"preset":"mlserver","metrics":{"scheme":"https"}})"))),
        silent);
}

TEST(Revision, SeesNoDifferenceBetweenThePortsThatAreLeftOutAndTheirShorthand) {
    const std::string silent = revision(rawObject(smallSpec()));
    EXPECT_EQ(revision(rawObject(smallSpec(R"(,"service":{"port":8000})"))), silent);
    EXPECT_EQ(revision(rawObject(smallSpec(R"(,"service":{"ports":[{"name":"http","port":80}]})"))), silent);
    EXPECT_NE(revision(rawObject(
                  smallSpec(R"(,"service":{"ports":[{"name":"http","port":80,"targetPort":8080}]})"))),
              silent);
    EXPECT_NE(revision(rawObject(smallSpec(
                  R"(,"service":{"ports":[{"name":"http","port":80},{"name":"grpc","port":81}]})"))),
              silent);
}

TEST(CanonicalJson, SortsKeysAndWritesWholeNumbersPlainly) {
    EXPECT_EQ(canonicalText(parsed(R"({"b":[1.0,-0.0,1e3,1.5,18446744073709551615],"a":{"é":"\u0001\/"}})")),
              R"({"a":{"é":"\u0001/"},"b":[1,0,1000,1.5,18446744073709551615]})");
}

TEST(CanonicalJson, KeepsElementsOfListsWhenMembersAreEmptied) {
    EXPECT_EQ(
        withoutEmpties(parsed(R"({"a":[{},null,{"b":null}],"c":{"d":{"e":[]}},"f":0,"g":"","h":false})")),
        parsed(R"({"a":[{},null,{}],"f":0,"g":"","h":false})"));
}

}  // namespace
}  // namespace serin::api
