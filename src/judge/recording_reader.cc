#include "judge/recording_reader.h"

#include "base/text.h"

namespace serin::judge {
namespace {

std::string_view takeLine(std::string_view& text) {
    const size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    return line;
}

}  // namespace

Result<void> readRecording(std::string_view recording,
                           const std::function<Result<void>(size_t number, RecordedLine& line)>& visit) {
    if (takeLine(recording) != kRecordingFormat)
        return invalid(cat("line 1: not \"", kRecordingFormat,
                           "\", so it is no recording, or one of another format", kReplayElsewhere));
    bool analysed = false;
    const auto take = [&](size_t number, RecordedLine& line) -> Result<void> {
        analysed = analysed || std::holds_alternative<api::Analysis>(line);
        if (!analysed && !std::holds_alternative<Remark>(line)) {
            return invalid("an analysis has to come first");
        }
        return visit(number, line);
    };
    for (size_t number = 2; !recording.empty(); ++number) {
        Result<RecordedLine> line = readLine(takeLine(recording));
        const Result<void> done = line ? take(number, *line) : Result<void>(line.error());
        if (!done) return invalid(cat("line ", number, ": ", done.error().message));
    }
    return {};
}

}  // namespace serin::judge
