#include "unit/fake/fixture.h"

namespace serin::fake {
namespace {

using Watches = ApiServerTest;

TEST_F(Watches, TellWhatHappenedAfterTheirVersionAndNothingTwice) {
    create(kube::services(), service("one"));
    const std::string version = std::to_string(server.revision());
    create(kube::services(), service("two"));
    const auto stream = watch(kube::services(), "&resourceVersion=" + version);
    EXPECT_EQ(told(*stream), "ADDED two");
    EXPECT_EQ(stream->pull(), "");
    send(requests.mergePatch(kube::services(), "default", "one", R"({"metadata":{"labels":{"a":"b"}}})"),
         200);
    send(requests.del(kube::services(), "default", "two", {}, kube::Propagation::Background), 200);
    EXPECT_EQ(told(*stream), "MODIFIED one, DELETED two");
}

TEST_F(Watches, ThatSelectSeeObjectsComeAndGoWithTheirLabels) {
    create(kube::services(), service("one"));
    const auto stream =
        watch(kube::services(), cat("&labelSelector=app%3Dx&resourceVersion=", server.revision()));
    const auto label = [&](const char* value) {
        send(requests.mergePatch(kube::services(), "default", "one",
                                 cat(R"({"metadata":{"labels":{"app":")", value, R"("}}})")),
             200);
    };
    label("x");
    EXPECT_EQ(told(*stream), "ADDED one");
    label("y");
    EXPECT_EQ(told(*stream), "DELETED one");
    label("z");
    EXPECT_EQ(stream->pull(), "");
}

TEST_F(Watches, OfAServerThatLagsBehindShowThePastUntilItCatchesUp) {
    create(kube::services(), service("one"));
    create(kube::services(), service("two"));
    const std::uint64_t past = server.revision();
    send(requests.del(kube::services(), "default", "one", {}, kube::Propagation::Background), 200);
    create(kube::services(), service("three"));

    const HttpResponse list = server.handle(requests.list(kube::services(), "default", {}), past);
    const Json page = Json::parse(list.body);
    EXPECT_EQ(page["metadata"]["resourceVersion"], std::to_string(past));
    ASSERT_EQ(page["items"].size(), 2U);
    EXPECT_EQ(page["items"][0]["metadata"]["name"], "one");
    EXPECT_EQ(page["items"][1]["metadata"]["name"], "two");

    const auto stream = watch(kube::services(), cat("&resourceVersion=", past));
    stream->lagAt(past);
    EXPECT_EQ(told(*stream), "");
    stream->lagAt(past + 1);
    EXPECT_EQ(told(*stream), "DELETED one");
    stream->lagAt(kPresent);
    EXPECT_EQ(told(*stream), "ADDED three");
}

TEST_F(Watches, FromBeforeTheWindowGetOneErrorFrameAndTheEnd) {
    const std::string version = std::to_string(server.revision());
    for (int i = 0; i < 12; ++i) create(kube::services(), service(cat("s", i)));
    const auto stream = watch(kube::services(), "&resourceVersion=" + version);
    const Json frame = Json::parse(stream->pull());
    EXPECT_EQ(frame["type"], "ERROR");
    EXPECT_EQ(frame["object"]["code"], 410);
    EXPECT_EQ(frame["object"]["reason"], "Expired");
    EXPECT_TRUE(stream->ended());
}

TEST_F(Watches, OpenOnesOutliveACompaction) {
    const auto stream = watch(kube::services(), cat("&resourceVersion=", server.revision()));
    create(kube::services(), service("one"));
    server.compact();
    EXPECT_EQ(told(*stream), "ADDED one");
}

TEST_F(Watches, SendABookmarkEachMinuteAndEndAtTheirTimeout) {
    const auto stream =
        watch(kube::services(),
              cat("&allowWatchBookmarks=true&timeoutSeconds=90&resourceVersion=", server.revision()));
    EXPECT_EQ(stream->pull(), "");
    EXPECT_EQ(stream->nextDue(), Duration{60'000});
    clock.now = stream->nextDue();
    EXPECT_EQ(told(*stream), "BOOKMARK");
    clock.now = stream->nextDue();
    EXPECT_EQ(told(*stream), "BOOKMARK");
    EXPECT_EQ(clock.now, Duration{88'000});
    clock.now = stream->nextDue();
    EXPECT_EQ(stream->pull(), "");
    EXPECT_TRUE(stream->ended());
}

TEST_F(Watches, StreamTheInitialListUpToAnAnnotatedBookmark) {
    create(kube::services(), service("one"));
    const std::string query =
        "&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true";
    const auto stream = watch(kube::services(), query);
    const std::vector<std::string> frames = split(stream->pull(), '\n');
    ASSERT_EQ(frames.size(), 3U);
    const Json bookmark = Json::parse(frames[1]);
    EXPECT_EQ(bookmark["object"]["metadata"]["annotations"]["k8s.io/initial-events-end"], "true");
    EXPECT_EQ(bookmark["object"]["metadata"]["resourceVersion"], std::to_string(server.revision()));
}

TEST_F(Watches, ServersWithoutStreamingListsRefuseThem) {
    ApiServer old(clock, schemas(), ApiServer::Options{.watchList = false});
    HttpRequest request;
    request.target =
        "/api/v1/namespaces/default/"
        "services?watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan";
    const auto opened = old.openWatch(request);
    ASSERT_TRUE(std::holds_alternative<HttpResponse>(opened));
    EXPECT_EQ(std::get<HttpResponse>(opened).status, 422);
}

}  // namespace
}  // namespace serin::fake
