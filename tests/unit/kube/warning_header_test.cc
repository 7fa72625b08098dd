#include "kube/warning_header.h"

#include <gtest/gtest.h>

namespace serin::kube {
namespace {

using Texts = std::vector<std::string>;

TEST(WarningHeader, HasTheTextsOfCode299) {
    EXPECT_EQ(warningTexts(R"(299 - "unknown field \"spec.x\"")"), Texts{"unknown field \"spec.x\""});
    EXPECT_EQ(warningTexts(R"(299 - "a, b", 199 - "stale" , 299 kube:6443 "c")"), (Texts{"a, b", "c"}));
    EXPECT_EQ(warningTexts(R"(299 - "a" "Tue, 15 Nov 1994 08:12:31 GMT", 299 - "b")"), (Texts{"a", "b"}));
}

TEST(WarningHeader, LeavesOutWhatItCannotRead) {
    for (const char* text :
         {"", " ", "299", "299 -", "299 - text", "299 - \"open", "299 - \"open\\", ",,,"}) {
        EXPECT_EQ(warningTexts(text), Texts{}) << text;
    }
    EXPECT_EQ(warningTexts(R"(299 - "a", 299 - broken)"), Texts{"a"});
}

}  // namespace
}  // namespace serin::kube
