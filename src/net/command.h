#pragma once

#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace serin::net {

struct Command {
    std::string program;  // a path, or a name to look for in $PATH
    std::vector<std::string> arguments;
    std::vector<std::pair<std::string, std::string>> environment;  // besides the process's own; these win
};

struct CommandLimits {
    Duration time = std::chrono::seconds(30);
    size_t outputBytes = size_t{1} << 20;
};

struct CommandOutput {
    int status = 0;      // exit status; 128 + the signal that ended it
    std::string output;  // standard output
    std::string errors;  // the end of standard error, at most 1 KiB
};

// Runs a program without a shell, with nothing to read, in a process group of its own, and waits for its end.
// Any exit status is a value. Fails with NotFound (there is no such program), Unavailable (it cannot be
// started, or did not end in time), Invalid (it wrote too much) or Stopped; it is killed with its group then.
Result<CommandOutput> runCommand(const Command& command, const CommandLimits& limits,
                                 const std::stop_token& stop);

}  // namespace serin::net
