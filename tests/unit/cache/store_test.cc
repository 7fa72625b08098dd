#include "cache/store.h"

#include <gtest/gtest.h>

#include <thread>

namespace serin::cache {
namespace {

Entry<int> entry(const std::string& key, const std::string& version, const std::string& owner, int value,
                 const std::string& uid = "u") {
    return {key, uid, version, owner, value};
}

using Owners = std::vector<std::string>;

TEST(Store, FindsByKeyAndByOwnerInOrder) {
    Store<int> store;
    EXPECT_EQ(store.put(entry("ml/b", "2", "ml/x", 2)), Owners{"ml/x"});
    store.put(entry("ml/a", "3", "ml/x", 1));
    store.put(entry("ml/c", "4", "ml/y", 3));
    const auto snapshot = store.snapshot();
    EXPECT_EQ(snapshot.size(), 3U);
    EXPECT_EQ(snapshot.find("ml/b")->value, 2);
    EXPECT_EQ(snapshot.find("ml/z"), nullptr);
    const auto owned = snapshot.ownedBy("ml/x");
    ASSERT_EQ(owned.size(), 2U);
    EXPECT_EQ(owned[0]->key, "ml/a");
    EXPECT_EQ(owned[1]->key, "ml/b");
    EXPECT_TRUE(snapshot.ownedBy("ml/z").empty());
    EXPECT_EQ(snapshot.resourceVersion(), "4");
}

TEST(Store, DropsDuplicatesAndReorderedEvents) {
    Store<int> store;
    store.put(entry("k", "10", "o", 10));
    EXPECT_TRUE(store.put(entry("k", "10", "o", 99)).empty());
    EXPECT_TRUE(store.put(entry("k", "9", "o", 9)).empty());
    EXPECT_EQ(store.snapshot().find("k")->value, 10);
    EXPECT_EQ(store.put(entry("k", "11", "o", 11)), Owners{"o"});
    EXPECT_EQ(store.snapshot().ownedBy("o").size(), 1U);
}

TEST(Store, ErasesOnlyTheObjectThatWasMeant) {
    Store<int> store;
    store.put(entry("k", "10", "o", 1, "new"));
    EXPECT_TRUE(store.erase("k", "old").empty());
    EXPECT_NE(store.snapshot().find("k"), nullptr);
    EXPECT_EQ(store.erase("k", "new"), Owners{"o"});
    EXPECT_EQ(store.snapshot().find("k"), nullptr);
    EXPECT_TRUE(store.snapshot().ownedBy("o").empty());
    EXPECT_TRUE(store.erase("k", "").empty());
}

TEST(Store, TellsBothOwnersWhenAnObjectMoves) {
    Store<int> store;
    store.put(entry("k", "1", "old", 1));
    EXPECT_EQ(store.put(entry("k", "2", "new", 1)), (Owners{"new", "old"}));
    EXPECT_TRUE(store.snapshot().ownedBy("old").empty());
    EXPECT_EQ(store.snapshot().ownedBy("new").size(), 1U);
}

TEST(Store, TellsOnlyOwnersOfWhatAListChanged) {
    Store<int> store;
    store.replaceAll({entry("same", "1", "a", 1), entry("newer", "2", "b", 1), entry("gone", "3", "c", 1)},
                     "5");
    const auto before = store.snapshot().find("same");
    EXPECT_EQ(
        store.replaceAll(
            {entry("same", "1", "a", 1), entry("newer", "7", "b", 2), entry("added", "8", "d", 1)}, "9"),
        (Owners{"b", "c", "d"}));
    const auto snapshot = store.snapshot();
    EXPECT_EQ(snapshot.resourceVersion(), "9");
    EXPECT_EQ(snapshot.size(), 3U);
    EXPECT_EQ(snapshot.find("gone"), nullptr);
    EXPECT_EQ(snapshot.find("same"), before) << "unchanged objects are not copied";
    EXPECT_EQ(snapshot.find("newer")->value, 2);
}

TEST(Store, KeepsTheLastOfTwoListItemsWithOneKey) {
    Store<int> store;
    store.replaceAll({entry("k", "1", "a", 1), entry("k", "2", "b", 2)}, "5");
    EXPECT_EQ(store.snapshot().size(), 1U);
    EXPECT_TRUE(store.snapshot().ownedBy("a").empty());
    EXPECT_EQ(store.snapshot().ownedBy("b")[0]->value, 2);
}

TEST(Store, SnapshotsNeverChange) {
    Store<int> store;
    for (int i = 0; i < 1000; ++i) store.put(entry(std::to_string(i), "1", "o" + std::to_string(i % 7), i));
    const auto old = store.snapshot();
    for (int i = 0; i < 1000; ++i) store.put(entry(std::to_string(i), "2", "p", -i));
    store.erase("5", "");
    EXPECT_EQ(old.size(), 1000U);
    int sum = 0;
    old.forEach([&](const EntryPointer<int>& one) { sum += one->value; });
    EXPECT_EQ(sum, 999 * 500);
    EXPECT_EQ(old.ownedBy("o3").size(), 143U);
    EXPECT_EQ(store.snapshot().ownedBy("p").size(), 999U);
}

TEST(Store, MovesForwardWithBookmarksOnly) {
    Store<int> store;
    EXPECT_FALSE(store.snapshot().synced());
    store.replaceAll({}, "10");
    EXPECT_TRUE(store.snapshot().synced());
    store.progress("9");
    EXPECT_EQ(store.snapshot().resourceVersion(), "10");
    store.progress("100");
    EXPECT_EQ(store.snapshot().resourceVersion(), "100");
}

TEST(Store, LetsReadersReadWhileItIsWritten) {
    Store<int> store;
    store.put(entry("pair/a", "1", "o", 0));
    store.put(entry("pair/b", "1", "o", 0));
    std::atomic<bool> done = false;
    std::thread reader([&] {
        while (!done) {
            const auto snapshot = store.snapshot();
            const int a = snapshot.find("pair/a")->value;
            const int b = snapshot.find("pair/b")->value;
            EXPECT_TRUE(a == b || a == b + 1) << a << " " << b;
            EXPECT_EQ(snapshot.ownedBy("o").size(), 2U);
        }
    });
    for (int i = 1; i <= 2000; ++i) {
        store.put(entry("pair/a", std::to_string(i + 1), "o", i));
        store.put(entry("pair/b", std::to_string(i + 1), "o", i));
    }
    done = true;
    reader.join();
}

}  // namespace
}  // namespace serin::cache
