#include "tests/unit/kube/list_watch_fixture.h"

namespace serin::kube {
namespace {

using namespace std::chrono_literals;
using Kind = StoreOperation::Kind;

using ListWatchTest = testing::ListWatchFixture;
using testing::errorEvent;
using testing::event;
using testing::item;
using testing::ok;
using testing::page;

const char* kFirstPage = "/api/v1/services?limit=500&labelSelector=serin.dev%2Fmanaged%3Dtrue";
const std::string kWatch = "/api/v1/services?watch=1&allowWatchBookmarks=true&resourceVersion=";

TEST_F(ListWatchTest, ListsInPagesThenWatchesFromTheList) {
    EXPECT_EQ(next(), kFirstPage);
    auto operations =
        machine_.onListAnswer(ok(page("50", "tok", item("a", "10") + "," + item("b", "11"))), now_);
    ASSERT_EQ(operations.size(), 2U);
    EXPECT_EQ(operations[0].kind, Kind::ListStarted);
    EXPECT_EQ(operations[1].kind, Kind::ListPage);
    ASSERT_EQ(operations[1].objects.size(), 2U);
    EXPECT_EQ(operations[1].objects[0].kind(), "Service");
    EXPECT_EQ(operations[1].objects[0].apiVersion(), "v1");
    EXPECT_FALSE(machine_.synced());
    EXPECT_EQ(next(), "/api/v1/services?limit=500&continue=tok&labelSelector=serin.dev%2Fmanaged%3Dtrue");
    operations = machine_.onListAnswer(ok(page("50", "tok2", "")), now_);  // an empty page in the middle
    ASSERT_EQ(operations.size(), 1U);
    operations = machine_.onListAnswer(ok(page("50", "", item("c", "12"))), now_);
    ASSERT_EQ(operations.size(), 2U);
    EXPECT_EQ(operations[0].kind, Kind::ListPage);
    EXPECT_EQ(operations[1].kind, Kind::ListDone);
    EXPECT_EQ(operations[1].resourceVersion, "50");
    EXPECT_TRUE(machine_.synced());
    EXPECT_EQ(next(), kWatch + "50&timeoutSeconds=300&labelSelector=serin.dev%2Fmanaged%3Dtrue");
    random_ = 0.999;
    EXPECT_NE(next().find("timeoutSeconds=599"), std::string::npos);
}

TEST_F(ListWatchTest, ListsWholeWhenAContinueTokenHasExpired) {
    next();
    machine_.onListAnswer(ok(page("50", "tok", item("a", "10"))), now_);
    const HttpResponse gone{
        410, {}, R"({"kind":"Status","code":410,"reason":"Expired","metadata":{"continue":"n"}})"};
    EXPECT_TRUE(machine_.onListAnswer(gone, now_).empty());
    EXPECT_EQ(next(), "/api/v1/services?labelSelector=serin.dev%2Fmanaged%3Dtrue");
    const auto operations = machine_.onListAnswer(ok(page("60", "", item("a", "10"))), now_);
    ASSERT_EQ(operations.size(), 3U);
    EXPECT_EQ(operations[0].kind, Kind::ListStarted) << "the pages before do not fit";
    open();
    machine_.onWatchEvent(errorEvent(410, "Expired"), now_);
    end(ok(""), 1ms);
    EXPECT_EQ(next(), kFirstPage) << "the next list is paged again";
}

TEST_F(ListWatchTest, TriesAFailedPageAgainAfterABackoff) {
    next();
    machine_.onListAnswer(ok(page("50", "tok", "")), now_);
    machine_.onListAnswer(HttpResponse{429, {{"retry-after", "5"}}, ""}, now_);
    EXPECT_EQ(waits(), 5s);
    now_ += 5s;
    EXPECT_NE(next().find("continue=tok"), std::string::npos);
    machine_.onListAnswer(Error{ErrorCode::Unavailable, "refused"}, now_);
    EXPECT_EQ(waits(), 1600ms);
    EXPECT_EQ(machine_.statistics().failures, 2);
    EXPECT_EQ(machine_.statistics().lastFailure, "list: refused");
}

TEST_F(ListWatchTest, StartsOverWhenAPageCannotBeRead) {
    for (const char* bad :
         {"", "[]", "{}", R"({"metadata":{}})", R"({"metadata":{"resourceVersion":"5"},"items":{}})",
          R"({"metadata":{"resourceVersion":"5"},"items":[7]})"}) {
        EXPECT_TRUE(machine_.onListAnswer(ok(bad), now_).empty()) << bad;
        EXPECT_GT(waits(), 0ms);
        now_ += 300s;
        EXPECT_EQ(next(), kFirstPage);
    }
    const auto operations =
        machine_.onListAnswer(ok(R"({"metadata":{"resourceVersion":"5"},"items":null})"), now_);
    EXPECT_EQ(operations.size(), 3U);
}

TEST_F(ListWatchTest, TurnsEventsIntoStoreOperationsAndResumesAfterTheLast) {
    list();
    open();
    auto outcome = machine_.onWatchEvent(event(WatchEventType::Added, "b", "51"), now_);
    ASSERT_EQ(outcome.operations.size(), 1U);
    EXPECT_EQ(outcome.operations[0].kind, Kind::Put);
    EXPECT_EQ(outcome.operations[0].objects[0].name(), "b");
    EXPECT_EQ(outcome.operations[0].resourceVersion, "51");
    outcome = machine_.onWatchEvent(event(WatchEventType::Modified, "b", "52"), now_);
    EXPECT_EQ(outcome.operations[0].kind, Kind::Put);
    outcome = machine_.onWatchEvent(event(WatchEventType::Deleted, "b", "53"), now_);
    EXPECT_EQ(outcome.operations[0].kind, Kind::Erase);
    outcome = machine_.onWatchEvent(event(WatchEventType::Bookmark, "", "70"), now_);
    EXPECT_EQ(outcome.operations[0].kind, Kind::Progress);
    EXPECT_EQ(outcome.operations[0].resourceVersion, "70");
    EXPECT_FALSE(outcome.endStream);
    end(ok(""), 300s);
    EXPECT_NE(next().find("resourceVersion=70&"), std::string::npos);
    EXPECT_EQ(machine_.statistics().failures, 0);
}

TEST_F(ListWatchTest, NeverResumesFromBeforeWhereItStood) {
    list();
    open();
    machine_.onWatchEvent(event(WatchEventType::Modified, "b", "60"), now_);
    const auto late = machine_.onWatchEvent(event(WatchEventType::Modified, "a", "55"), now_);
    EXPECT_EQ(late.operations[0].resourceVersion, "60");
    EXPECT_EQ(machine_.resourceVersion(), "60");
}

TEST_F(ListWatchTest, ListsAnewWhenHistoryIsGoneAsEventOrStatus) {
    list();
    open();
    random_ = 0.5;
    const auto outcome = machine_.onWatchEvent(errorEvent(410, "Expired"), now_);
    EXPECT_TRUE(outcome.endStream);
    EXPECT_TRUE(outcome.operations.empty());
    end(ok(""), 0ms);
    EXPECT_EQ(waits(), 500ms) << "jitter: all watches expire at once when the server restarts";
    now_ += 500ms;
    EXPECT_EQ(next(), kFirstPage);
    EXPECT_TRUE(machine_.synced());
    random_ = 0;
    list();
    open();
    end(HttpResponse{410, {}, ""}, 0ms);
    EXPECT_EQ(next(), kFirstPage);
}

TEST_F(ListWatchTest, ResumesAfterOtherErrorEventsWithoutListing) {
    list();
    open();
    EXPECT_TRUE(machine_.onWatchEvent(errorEvent(500, "InternalError"), now_).endStream);
    end(ok(""), 0ms);
    EXPECT_EQ(waits(), 800ms);
    now_ += 800ms;
    EXPECT_NE(next().find("resourceVersion=50&"), std::string::npos);
}

TEST_F(ListWatchTest, BacksOffFromVeryShortWatchesOnly) {
    list();
    open();
    end(ok(""), 999ms);
    EXPECT_EQ(waits(), 800ms);
    now_ += 800ms;
    open();
    end(ok(""), 1s);
    EXPECT_EQ(waits(), 0ms);
    open();
    machine_.onWatchEvent(event(WatchEventType::Added, "b", "51"), now_);
    end(ok(""), 10ms);
    EXPECT_EQ(waits(), 0ms);
}

TEST_F(ListWatchTest, ResumesAtOnceWhenAWorkingStreamBreaksButBacksOffFromRefusals) {
    list();
    open();
    end(Error{ErrorCode::Unknown, "timed out"}, 305s);
    EXPECT_EQ(waits(), 0ms);
    open();
    end(Error{ErrorCode::Unavailable, "refused"}, 1ms);
    EXPECT_GT(waits(), 0ms);
    now_ += 60s;
    EXPECT_NE(next().find("resourceVersion=50&"), std::string::npos)
        << "a refused connection needs no new list";
}

TEST_F(ListWatchTest, ListsAnewAfterAMinuteOfServerErrors) {
    list();
    const Duration start = now_;
    while (next().find("watch=1") != std::string::npos) {
        open();
        end(HttpResponse{500, {}, ""}, 10ms);
        now_ += waits();
        ASSERT_LT(now_ - start, 200s);
    }
    EXPECT_EQ(next(), kFirstPage);
    EXPECT_GE(now_ - start, 60s);
}

TEST_F(ListWatchTest, KeepsItsPlaceThroughThrottlingAndForbidden) {
    list();
    for (const int status : {429, 403, 401, 429}) {
        open();
        end(HttpResponse{status, {}, ""}, 1ms);
        EXPECT_GT(waits(), 0ms);
        now_ += waits();
        EXPECT_NE(next().find("resourceVersion=50&"), std::string::npos);
    }
}

TEST_F(ListWatchTest, ListsWhenTheKindIsGone) {
    list();
    open();
    end(HttpResponse{404, {}, ""}, 1ms);
    EXPECT_GT(waits(), 0ms);
    now_ += waits();
    EXPECT_EQ(next(), kFirstPage);
}

TEST_F(ListWatchTest, ListsAnewWhenAFrameCannotBeReadAgainAndAgain) {
    list();
    for (int i = 0; i < 2; ++i) {
        open();
        end(invalid("bad frame"), 5ms);
        now_ += waits();
        EXPECT_NE(next().find("watch=1"), std::string::npos);
    }
    open();
    end(invalid("bad frame"), 5ms);
    now_ += waits();
    EXPECT_EQ(next(), kFirstPage);
}

}  // namespace
}  // namespace serin::kube
