#include "unit/fake/fixture.h"

namespace serin::fake {
namespace {

using Lists = ApiServerTest;

std::string names(const Json& list) {
    std::vector<std::string> out;
    for (const Json& item : list["items"]) out.push_back(item["metadata"]["name"]);
    return join(out, " ");
}

TEST_F(Lists, ComeInPagesOfOneSnapshot) {
    for (const char* name : {"a", "b", "c"}) create(kube::services(), service(name));
    const Json first = send(requests.list(kube::services(), "default", {"", 2, ""}), 200);
    EXPECT_EQ(names(first), "a b");
    create(kube::services(), service("bb"));
    send(requests.del(kube::services(), "default", "c", {}, kube::Propagation::Background), 200);
    const Json second =
        send(requests.list(kube::services(), "default", {"", 2, first["metadata"]["continue"]}), 200);
    EXPECT_EQ(names(second), "c");
    EXPECT_EQ(second["metadata"]["resourceVersion"], first["metadata"]["resourceVersion"]);
    EXPECT_FALSE(second["metadata"].contains("continue"));
    EXPECT_FALSE(second["items"][0].contains("kind"));
}

TEST_F(Lists, AnExpiredTokenBringsAFreshOneThatGoesOnInThePresent) {
    for (const char* name : {"a", "b", "c"}) create(kube::services(), service(name));
    const Json first = send(requests.list(kube::services(), "default", {"", 2, ""}), 200);
    create(kube::services(), service("bb"));
    server.compact();
    const Json gone =
        send(requests.list(kube::services(), "default", {"", 2, first["metadata"]["continue"]}), 410);
    EXPECT_EQ(gone["reason"], "Expired");
    const Json rest =
        send(requests.list(kube::services(), "default", {"", 2, gone["metadata"]["continue"]}), 200);
    EXPECT_EQ(names(rest), "bb c");
}

TEST_F(Lists, SelectByLabelsInEveryNotation) {
    create(kube::services(), service("a", {{"app", "x"}, {"tier", "1"}}));
    create(kube::services(), service("b", {{"app", "y"}}));
    create(kube::services(), service("c"));
    const auto selected = [&](const std::string& selector) {
        return names(send(requests.list(kube::services(), "default", {selector, 0, ""}), 200));
    };
    EXPECT_EQ(selected("app=x"), "a");
    EXPECT_EQ(selected("app==x,tier=1"), "a");
    EXPECT_EQ(selected("app"), "a b");
    EXPECT_EQ(selected("!app"), "c");
    EXPECT_EQ(selected("app!=x"), "b c");
    EXPECT_EQ(selected("app in (x, y),!tier"), "b");
    EXPECT_EQ(selected("app notin (x)"), "b c");
    send(requests.list(kube::services(), "default", {"app in x", 0, ""}), 400);
}

}  // namespace
}  // namespace serin::fake
