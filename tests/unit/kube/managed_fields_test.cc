#include "kube/managed_fields.h"

#include <gtest/gtest.h>

namespace serin::kube {
namespace {

TEST(ManagedFields, AreCutOutWhereverTheyStandInTheMetadata) {
    EXPECT_EQ(withoutManagedFields(
                  R"({"metadata":{"labels":{"a":"b"},"managedFields":[{"x":["]"]}],"name":"f"},"spec":{}})"),
              R"({"metadata":{"labels":{"a":"b"},"name":"f"},"spec":{}})");
    EXPECT_EQ(
        withoutManagedFields(R"({"metadata":{"name":"f","generation":3,"managedFields":[{"x":"\"}"}]}})"),
        R"({"metadata":{"name":"f","generation":3}})");
    EXPECT_EQ(withoutManagedFields(R"({"metadata":{"managedFields":[],"name":"f"}})"),
              R"({"metadata":{"name":"f"}})");
    EXPECT_EQ(withoutManagedFields(R"({"metadata":{"managedFields":[]}})"), R"({"metadata":{}})");
}

TEST(ManagedFields, AreCutOutOfWatchEvents) {
    EXPECT_EQ(
        withoutManagedFields(
            R"({"type":"ADDED","object":{"kind":"Service","metadata":{"managedFields":[1],"uid":"u"}}})"),
        R"({"type":"ADDED","object":{"kind":"Service","metadata":{"uid":"u"}}})");
}

TEST(ManagedFields, ElsewhereAreSomebodysOwn) {
    for (const char* json : {R"({"metadata":{"name":"f"},"spec":{"metadata":{"managedFields":[1]}}})",
                             R"({"metadata":{"annotations":{"managedFields":"[1]"},"name":"f"}})",
                             R"({"metadata":{"annotations":{"note":"\"managedFields\":[1]"},"name":"f"}})",
                             R"({"metadata":{"managedFields":"none"}})"}) {
        EXPECT_EQ(withoutManagedFields(json), json);
    }
}

TEST(ManagedFields, WhatIsNoJsonComesBackAsItIs) {
    for (const char* text :
         {"", "{", R"({"metadata":{)", R"({"metadata":{"managedFields":[{"a")", R"({"metadata":{"name":"f)",
          R"({"metadata":{"name":"f","managedFields":[])", R"({"metadata":{"name" 1,"managedFields":[]}})"}) {
        EXPECT_EQ(withoutManagedFields(text), text);
    }
}

}  // namespace
}  // namespace serin::kube
