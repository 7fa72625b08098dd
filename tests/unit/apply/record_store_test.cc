#include "apply/record_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/text.h"
#include "tests/unit/apply/fakes.h"

namespace serin::apply {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class RecordStoreTest : public ::testing::Test {
  protected:
    RecordStoreTest() {
        object.meta.name = "fraud";
        object.meta.ns = "ml";
        object.meta.uid = "md-1";
    }
    static std::string configMap(const std::string& owner, const std::string& text) {
        return cat(R"({"kind":"ConfigMap","metadata":{"name":"fraud-serin-record","uid":"cm-1",)",
                   R"("resourceVersion":"7","ownerReferences":[{"controller":true,"uid":")", owner,
                   R"("}]},"data":{"record":")", text, "\"}}");
    }
    static std::string status(int code, const std::string& reason) {
        return cat(R"({"kind":"Status","status":"Failure","message":"no","reason":")", reason, R"(","code":)",
                   code, "}");
    }
    RecordAnswer readOf(int code, const std::string& body) {
        transport.answer(code, body);
        return store.read(object, {});
    }
    RecordAnswer writeOf(int code, const std::string& body, const std::optional<RecordVersion>& before) {
        transport.answer(code, body);
        return store.write(object, "counts", before, {});
    }

    bool leads = true;
    api::ModelDeployment object;
    serin::testing::ScriptedTransport transport;
    RecordStore store{transport, kube::RequestBuilder("test"), [this] { return leads; }};
    const RecordVersion known{"cm-1", "7"};
};

TEST_F(RecordStoreTest, ReadsItsConfigMapByName) {
    const RecordAnswer answer = readOf(200, configMap("md-1", "counts"));
    EXPECT_THAT(transport.lines(), ElementsAre("GET /api/v1/namespaces/ml/configmaps/fraud-serin-record"));
    EXPECT_EQ(answer.ending, RecordEnding::Done);
    EXPECT_EQ(answer.text, "counts");
    EXPECT_EQ(answer.version, known);
}

TEST_F(RecordStoreTest, CreatesItByPostAsTheModelDeploymentsOwn) {
    EXPECT_EQ(writeOf(201, configMap("md-1", "counts"), std::nullopt).ending, RecordEnding::Done);
    ASSERT_EQ(transport.requests.size(), 1u);
    const HttpRequest& request = transport.requests[0];
    EXPECT_EQ(request.method, "POST");
    EXPECT_THAT(request.target, HasSubstr("/api/v1/namespaces/ml/configmaps?"));
    const auto body = nlohmann::json::parse(request.body);
    EXPECT_EQ(body["metadata"]["name"], "fraud-serin-record");
    EXPECT_EQ(body["metadata"]["ownerReferences"][0]["uid"], "md-1");
    EXPECT_EQ(body["metadata"]["ownerReferences"][0]["controller"], true);
    EXPECT_EQ(body["data"]["record"], "counts");
}

TEST_F(RecordStoreTest, ChangesOnlyWhatItKnows) {
    EXPECT_EQ(writeOf(200, configMap("md-1", "counts"), known).ending, RecordEnding::Done);
    const HttpRequest& request = transport.requests[0];
    EXPECT_EQ(request.method, "PATCH");
    EXPECT_THAT(request.target, HasSubstr("/configmaps/fraud-serin-record?"));
    const auto body = nlohmann::json::parse(request.body);
    EXPECT_EQ(body, (nlohmann::json{{"metadata", {{"uid", "cm-1"}, {"resourceVersion", "7"}}},
                                    {"data", {{"record", "counts"}}}}));
}

TEST_F(RecordStoreTest, WritesNothingWithoutTheLease) {
    leads = false;
    EXPECT_EQ(store.write(object, "counts", known, {}).ending, RecordEnding::Failed);
    EXPECT_THAT(transport.requests, IsEmpty());
}

TEST_F(RecordStoreTest, OneThatIsSomebodyElsesIsNotOurs) {
    const RecordAnswer answer = readOf(200, configMap("another", "counts"));
    EXPECT_EQ(answer.ending, RecordEnding::Refused);
    EXPECT_THAT(answer.why, AllOf(HasSubstr("ConfigMap \"fraud-serin-record\" in namespace \"ml\""),
                                  HasSubstr("exists and is not this ModelDeployment's")));
    EXPECT_EQ(answer.text, "");
}

TEST_F(RecordStoreTest, OneThatWillBeCollectedIsWaitedFor) {
    const std::string before =
        R"({"kind":"ConfigMap","metadata":{"name":"fraud-serin-record","uid":"cm-1","resourceVersion":"7",)"
        R"("ownerReferences":[{"controller":true,"kind":"ModelDeployment","name":"fraud","uid":"md-0"}]}})";
    EXPECT_EQ(readOf(200, before).ending, RecordEnding::Failed);
    const std::string going =
        R"({"kind":"ConfigMap","metadata":{"name":"fraud-serin-record","uid":"cm-1","resourceVersion":"7",)"
        R"("deletionTimestamp":"2026-05-10T08:00:00Z"}})";
    EXPECT_EQ(readOf(200, going).ending, RecordEnding::Failed);
    const std::string of =
        R"({"kind":"ConfigMap","metadata":{"name":"fraud-serin-record","uid":"cm-1","resourceVersion":"7",)"
        R"("ownerReferences":[{"controller":true,"kind":"ModelDeployment","name":"other","uid":"md-0"}]}})";
    EXPECT_EQ(readOf(200, of).ending, RecordEnding::Refused);
}

TEST_F(RecordStoreTest, TellsApartWhatHappenedToIt) {
    EXPECT_EQ(readOf(404, status(404, "NotFound")).ending, RecordEnding::Absent);
    EXPECT_EQ(writeOf(404, status(404, "NotFound"), known).ending, RecordEnding::Absent);
    EXPECT_EQ(writeOf(409, status(409, "Conflict"), known).ending, RecordEnding::Moved);
    EXPECT_EQ(writeOf(409, status(409, "AlreadyExists"), std::nullopt).ending, RecordEnding::Moved);
    EXPECT_EQ(writeOf(503, status(503, "ServiceUnavailable"), known).ending, RecordEnding::Failed);
    EXPECT_EQ(writeOf(429, status(429, "TooManyRequests"), known).ending, RecordEnding::Failed);
    EXPECT_EQ(writeOf(422, status(422, "Invalid"), known).ending, RecordEnding::Refused);
    transport.fail(ErrorCode::Unavailable);
    EXPECT_EQ(store.read(object, {}).ending, RecordEnding::Failed);
}

TEST_F(RecordStoreTest, ARefusalNamesTheRightsThatAreMissingWhereRightsAre) {
    const auto why = [&](const std::string& said) {
        return writeOf(403,
                       nlohmann::json{{"kind", "Status"},
                                      {"status", "Failure"},
                                      {"message", said},
                                      {"reason", "Forbidden"},
                                      {"code", 403}}
                           .dump(),
                       std::nullopt)
            .why;
    };
    const std::string rights =
        "configmaps is forbidden: User \"serin\" cannot create resource \"configmaps\"";
    EXPECT_THAT(why(rights),
                HasSubstr(cat("upgrade the chart, whose role grants get, create and patch on configmaps (",
                              rights, ")")));
    const std::string quota = "configmaps is forbidden: exceeded quota: small";
    EXPECT_THAT(why(quota), AllOf(HasSubstr(quota), ::testing::Not(HasSubstr("upgrade the chart"))));
}

}  // namespace
}  // namespace serin::apply
