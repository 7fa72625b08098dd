#pragma once

#include <string>

#include "base/time.h"

namespace serin::sources {

// The version of the service's API that is asked for and signed for.
inline constexpr const char* kAzureVersion = "2021-12-02";

// A shared access signature as part of a URL's query: whoever has it may read and list that container, from a
// quarter of an hour before `now` to one after ("Create a service SAS", version 2020-12-06 and later; clocks
// differ). `key`: the account's, its bytes. `protocols`: "https", or "https,http". It is signed once and not
// per request as by the scheme Shared Key, which signs the range too that is only known later.
std::string containerSas(const std::string& account, const std::string& container, const std::string& key,
                         const std::string& protocols, Timestamp now);

// Why a shared access signature that a person stated opens no container to be read and listed now, as far as
// it says so itself, with the way out; empty: it may.
std::string sasFault(const std::string& sas, Timestamp now);

}  // namespace serin::sources
