#include "last_events.h"

#include <set>
#include <vector>

#include "base/text.h"
#include "fake/json.h"

namespace serin::simulation {

std::string lastEvents(const std::string& frames) {
    // A list that is not told to its end yet is told whole.
    if (frames.find("initial-events-end") != std::string::npos) return frames;
    std::vector<std::string> lines = split(frames, '\n');
    std::set<std::string> told;
    for (auto line = lines.rbegin(); line != lines.rend(); ++line) {
        const fake::Json frame = fake::Json::parse(*line, nullptr, false);
        const std::string type = fake::textAt(frame, "type");
        if (type != "ADDED" && type != "MODIFIED" && type != "DELETED") continue;
        const fake::Json& metadata = fake::metadataOf(fake::at(frame, "object"));
        const std::string name =
            cat(fake::textAt(metadata, "namespace"), '/', fake::textAt(metadata, "name"));
        if (!told.insert(name).second) line->clear();
    }
    std::string out;
    for (const std::string& line : lines) {
        if (!line.empty()) out += line + '\n';
    }
    return out;
}

}  // namespace serin::simulation
