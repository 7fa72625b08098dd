#pragma once

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

}  // namespace serin::sources::testing
