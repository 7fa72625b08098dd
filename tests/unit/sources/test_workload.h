#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "sources/store.h"

namespace serin::sources::testing {

// A workload whose token is another one each time: "eyJ.first", "eyJ.second"; counts how often it was asked.
struct TestWorkload {
    CloudIdentity identity(api::WorkloadIdentity who) {
        return {std::move(who), [count = asked]() -> Result<std::string> {
                    return std::string(++*count == 1 ? "eyJ.first" : "eyJ.second");
                }};
    }
    std::shared_ptr<int> asked = std::make_shared<int>(0);
};

// It failed in these words, without a word of a workload's token.
template <typename T>
void expectWords(const Result<T>& out, const std::string& words) {
    ASSERT_FALSE(out) << words;
    EXPECT_NE(out.error().message.find(words), std::string::npos) << out.error().message;
    EXPECT_EQ(out.error().message.find("eyJ"), std::string::npos) << out.error().message;
}

}  // namespace serin::sources::testing
