#include "tests/unit/api/objects.h"

namespace serin::api {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

std::string diagnose(const std::string& pods) {
    return diagnosePods(parsed(R"({"kind":"PodList","items":[)" + pods + "]}"));
}

std::string diagnoseContainer(const std::string& containerStatus) {
    return diagnose(R"({"metadata":{"name":"p"},"status":{"phase":"Pending","containerStatuses":[)" +
                    containerStatus + "]}}");
}

TEST(Diagnosis, NamesTheImageThatCannotBePulled) {
    EXPECT_EQ(
        diagnoseContainer(R"({"name":"server","image":"nowhere/x:1","restartCount":0,"state":{"waiting":
        {"reason":"ErrImagePull","message":"failed to resolve reference \"nowhere/x:1\":\n not found"}}})"),
        R"(image "nowhere/x:1" cannot be pulled (ErrImagePull): failed to resolve reference "nowhere/x:1": not found)");
    EXPECT_EQ(diagnoseContainer(
                  R"({"name":"server","image":"x","state":{"waiting":{"reason":"ErrImageNeverPull"}}})"),
              R"(image "x" cannot be pulled (ErrImageNeverPull))");
}

TEST(Diagnosis, TellsTheExitBehindACrashLoop) {
    EXPECT_EQ(diagnoseContainer(R"({"name":"server","image":"x","restartCount":4,
        "state":{"waiting":{"reason":"CrashLoopBackOff","message":"back-off 40s restarting failed container"}},
        "lastState":{"terminated":{"exitCode":1,"reason":"Error","message":"Traceback:\n  KeyError: 'weights'\n"}}})"),
              "container server exits with code 1 (Error) again and again: Traceback: KeyError: 'weights'");
}

TEST(Diagnosis, SaysThatMemoryRanOut) {
    EXPECT_EQ(diagnoseContainer(R"({"name":"server","restartCount":1,"state":{"running":{}},"ready":false,
        "lastState":{"terminated":{"exitCode":137,"reason":"OOMKilled"}}})"),
              "container server exits with code 137 (OOMKilled) again and again, it needs more memory than "
              "its limit");
}

TEST(Diagnosis, TellsTheFirstExitAndSignals) {
    EXPECT_EQ(
        diagnoseContainer(
            R"({"name":"server","restartCount":0,"state":{"terminated":{"exitCode":0,"reason":"Completed"}}})"),
        "container server exited with code 0 (Completed)");
    EXPECT_EQ(
        diagnoseContainer(
            R"({"name":"server","restartCount":0,"state":{"terminated":{"signal":11,"exitCode":139}}})"),
        "container server exited on signal 11");
}

TEST(Diagnosis, TellsWhatTheKubeletMisses) {
    EXPECT_EQ(diagnoseContainer(R"({"name":"server","state":{"waiting":{"reason":"CreateContainerConfigError",
        "message":"secret \"mlflow\" not found"}}})"),
              "container server cannot be started (CreateContainerConfigError): secret \"mlflow\" not found");
    EXPECT_THAT(diagnoseContainer(R"({"name":"server","state":{"waiting":{"reason":"ContainerCreating"}}})"),
                HasSubstr("server is not made yet (ContainerCreating)"));
}

TEST(Diagnosis, TellsAVolumesImageFromTheContainers) {
    const auto diagnoseVolume = [](const std::string& reason, const std::string& message) {
        return diagnose(R"({"spec":{"volumes":[{"name":"cache","emptyDir":{}},
            {"name":"serin-model","image":{"reference":"r.example/fraud@sha256:d"}}]},
            "status":{"containerStatuses":[{"name":"server","image":"mlserver:1","state":{"waiting":{"reason":")" +
                        reason + R"(","message":")" + message + "\"}}}]}}");
    };
    EXPECT_EQ(diagnoseVolume("ErrImagePull", "failed to pull r.example/fraud@sha256:d"),
              "image \"r.example/fraud@sha256:d\" cannot be pulled (ErrImagePull): failed to pull "
              "r.example/fraud@sha256:d");
    EXPECT_THAT(diagnoseVolume("ErrImagePull", "failed to pull mlserver:1"),
                HasSubstr("image \"mlserver:1\""));
    EXPECT_EQ(diagnoseVolume("CreateContainerError", "no such mount"),
              "container server cannot be started (CreateContainerError): no such mount; a volume that is an "
              "image takes containerd 2.1 or CRI-O 1.31 on the node");
    EXPECT_THAT(
        diagnoseVolume("ContainerCreating", ""),
        HasSubstr("if it stays so: a volume that is an image takes the kubelet's feature gate ImageVolume"));
    EXPECT_THAT(diagnoseVolume("PodInitializing", ""), Not(HasSubstr("ImageVolume")));
    EXPECT_EQ(diagnoseVolume("CreateContainerConfigError", "no secret"),
              "container server cannot be started (CreateContainerConfigError): no secret");
}

TEST(Diagnosis, RepeatsTheSchedulersWords) {
    EXPECT_EQ(
        diagnose(R"({"metadata":{"name":"p"},"status":{"phase":"Pending","conditions":[{"type":"PodScheduled",
        "status":"False","reason":"Unschedulable","message":"0/1 nodes are available: 1 Insufficient nvidia.com/gpu. preemption: 0/1 nodes are available: 1 No preemption victims found for incoming pod."}]}})"),
        "0/1 nodes are available: 1 Insufficient nvidia.com/gpu.");
}

TEST(Diagnosis, LeavesOutWhatTheSchedulerSaysAboutClaims) {
    EXPECT_EQ(
        diagnose(R"({"metadata":{"name":"p"},"status":{"conditions":[{"type":"PodScheduled","status":"False",
        "message":"0/1 nodes are available: 1 Insufficient cpu. no new claims to deallocate, preemption: 0/1"}]}})"),
        "0/1 nodes are available: 1 Insufficient cpu.");
}

TEST(Diagnosis, SaysThatTheModelIsNotReady) {
    EXPECT_EQ(
        diagnose(R"({"metadata":{"name":"p"},
        "spec":{"containers":[{"name":"server","readinessProbe":{"httpGet":{"path":"/v2/models/fraud/ready","port":8080}}}]},
        "status":{"phase":"Running","conditions":[{"type":"Ready","status":"False"}],
          "containerStatuses":[{"name":"server","ready":false,"started":true,"restartCount":0,"state":{"running":{}}}]}})"),
        "not ready: the model is not ready yet (readiness probe GET /v2/models/fraud/ready on port 8080)");
}

TEST(Diagnosis, KnowsOtherProbesAndGates) {
    const auto running = [](const std::string& container, const std::string& status,
                            const std::string& gates = "[]") {
        return diagnose(R"({"metadata":{"name":"p"},"spec":{"containers":[{"name":"server")" + container +
                        R"(}],"readinessGates":)" + gates +
                        R"(},"status":{"containerStatuses":[{"name":"server",)" + status +
                        R"("state":{"running":{}}}]}})");
    };
    EXPECT_EQ(running(R"(,"readinessProbe":{"exec":{"command":["x"]}})", R"("ready":false,)"),
              "not ready: container server runs, but is not ready yet (readiness probe)");
    EXPECT_EQ(running(R"(,"readinessProbe":{"httpGet":{"path":"/ok","port":"web"}})", R"("ready":false,)"),
              "not ready: container server runs, but is not ready yet (readiness probe GET /ok on port web)");
    EXPECT_EQ(running("", R"("ready":false,"started":false,)"),
              "not ready: container server runs, but has not passed its startup probe");
    EXPECT_EQ(running("", R"("ready":true,)", R"([{"conditionType":"lb.example/up"}])"),
              "not ready: the readiness gate lb.example/up is not true");
}

TEST(Diagnosis, LooksAtInitContainersFirst) {
    EXPECT_EQ(diagnose(R"({"metadata":{"name":"p"},"status":{
        "initContainerStatuses":[{"name":"done","state":{"terminated":{"exitCode":0}}},
          {"name":"fetch","restartCount":2,"state":{"waiting":{"reason":"CrashLoopBackOff"}},
           "lastState":{"terminated":{"exitCode":2,"reason":"Error"}}}],
        "containerStatuses":[{"name":"server","state":{"waiting":{"reason":"PodInitializing"}}}]}})"),
              "container fetch exits with code 2 (Error) again and again");
    EXPECT_EQ(diagnose(R"({"metadata":{"name":"p"},"status":{
        "initContainerStatuses":[{"name":"fetch","ready":false,"started":false,"state":{"running":{}}}],
        "containerStatuses":[{"name":"server","state":{"waiting":{"reason":"PodInitializing"}}}]}})"),
              "not ready: init container fetch has not finished");
}

TEST(Diagnosis, TellsTheWorstAndMostCommonFirstAndEachOnce) {
    const std::string probing =
        R"({"metadata":{"name":"a"},"status":{"containerStatuses":[{"name":"server","ready":false,"state":{"running":{}}}]}})";
    const std::string crashing =
        R"({"metadata":{"name":"b"},"status":{"containerStatuses":[{"name":"server","restartCount":1,
        "state":{"waiting":{"reason":"CrashLoopBackOff"}},"lastState":{"terminated":{"exitCode":3}}}]}})";
    const std::string pulling =
        R"({"metadata":{"name":"c"},"status":{"containerStatuses":[{"name":"server","image":"x",
        "state":{"waiting":{"reason":"ImagePullBackOff"}}}]}})";
    EXPECT_EQ(diagnose(probing + "," + pulling + "," + crashing + "," + crashing),
              "container server exits with code 3 again and again; image \"x\" cannot be pulled "
              "(ImagePullBackOff)");
}

TEST(Diagnosis, SaysNothingWhereThereIsNothing) {
    EXPECT_EQ(diagnose(""), "");
    EXPECT_EQ(diagnosePods(json()), "");
    EXPECT_EQ(diagnose(R"({"metadata":{"name":"p"},"status":{"conditions":[{"type":"Ready","status":"True"}],
        "containerStatuses":[{"name":"server","ready":true,"restartCount":5,"state":{"running":{}},
        "lastState":{"terminated":{"exitCode":1}}}]}})"),
              "");
    EXPECT_EQ(diagnose(R"({"metadata":{"name":"p","deletionTimestamp":"2026-01-02T03:04:05Z"},"status":{
        "containerStatuses":[{"name":"server","state":{"terminated":{"exitCode":1}}}]}})"),
              "");
}

TEST(Diagnosis, TellsWhyAPodWasEvicted) {
    EXPECT_EQ(
        diagnose(
            R"({"metadata":{"name":"p"},"status":{"phase":"Failed","reason":"Evicted","message":"low on memory"}})"),
        "the pod failed (Evicted): low on memory");
    EXPECT_EQ(
        diagnose(
            R"({"metadata":{"name":"p"},"status":{"phase":"Failed","reason":"Evicted","message":"Pod ephemeral local storage usage exceeds the total limit of containers 20Mi. ","initContainerStatuses":[{"name":"serin-fetch",
        "state":{"terminated":{"exitCode":137,"reason":"ContainerStatusUnknown"}}}],"containerStatuses":[{"name":"server",
        "state":{"terminated":{"exitCode":137,"reason":"Error"}}}]}})"),
        "the pod failed (Evicted): Pod ephemeral local storage usage exceeds the total limit of containers "
        "20Mi.")
        << "not how its containers ended for it";
}

TEST(Diagnosis, CutsLongMessagesInTheMiddleAndNeverWithinACharacter) {
    std::string message = "begin ";
    for (int i = 0; i < 600; ++i) message += "ü";
    message += " end";
    const json pod = {{"metadata", {{"name", "p"}}},
                      {"status",
                       {{"containerStatuses",
                         {{{"name", "s"},
                           {"restartCount", 1},
                           {"state", {{"waiting", {{"reason", "CrashLoopBackOff"}}}}},
                           {"lastState", {{"terminated", {{"exitCode", 1}, {"message", message}}}}}}}}}}};
    const std::string text = diagnosePods({{"items", {pod}}});
    EXPECT_LT(text.size(), 600u);
    EXPECT_THAT(text, HasSubstr("begin ü"));
    EXPECT_THAT(text, testing::EndsWith("ü end"));
    EXPECT_FALSE(
        json::parse(json(text).dump(), nullptr, false).is_discarded());  // dump() throws on broken UTF-8
}

}  // namespace
}  // namespace serin::api
