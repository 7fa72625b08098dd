#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/plain_opening.h"
#include "runtime/http_server.h"
#include "runtime/metered_transport.h"
#include "runtime/metrics.h"
#include "runtime/startup.h"
#include "runtime/text_logger.h"
#include "tests/unit/apply/fakes.h"

namespace serin::runtime {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

// A connection to a port of this machine.
class Client {
  public:
    explicit Client(int port) : connection_(::socket(AF_INET, SOCK_STREAM, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(static_cast<uint16_t>(port));
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        connected_ = ::connect(connection_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
    }
    ~Client() { ::close(connection_); }
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    bool send(const std::string& request) const {
        return connected_ && ::send(connection_, request.data(), request.size(), MSG_NOSIGNAL) > 0;
    }
    // All that comes until the server closes.
    std::string read() const {
        std::string answer;
        char buffer[4096];
        for (ssize_t got = 0; (got = ::recv(connection_, buffer, sizeof buffer, 0)) > 0;) {
            answer.append(buffer, static_cast<size_t>(got));
        }
        return answer;
    }

  private:
    int connection_;
    bool connected_ = false;
};

std::string ask(int port, const std::string& request) {
    const Client client(port);
    return client.send(request) ? client.read() : "";
}

Result<std::unique_ptr<HttpServer>> serve(int port, HttpServer::Handler handler) {
    return HttpServer::start(port, net::makePlainOpening(), std::move(handler));
}

TEST(HttpServer, AnswersGetAndNothingElse) {
    auto server = serve(0, [](const HttpRequest& request) {
        return HttpResponse{request.target == "/healthz?verbose" ? 200 : 404, {}, "fine\n"};
    });
    ASSERT_TRUE(server) << server.error().message;
    const int port = (*server)->port();
    const std::string answer = ask(port, "GET /healthz?verbose HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\n"));
    EXPECT_THAT(answer, HasSubstr("content-length: 5\r\n"));
    EXPECT_THAT(answer, ::testing::EndsWith("\r\n\r\nfine\n"));
    EXPECT_THAT(ask(port, "GET /x HTTP/1.1\r\n\r\n"), StartsWith("HTTP/1.1 404"));
    EXPECT_THAT(ask(port, "POST /healthz HTTP/1.1\r\n\r\n"), StartsWith("HTTP/1.1 405"));
    EXPECT_THAT(ask(port, "nonsense\r\n\r\n"), StartsWith("HTTP/1.1 400"));
}

TEST(HttpServer, AnswersNothingToARequestThatIsTooLong) {
    auto server = serve(0, [](const HttpRequest&) { return HttpResponse{200, {}, ""}; });
    ASSERT_TRUE(server);
    const int port = (*server)->port();
    const auto padded = [](size_t size) {
        return "GET / HTTP/1.1\r\na: " + std::string(size, 'x') + "\r\n\r\n";
    };
    EXPECT_THAT(ask(port, padded(8000)), StartsWith("HTTP/1.1 200"));
    EXPECT_EQ(ask(port, padded(20'000)), "");
}

TEST(HttpServer, ReadsABodyOfABoundedLengthWhereItAcceptsOne) {
    auto server = HttpServer::start(0, net::makePlainOpening(),
                                    [](const HttpRequest& request) {
                                        return HttpResponse{202, {}, "got " + request.body};
                                    },
                                    {"POST", 5000});
    ASSERT_TRUE(server) << server.error().message;
    const int port = (*server)->port();
    const auto post = [&](const std::string& headers, const std::string& body) {
        return ask(port, "POST /hooks/ml/fraud HTTP/1.1\r\n" + headers + "\r\n" + body);
    };
    EXPECT_THAT(post("content-length: 2\r\n", "{}"), ::testing::EndsWith("\r\n\r\ngot {}"));
    EXPECT_THAT(post("content-length: 2\r\n", "{}and more"), ::testing::EndsWith("\r\n\r\ngot {}"));
    const std::string large(5000, 'x');
    EXPECT_THAT(post("content-length: 5000\r\n", large), ::testing::EndsWith("got " + large));
    EXPECT_THAT(post("content-length: 5001\r\n", ""), StartsWith("HTTP/1.1 413 Content Too Large"));
    EXPECT_THAT(post("", "{}"), StartsWith("HTTP/1.1 411"));
    EXPECT_THAT(post("transfer-encoding: chunked\r\ncontent-length: 2\r\n", "{}"),
                StartsWith("HTTP/1.1 411"));
    for (const char* length : {"-1", "two", "2, 2", "99999999999999999999"}) {
        EXPECT_THAT(post(std::string("content-length: ") + length + "\r\n", "{}"), StartsWith("HTTP/1.1 411"))
            << length;
    }
    EXPECT_THAT(ask(port, "GET / HTTP/1.1\r\n\r\n"), HasSubstr("allow: POST"));
}

// A server that waits for the one that hangs has closed its connection before it answers another.
TEST(HttpServer, WhoAsksNothingKeepsNobodyAway) {
    auto server = serve(0, [](const HttpRequest&) { return HttpResponse{200, {}, "fine\n"}; });
    ASSERT_TRUE(server) << server.error().message;
    const int port = (*server)->port();
    const Client silent(port);
    const Client half(port);
    ASSERT_TRUE(half.send("GET / HTTP"));
    EXPECT_THAT(ask(port, "GET / HTTP/1.1\r\n\r\n"), ::testing::EndsWith("fine\n"));
    ASSERT_TRUE(half.send("/1.1\r\n\r\n"));
    EXPECT_THAT(half.read(), ::testing::EndsWith("fine\n"));
    ASSERT_TRUE(silent.send("GET / HTTP/1.1\r\n\r\n"));
    EXPECT_THAT(silent.read(), ::testing::EndsWith("fine\n"));
}

TEST(HttpServer, WhoDoesNotTakeAnAnswerKeepsNobodyAway) {
    std::string large;
    large.resize(size_t{32} << 20U, 'x');  // more than the system takes for a client
    auto server = serve(0, [&](const HttpRequest& request) {
        return HttpResponse{200, {}, request.target == "/large" ? large : "fine\n"};
    });
    ASSERT_TRUE(server) << server.error().message;
    const int port = (*server)->port();
    const Client slow(port);
    ASSERT_TRUE(slow.send("GET /large HTTP/1.1\r\n\r\n"));
    EXPECT_THAT(ask(port, "GET / HTTP/1.1\r\n\r\n"), ::testing::EndsWith("fine\n"));
    EXPECT_GT(slow.read().size(), large.size());
}

TEST(HttpServer, SaysWhenAPortIsTaken) {
    const auto nothing = [](const HttpRequest&) { return HttpResponse{200, {}, ""}; };
    auto first = serve(0, nothing);
    ASSERT_TRUE(first);
    auto second = serve((*first)->port(), nothing);
    ASSERT_FALSE(second);
    EXPECT_THAT(second.error().message, HasSubstr(std::to_string((*first)->port())));
}

TEST(TextLogger, WritesOneLineForPeopleOrMachines) {
    const Timestamp time = *parseTime("2026-01-02T03:04:05.678Z");
    const LogFields fields{{"name", "fraud"}, {"why", "it \"errs\"\nbadly"}};
    EXPECT_EQ(formatLine(LogFormat::Text, time, LogLevel::Info, "rolled\nback", fields),
              R"(2026-01-02T03:04:05.678Z INFO  rolled back name=fraud why="it \"errs\"\nbadly")");
    EXPECT_EQ(
        formatLine(LogFormat::Json, time, LogLevel::Warning, "rolled back", fields),
        R"({"time":"2026-01-02T03:04:05.678Z","level":"warning","message":"rolled back","name":"fraud",)"
        R"("why":"it \"errs\"\nbadly"})");
}

TEST(RequestKind, IsInKubernetesWords) {
    const auto kind = [](const std::string& method, const std::string& target) {
        HttpRequest request;
        request.method = method;
        request.target = target;
        const RequestKind found = kindOf(request);
        return found.verb + " " + found.resource;
    };
    EXPECT_EQ(kind("GET", "/api/v1/services?limit=500"), "list services");
    EXPECT_EQ(kind("GET", "/apis/apps/v1/namespaces/ml/replicasets?watch=1"), "watch replicasets");
    EXPECT_EQ(kind("GET", "/api/v1/namespaces/ml/services/fraud"), "get services");
    EXPECT_EQ(kind("POST", "/apis/apps/v1/namespaces/ml/replicasets?fieldManager=x"), "create replicasets");
    EXPECT_EQ(kind("PATCH", "/apis/serin.dev/v1alpha1/namespaces/ml/modeldeployments/f/status?force=true"),
              "patch modeldeployments/status");
    EXPECT_EQ(kind("PUT", "/apis/coordination.k8s.io/v1/namespaces/s/leases/l"), "update leases");
    EXPECT_EQ(kind("DELETE", "/api/v1/namespaces/ml/services/f"), "delete services");
    EXPECT_EQ(kind("GET", "/version"), "get other");
}

TEST(Metrics, ForgetsTheGaugesOfWhatIsGone) {
    Metrics metrics;
    api::ModelDeployment object;
    object.meta.ns = "ml";
    object.meta.name = "fraud";
    api::Status status;
    status.canary = api::VersionStatus{};
    status.canary->weight = 25;
    metrics.show(object, status, nullptr);
    api::Stratum stratum;
    stratum.canary.emplace_back().counts["errors"] = {40, 3, 0, {}, {}, {}};
    metrics.counted("ml", "fraud", stratum);
    metrics.counted("ml", "fraud", stratum);
    EXPECT_THAT(metrics.text(), HasSubstr(R"(serin_weight{name="fraud",namespace="ml",role="canary"} 25)"));
    EXPECT_THAT(metrics.text(),
                HasSubstr(R"(serin_requests_total{name="fraud",namespace="ml",role="canary"} 80)"));
    EXPECT_THAT(metrics.text(), HasSubstr(R"(serin_rollout_step{name="fraud",namespace="ml"} -1)"));
    metrics.forget("ml", "fraud");
    EXPECT_THAT(metrics.text(), Not(HasSubstr("fraud")));
}

TEST(Metrics, ShowTheSharesOfTheFirstErrorRateAndLatency) {
    Metrics metrics;
    api::ModelDeployment object;
    object.meta.ns = "ml";
    object.meta.name = "fraud";
    object.spec.analysis.metrics.resize(3);
    object.spec.analysis.metrics[0].kind = api::MetricKind::HistogramDrift;
    object.spec.analysis.metrics[1].kind = api::MetricKind::Latency;
    api::Judgement judgement;
    for (const char* name : {"score", "latency", "errors"}) {
        object.spec.analysis.metrics[judgement.metrics.size()].name = name;
        judgement.metrics.emplace_back().name = name;
    }
    judgement.metrics[0].canary = 0.7;
    judgement.metrics[1].canary = 0.25;
    judgement.metrics[2].canary = 0.125;
    metrics.show(object, {}, &judgement);
    EXPECT_THAT(metrics.text(),
                HasSubstr(R"(serin_slow_share{name="fraud",namespace="ml",role="canary"} 0.25)"));
    EXPECT_THAT(metrics.text(),
                HasSubstr(R"(serin_error_rate{name="fraud",namespace="ml",role="canary"} 0.125)"));
}

TEST(Metrics, CountRequestsByVerbResourceAndCode) {
    Metrics metrics;
    metrics.requested("patch", "services", 200);
    metrics.requested("patch", "services", 200);
    metrics.ended("RolledBack");
    metrics.leading(true);
    EXPECT_THAT(metrics.text(),
                HasSubstr(R"(serin_api_requests_total{code="200",resource="services",verb="patch"} 2)"));
    EXPECT_THAT(metrics.text(), HasSubstr(R"(serin_rollbacks_total{reason="RolledBack"} 1)"));
    EXPECT_THAT(metrics.text(), HasSubstr("serin_leader 1"));
}

TEST(Startup, RefusesAKubernetesThatIsTooOld) {
    EXPECT_TRUE(checkVersion(R"({"major":"1","minor":"30+","gitVersion":"v1.30.4"})"));
    EXPECT_TRUE(checkVersion(R"({"major":"1","minor":"36","gitVersion":"v1.36.0"})"));
    const auto old = checkVersion(R"({"major":"1","minor":"29","gitVersion":"v1.29.9"})");
    ASSERT_FALSE(old);
    EXPECT_EQ(old.error().code, ErrorCode::Invalid);
    EXPECT_THAT(old.error().message, HasSubstr("v1.29.9"));
    EXPECT_EQ(checkVersion("<html>").error().code, ErrorCode::Unavailable);
}

TEST(Startup, SaysHowToInstallTheMissingResource) {
    serin::testing::ScriptedTransport transport;
    transport.answer(200, R"({"major":"1","minor":"36","gitVersion":"v1.36.0"})");
    transport.answer(404, "404 page not found");
    const ClusterState state = askCluster(transport, {});
    EXPECT_EQ(state.readiness, Readiness::NoResource);
    EXPECT_THAT(state.message, HasSubstr("kubectl apply -f crds/modeldeployments.serin.dev.yaml"));
    transport.fail(ErrorCode::Unavailable);
    EXPECT_EQ(askCluster(transport, {}).readiness, Readiness::Unreachable);
    transport.answer(200, R"({"major":"1","minor":"36","gitVersion":"v1.36.0"})");
    transport.answer(200, "{}");
    transport.answer(406, "");
    EXPECT_EQ(askCluster(transport, {}).readiness, Readiness::Ready) << "an old server cannot say more";
}

TEST(Startup, NamesOtherKindsThatAreNotServed) {
    serin::testing::ScriptedTransport transport;
    transport.answer(200, R"({"major":"1","minor":"36","gitVersion":"v1.36.0"})");
    transport.answer(200, "{}");
    transport.answer(200, R"({"kind":"APIGroupDiscoveryList","items":[
        {"metadata":{"name":"apps"},"versions":[{"version":"v1","resources":[{"resource":"replicasets"}]}]},
        {"metadata":{"name":"discovery.k8s.io"},"versions":[{"version":"v1","resources":[
            {"resource":"endpointslices"}]}]}]})");
    const ClusterState state = askCluster(transport, {});
    EXPECT_EQ(state.readiness, Readiness::NoResource);
    EXPECT_EQ(state.message,
              "the API server does not serve coordination.k8s.io/v1 leases, events.k8s.io/v1 events");
}

}  // namespace
}  // namespace serin::runtime
