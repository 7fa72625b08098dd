#include "tests/unit/kube/list_watch_fixture.h"

namespace serin::kube {
namespace {

using namespace std::chrono_literals;
using Kind = StoreOperation::Kind;
using testing::errorEvent;
using testing::event;
using testing::item;
using testing::ok;
using testing::page;

const std::string kStream =
    "/api/v1/services?watch=1&allowWatchBookmarks=true&sendInitialEvents=true&"
    "resourceVersionMatch=NotOlderThan&timeoutSeconds=300&labelSelector=serin.dev%2Fmanaged%3Dtrue";
const std::string kFirstPage = "/api/v1/services?limit=500&labelSelector=serin.dev%2Fmanaged%3Dtrue";

WatchEvent endOfList(const std::string& version) {
    return {WatchEventType::Bookmark,
            *Object::parse(R"({"metadata":{"resourceVersion":")" + version +
                           R"(","annotations":{"k8s.io/initial-events-end":"true"}}})")};
}

std::vector<Kind> kinds(const ListWatch::Outcome& outcome) {
    std::vector<Kind> out;
    for (const StoreOperation& operation : outcome.operations) out.push_back(operation.kind);
    return out;
}

class StreamingList : public testing::ListWatchFixture {
  protected:
    StreamingList() : ListWatchFixture(true) {}
    ListWatch::Outcome add(const std::string& name, const std::string& version) {
        return machine_.onWatchEvent(event(WatchEventType::Added, name, version), now_);
    }
};

TEST_F(StreamingList, BecomesTheStoreAtItsBookmarkAndGoesOnAsAWatch) {
    EXPECT_EQ(next(), kStream);
    machine_.onWatchOpened(now_);
    auto outcome = add("a", "40");
    EXPECT_EQ(kinds(outcome), (std::vector<Kind>{Kind::ListStarted, Kind::ListPage}));
    EXPECT_EQ(outcome.operations[1].objects.at(0).name(), "a");
    EXPECT_EQ(kinds(add("b", "12")), std::vector<Kind>{Kind::ListPage});
    EXPECT_FALSE(machine_.synced());
    EXPECT_EQ(machine_.resourceVersion(), "") << "the objects of a list come in no order";
    outcome = machine_.onWatchEvent(endOfList("50"), now_);
    EXPECT_EQ(kinds(outcome), std::vector<Kind>{Kind::ListDone});
    EXPECT_EQ(outcome.operations[0].resourceVersion, "50");
    EXPECT_FALSE(outcome.endStream);
    EXPECT_TRUE(machine_.synced());
    EXPECT_EQ(machine_.statistics().lists, 1);
    EXPECT_EQ(machine_.statistics().streamed, 1);
    EXPECT_EQ(machine_.statistics().watches, 1);
    outcome = machine_.onWatchEvent(event(WatchEventType::Modified, "a", "51"), now_);
    EXPECT_EQ(kinds(outcome), std::vector<Kind>{Kind::Put});
    end(ok(""), 300s);
    EXPECT_NE(next().find("resourceVersion=51&"), std::string::npos);
    EXPECT_EQ(next().find("sendInitialEvents"), std::string::npos);
    EXPECT_EQ(machine_.statistics().failures, 0);
}

TEST_F(StreamingList, OfNothingIsOneBookmark) {
    open();
    EXPECT_EQ(kinds(machine_.onWatchEvent(endOfList("50"), now_)),
              (std::vector<Kind>{Kind::ListStarted, Kind::ListDone}));
    end(ok(""), 10ms);
    EXPECT_EQ(waits(), 0ms) << "it was no short watch: it brought the list";
}

TEST_F(StreamingList, TakesChangesBeforeItsBookmarkIntoTheSideCollection) {
    open();
    add("a", "40");
    EXPECT_EQ(kinds(machine_.onWatchEvent(event(WatchEventType::Modified, "a", "45"), now_)),
              std::vector<Kind>{Kind::ListPage});
    const auto gone = machine_.onWatchEvent(event(WatchEventType::Deleted, "a", "46"), now_);
    EXPECT_EQ(kinds(gone), std::vector<Kind>{Kind::ListErase});
    EXPECT_EQ(gone.operations[0].objects.at(0).name(), "a");
    EXPECT_TRUE(kinds(machine_.onWatchEvent(event(WatchEventType::Bookmark, "", "47"), now_)).empty())
        << "a bookmark without the annotation ends no list";
    EXPECT_FALSE(machine_.synced());
}

TEST_F(StreamingList, IsAskedForAgainWhenHistoryIsGone) {
    open();
    machine_.onWatchEvent(endOfList("50"), now_);
    machine_.onWatchEvent(errorEvent(410, "Expired"), now_);
    end(ok(""), 1ms);
    EXPECT_EQ(next(), kStream);
}

TEST_F(StreamingList, FallsBackToPagesAtOnceOnAnyRefusalAndRemembersItForAnHour) {
    for (const int status : {400, 403, 404, 405, 422, 500, 503}) {
        ASSERT_EQ(next(), kStream) << status;
        open();
        end(HttpResponse{status, {}, ""}, 1ms);
        EXPECT_EQ(waits(), 0ms);
        EXPECT_EQ(next(), kFirstPage) << status;
        list();
        open();
        machine_.onWatchEvent(errorEvent(410, "Expired"), now_);
        end(ok(""), 59min);
        EXPECT_EQ(next(), kFirstPage) << status;
        now_ += 1min;
    }
    EXPECT_EQ(machine_.statistics().refusals, 7);
    EXPECT_EQ(machine_.statistics().streamed, 0);
}

TEST_F(StreamingList, FallsBackWhenTheServerSendsAnErrorInsteadOfObjects) {
    open();
    add("a", "40");
    const auto outcome = machine_.onWatchEvent(errorEvent(500, "InternalError"), now_);
    EXPECT_TRUE(outcome.endStream);
    EXPECT_TRUE(outcome.operations.empty());
    EXPECT_TRUE(add("b", "41").endStream) << "what comes after it counts no more";
    end(ok(""), 1ms);
    EXPECT_EQ(next(), kFirstPage);
    EXPECT_EQ(machine_.statistics().failures, 0);
    EXPECT_EQ(machine_.statistics().lastRefusal, "streaming list: 500 InternalError");
}

TEST_F(StreamingList, FallsBackAndWarnsWhenItsBookmarkDoesNotCome) {
    open();
    add("a", "40");
    now_ += 9s;
    EXPECT_FALSE(machine_.onWatchSilence(now_).endStream);
    add("b", "41");
    now_ += 10s;
    EXPECT_TRUE(machine_.onWatchSilence(now_).endStream);
    end(ok(""), 1ms);
    EXPECT_EQ(next(), kFirstPage);
    EXPECT_EQ(machine_.statistics().failures, 1);
    EXPECT_EQ(machine_.statistics().lastFailure,
              "streaming list: its bookmark did not come within 19s; the collection is listed in pages");
}

TEST_F(StreamingList, FallsBackFromAListThatNeverEnds) {
    open();
    bool ended = false;
    for (int i = 0; i < 59; ++i, now_ += 1s) ASSERT_FALSE(add("a", std::to_string(i + 1)).endStream) << i;
    now_ += 1s;
    ended = machine_.onWatchEvent(event(WatchEventType::Modified, "a", "99"), now_).endStream;
    EXPECT_TRUE(ended);
}

TEST_F(StreamingList, IsNotHurriedOnceItIsAWatch) {
    open();
    machine_.onWatchEvent(endOfList("50"), now_);
    now_ += 200s;
    EXPECT_FALSE(machine_.onWatchSilence(now_).endStream);
}

TEST_F(StreamingList, FallsBackWhenTheStreamEndsOrCannotBeReadBeforeItsBookmark) {
    const std::vector<Result<HttpResponse>> ends{ok(""), invalid("bad frame"),
                                                 Error{ErrorCode::Unknown, "broken"}};
    for (const auto& how : ends) {
        ASSERT_EQ(next(), kStream);
        open();
        add("a", "40");
        end(how, 5s);
        EXPECT_EQ(next(), kFirstPage);
        const auto operations = machine_.onListAnswer(ok(page("50", "", item("a", "10"))), now_);
        EXPECT_EQ(operations.at(0).kind, Kind::ListStarted) << "what was streamed is dropped";
        open();
        machine_.onWatchEvent(errorEvent(410, "Expired"), now_);
        end(ok(""), 1h);
    }
}

TEST_F(StreamingList, IsTriedAgainWhenTheFailureSaysNothingAboutIt) {
    const std::vector<Result<HttpResponse>> ends{HttpResponse{401, {}, ""},
                                                 HttpResponse{429, {{"retry-after", "7"}}, ""},
                                                 Error{ErrorCode::Unavailable, "refused"}};
    for (const auto& how : ends) {
        open();
        end(how, 1ms);
        EXPECT_GT(waits(), 0ms);
        now_ += waits();
        EXPECT_EQ(next(), kStream);
    }
    EXPECT_EQ(machine_.statistics().failures, 3);
    EXPECT_EQ(machine_.statistics().refusals, 0);
}

}  // namespace
}  // namespace serin::kube
