#include "net/remarks.h"

#include <gtest/gtest.h>

#include "tests/unit/net/fakes.h"

namespace serin::net {
namespace {

using Lines = std::vector<std::string>;

HttpRequest patch() {
    HttpRequest request;
    request.method = "PATCH";
    request.target = "/api/v1/namespaces/ml/services/x?fieldManager=serin";
    return request;
}

HttpResponse with(const std::map<std::string, std::string>& headers) {
    return {200, headers, ""};
}

TEST(Remarks, AreLoggedOncePerText) {
    testing::MemoryLog log;
    Remarks remarks(log);
    for (int i = 0; i < 3; ++i) {
        remarks.hear(patch(), with({{"warning", R"(299 - "a is deprecated", 299 - "unknown field b")"}}));
    }
    remarks.hear(patch(), with({{"warning", "299 - nonsense"}}));
    EXPECT_EQ(
        log.lines(),
        (Lines{"the API server warns warning=a is deprecated request=PATCH /api/v1/namespaces/ml/services/x",
               "the API server warns warning=unknown field b "
               "request=PATCH /api/v1/namespaces/ml/services/x"}));
}

TEST(Remarks, TellOnceAsWhichFlowTheServerCountsUs) {
    testing::MemoryLog log;
    Remarks remarks(log);
    const std::map<std::string, std::string> first{{"x-kubernetes-pf-flowschema-uid", "f1"},
                                                   {"x-kubernetes-pf-prioritylevel-uid", "p1"}};
    for (int i = 0; i < 3; ++i) remarks.hear(patch(), with(first));
    remarks.hear(patch(), with({{"x-kubernetes-pf-flowschema-uid", "f2"},
                                {"x-kubernetes-pf-prioritylevel-uid", "p1"}}));
    remarks.hear(patch(), with({}));
    EXPECT_EQ(log.lines(),
              (Lines{"the API server has a flow for us flowSchemaUid=f1 priorityLevelUid=p1 method=PATCH",
                     "the API server has a flow for us flowSchemaUid=f2 priorityLevelUid=p1 method=PATCH"}));
}

TEST(Remarks, AreBounded) {
    testing::MemoryLog log;
    Remarks remarks(log);
    for (int i = 0; i < 300; ++i)
        remarks.hear(patch(), with({{"warning", "299 - \"number " + std::to_string(i) + "\""}}));
    EXPECT_EQ(log.lines().size(), 100U);
}

}  // namespace
}  // namespace serin::net
