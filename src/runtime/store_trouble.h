#pragma once

#include <string>

namespace serin::runtime {

// A reason of the condition SourceReady: it comes back by itself.
inline constexpr const char* kStoreUnavailable = "StoreUnavailable";

// Why a source could not be asked, or what it said instead.
struct StoreTrouble {
    std::string reason;   // CamelCase, of the condition SourceReady
    std::string message;  // for people; without secrets
};

}  // namespace serin::runtime
