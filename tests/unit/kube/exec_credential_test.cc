#include "kube/exec_credential.h"

#include <gtest/gtest.h>

#include "base/base64.h"

namespace serin::kube {
namespace {

constexpr const char* kV1 = "client.authentication.k8s.io/v1";

ClusterConfig config() {
    ClusterConfig out;
    out.server = "https://api:6443";
    out.exec.emplace();
    out.exec->apiVersion = kV1;
    return out;
}

std::string credential(const std::string& status) {
    return R"({"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":)" + status +
           "}";
}

std::string refusal(const std::string& output) {
    const auto parsed = parseExecCredential(output, kV1);
    EXPECT_FALSE(parsed.ok());
    return parsed ? "" : parsed.error().message;
}

TEST(Base64, EncodesEveryLengthAsItDecodes) {
    EXPECT_EQ(encodeBase64(""), "");
    EXPECT_EQ(encodeBase64("M"), "TQ==");
    EXPECT_EQ(encodeBase64("Ma"), "TWE=");
    EXPECT_EQ(encodeBase64("Man"), "TWFu");
    const std::string bytes("\xff\xfe\x00\x80 any", 8);
    EXPECT_EQ(*decodeBase64(encodeBase64(bytes)), bytes);
}

TEST(ExecInfo, TellsThePluginItsVersionAndThatNobodyCanBeAsked) {
    EXPECT_EQ(execInfo(config(), "ca"),
              R"({"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential",)"
              R"("spec":{"interactive":false}})");
}

TEST(ExecInfo, TellsOfTheClusterWhenThePluginWantsIt) {
    ClusterConfig cluster = config();
    cluster.tlsServerName = "kubernetes";
    cluster.proxyUrl = "http://p:1";
    cluster.exec->provideClusterInfo = true;
    cluster.exec->clusterExtension = R"({"audience":"x"})";
    EXPECT_EQ(execInfo(cluster, "ca"),
              R"({"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","spec":{"cluster":{)"
              R"("certificate-authority-data":"Y2E=","config":{"audience":"x"},"proxy-url":"http://p:1",)"
              R"("server":"https://api:6443","tls-server-name":"kubernetes"},"interactive":false}})");
    cluster = config();
    cluster.insecureSkipTlsVerify = true;
    cluster.exec->provideClusterInfo = true;
    EXPECT_NE(execInfo(cluster, "").find(R"({"insecure-skip-tls-verify":true,"server":"https://api:6443"})"),
              std::string::npos);
}

TEST(ExecCredential, ReadsTokensAndCertificates) {
    const auto token = parseExecCredential(
        credential(R"({"token":" abc\n","expirationTimestamp":"2026-01-02T03:04:05Z"})"), kV1);
    ASSERT_TRUE(token.ok()) << token.error().message;
    EXPECT_EQ(token->token, "abc");
    EXPECT_EQ(token->expires, parseTime("2026-01-02T03:04:05Z"));
    const auto certificate =
        parseExecCredential(credential(R"({"clientCertificateData":"C","clientKeyData":"K"})"), kV1);
    ASSERT_TRUE(certificate.ok()) << certificate.error().message;
    EXPECT_EQ(certificate->certificate, "C");
    EXPECT_EQ(certificate->key, "K");
    EXPECT_FALSE(certificate->expires);
}

TEST(ExecCredential, UnderstandsLocalTimes) {
    const auto at = [](const std::string& time) {
        const auto parsed =
            parseExecCredential(credential(R"({"token":"t","expirationTimestamp":")" + time + "\"}"), kV1);
        return parsed ? parsed->expires : std::nullopt;
    };
    EXPECT_EQ(at("2026-01-02T03:04:05+02:30"), parseTime("2026-01-02T00:34:05Z"));
    EXPECT_EQ(at("2026-01-02T03:04:05.5-08:00"), parseTime("2026-01-02T11:04:05.5Z"));
    EXPECT_EQ(refusal(credential(R"({"token":"t","expirationTimestamp":"2026-01-02T03:04:05+24:00"})")),
              "its expirationTimestamp '2026-01-02T03:04:05+24:00' is no time");
    EXPECT_EQ(refusal(credential(R"({"token":"t","expirationTimestamp":"+02:00"})")),
              "its expirationTimestamp '+02:00' is no time");
}

TEST(ExecCredential, RefusesWhatIsNone) {
    for (const char* text : {"", "token", "[]", R"({"kind":"Config"})"}) {
        EXPECT_EQ(refusal(text), "it printed no ExecCredential");
    }
    EXPECT_EQ(refusal(R"({"apiVersion":"client.authentication.k8s.io/v1beta1","kind":"ExecCredential"})"),
              "it printed an ExecCredential of 'client.authentication.k8s.io/v1beta1' where "
              "'client.authentication.k8s.io/v1' is wanted");
    EXPECT_EQ(refusal(credential("null")), "its ExecCredential has no status");
    EXPECT_EQ(refusal(credential("{}")), "its ExecCredential has neither a token nor a client certificate");
    EXPECT_EQ(refusal(credential(R"({"token":"t","clientKeyData":"secret"})")),
              "its ExecCredential has only one of clientCertificateData and clientKeyData");
}

}  // namespace
}  // namespace serin::kube
