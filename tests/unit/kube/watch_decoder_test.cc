#include "kube/watch_decoder.h"

#include <gtest/gtest.h>

namespace serin::kube {
namespace {

const std::string kAdded =
    R"({"type":"ADDED","object":{"metadata":{"name":"brace } in \" a { string \\","resourceVersion":"3"},"x":"ü€😀]"}})";
const std::string kBookmark =
    "{\"type\":\"BOOKMARK\",\n \"object\":{\"metadata\":{\"resourceVersion\":\"9\"}}}";

std::vector<WatchEvent> feedInPieces(const std::string& text, size_t piece) {
    WatchDecoder decoder;
    std::vector<WatchEvent> events;
    for (size_t at = 0; at < text.size(); at += piece) {
        const auto fed = decoder.feed(std::string_view(text).substr(at, piece), events);
        EXPECT_TRUE(fed.ok()) << fed.error().message;
    }
    EXPECT_FALSE(decoder.midFrame());
    return events;
}

TEST(WatchDecoder, DoesNotCareWhereChunksEnd) {
    const std::string text = kAdded + "\n" + kBookmark + kAdded + "\r\n \n";
    for (size_t piece = 1; piece <= text.size(); ++piece) {
        const auto events = feedInPieces(text, piece);
        ASSERT_EQ(events.size(), 3U) << "in pieces of " << piece;
        EXPECT_EQ(events[0].type, WatchEventType::Added);
        EXPECT_EQ(events[0].object.name(), "brace } in \" a { string \\");
        EXPECT_EQ(events[0].object.json()["x"], "ü€😀]");
        EXPECT_EQ(events[1].type, WatchEventType::Bookmark);
        EXPECT_EQ(events[1].object.resourceVersion(), "9");
        EXPECT_EQ(events[2].type, WatchEventType::Added);
    }
}

TEST(WatchDecoder, KnowsWhetherAStreamEndsInsideAFrame) {
    WatchDecoder decoder;
    std::vector<WatchEvent> events;
    ASSERT_TRUE(decoder.feed(kAdded + kBookmark.substr(0, 20), events).ok());
    EXPECT_EQ(events.size(), 1U);
    EXPECT_TRUE(decoder.midFrame());
    ASSERT_TRUE(decoder.feed(kBookmark.substr(20), events).ok());
    EXPECT_EQ(events.size(), 2U);
    EXPECT_FALSE(decoder.midFrame());
}

TEST(WatchDecoder, GivesTheEventsBeforeAnErrorAndNoneAfter) {
    WatchDecoder decoder;
    std::vector<WatchEvent> events;
    EXPECT_FALSE(decoder.feed(kBookmark + "<html>", events).ok());
    EXPECT_EQ(events.size(), 1U);
    const auto again = decoder.feed(kBookmark, events);
    ASSERT_FALSE(again.ok());
    EXPECT_EQ(again.error().message, "watch stream: bytes between frames");
    EXPECT_EQ(events.size(), 1U);
}

TEST(WatchDecoder, RefusesFramesThatAreNotEvents) {
    for (const std::string bad :
         {R"({"type":"ADDED","object":7})", R"({"type":"NEW","object":{}})", R"({"object":{}})",
          R"({"type":7,"object":{}})", R"({"type":"ADDED","object":{],}})", R"({]})",
          "{\"type\":\"ADDED\",\"object\":{\"a\":\"\xff\"}}"}) {
        WatchDecoder decoder;
        std::vector<WatchEvent> events;
        EXPECT_FALSE(decoder.feed(bad + " ", events).ok() && !decoder.midFrame()) << bad;
        EXPECT_TRUE(events.empty()) << bad;
    }
}

TEST(WatchDecoder, LimitsTheSizeOfAFrameNotOfTheStream) {
    WatchDecoder decoder(kAdded.size());
    std::vector<WatchEvent> events;
    for (int i = 0; i < 10; ++i) ASSERT_TRUE(decoder.feed(kAdded, events).ok());
    EXPECT_EQ(events.size(), 10U);
    WatchDecoder small(kAdded.size() - 1);
    EXPECT_TRUE(small.feed(kAdded.substr(0, 10), events).ok());
    const auto fed = small.feed(kAdded.substr(10), events);
    ASSERT_FALSE(fed.ok());
    EXPECT_NE(fed.error().message.find("watch frame above"), std::string::npos);
    WatchDecoder endless(100);
    EXPECT_FALSE(endless.feed("{\"type\":\"" + std::string(200, 'x'), events).ok());
}

TEST(WatchDecoder, LimitsNesting) {
    WatchDecoder decoder;
    std::vector<WatchEvent> events;
    const std::string deep = std::string(600, '[');
    const auto fed = decoder.feed("{\"type\":\"ADDED\",\"object\":{\"a\":" + deep, events);
    ASSERT_FALSE(fed.ok());
    EXPECT_EQ(fed.error().message, "watch frame nested too deeply");
}

TEST(WatchDecoder, ReadsErrorEvents) {
    const auto event =
        parseWatchEvent(R"({"type":"ERROR","object":{"kind":"Status","code":410,"reason":"Expired"}})");
    ASSERT_TRUE(event.ok());
    EXPECT_EQ(event->type, WatchEventType::Error);
    EXPECT_EQ(event->object.kind(), "Status");
}

}  // namespace
}  // namespace serin::kube
