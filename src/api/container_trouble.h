#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace serin::api {

// Why something is not ready, in words, and how much it explains: the smaller the rank the more.
struct Trouble {
    enum Rank { Failing, Unschedulable, NotReady, Waiting, None };
    Rank rank = None;
    std::string text;
};

// What a container's status (status.containerStatuses[i]) tells about why the container does not run.
// `volumeImages`: the images that its pod has as volumes; the status does not say which of them it is about.
Trouble containerTrouble(const nlohmann::json& status, const std::vector<std::string>& volumeImages = {});

// `text` on one line, cut in the middle of what is too long for a message: the beginning says what, the end
// why.
std::string oneLine(const std::string& text);

}  // namespace serin::api
