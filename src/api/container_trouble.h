#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace serin::api {

// Why something is not ready, in words, and how much it explains: the smaller the rank the more.
struct Trouble {
    enum Rank { Failing, Unschedulable, NotReady, Waiting, None };
    Rank rank = None;
    std::string text;
};

// What a container's status (status.containerStatuses[i]) tells about why the container does not run.
Trouble containerTrouble(const nlohmann::json& status);

// `text` on one line, cut in the middle of what is too long for a message: the beginning says what, the end
// why.
std::string oneLine(const std::string& text);

}  // namespace serin::api
