#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "api/model_source.h"
#include "base/result.h"
#include "base/time.h"
#include "sources/store.h"
#include "sources/surroundings.h"

namespace serin::fetch {

// What serin-fetch is asked for.
struct Options {
    api::ModelSource source;
    std::string id;  // empty: what the reference means now
    std::filesystem::path into;
    std::filesystem::path check;  // a folder that is there already is looked at, and nothing is fetched
    std::string caFile;           // empty: the system's authorities
    // In PEM: whose signature the model's manifest has to carry; empty: none. Then source.publicKeyKey has
    // its name.
    std::string publicKeyFile;
    sources::Credentials credentials;
    std::optional<sources::CloudIdentity> identity;  // instead of credentials
    std::string remark;                              // on which of them counts, for people; empty: none
    size_t connections = 4;
    int attempts = 8;
    Duration silence{30'000};
    int progressPort = 0;  // where it tells how far it is (api/fetch_progress.h); 0: nowhere
    std::filesystem::path terminationLog = "/dev/termination-log";
    bool help = false;
    bool version = false;
};

using Environment = sources::Environment;

// Flags win over the environment. Invalid names the flag or variable, its value where that is no secret, and
// the way out. Credentials come by the environment alone, where no list of processes shows them. `readFile`
// reads what the environment names: now, what says who asks, and for each exchange the workload's token.
Result<Options> parseOptions(const std::vector<std::string>& arguments, const Environment& environment,
                             const sources::ReadFile& readFile);

std::string usage();

}  // namespace serin::fetch
