#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace serin::fetch {

struct Program {
    std::vector<std::string> words;  // the first one is looked for in $PATH
    // Beside PATH and what names proxies, nothing else of the process's own. May hold secrets.
    std::map<std::string, std::string> environment;
    std::filesystem::path input;  // the file that it reads; empty: nothing
};

// A line that a program writes to standard error; `passing` where the next one is written over it, as lines
// about progress are.
struct Remark {
    std::string text;
    bool passing = false;
};

// Programs that are started, without a shell.
class Programs {
  public:
    virtual ~Programs() = default;
    // Runs it and waits for its end: its exit status, or 128 and the signal that ended it. Both callbacks are
    // called on the calling thread; false of `output` ends the program (Stopped). NotFound where there is no
    // such program, Unavailable where it cannot be started or neither says nor writes anything for too long.
    virtual Result<int> run(const Program& program, const std::function<bool(std::string_view)>& output,
                            const std::function<void(const Remark&)>& remark) = 0;
};

}  // namespace serin::fetch
