#include "runtime/recordings_page.h"

#include <optional>
#include <string>
#include <vector>

#include "base/text.h"

namespace serin::runtime {
namespace {

constexpr std::string_view kFolder = "/recordings/";

HttpResponse notFound(const std::string& why) {
    return {404, {}, cat(why, '\n')};
}

}  // namespace

bool asksForRecording(std::string_view path) {
    return path.starts_with(kFolder);
}

HttpResponse answerRecording(const RecordingShelf& shelf, std::string_view path, std::string_view version) {
    const std::vector<std::string> parts = split(path.substr(kFolder.size()), '/');
    const bool previous = parts.size() == 3 && parts[2] == "previous";
    if ((parts.size() != 2 && !previous) || parts[0].empty() || parts[1].empty())
        return notFound("the path is /recordings/NAMESPACE/NAME, or /recordings/NAMESPACE/NAME/previous");
    const std::string key = cat(parts[0], '/', parts[1]);
    const auto which = previous ? RecordingShelf::Which::Previous : RecordingShelf::Which::Latest;
    std::optional<std::string> text =
        shelf.text(key, which, cat(key, ", recorded by serin-operator ", version));
    if (!text) {
        return notFound(cat("nothing is recorded of ", previous ? "an attempt before the latest of " : "",
                            key,
                            "; only the replica that leads records, in its memory, from when it begins to "
                            "judge: ask the pod that the Lease names, while or after a version is judged"));
    }
    return {200, {{"content-type", "text/plain; charset=utf-8"}}, *std::move(text)};
}

}  // namespace serin::runtime
