// The input is a recording of the judge, as somebody gets it from somebody else.
#include "base/text.h"
#include "judge/aa_report.h"
#include "judge/recording_lines.h"
#include "judge/replay_report.h"
#include "tests/fuzz/fuzz.h"

namespace serin::fuzz {
namespace {

std::string written(const judge::RecordedLine& line) {
    return std::visit([](const auto& value) { return judge::lineOf(value); }, line);
}

}  // namespace

void one(std::string_view input) {
    const judge::ReplayReport report = judge::reportReplay(input, true);
    require(report.code >= 0 && report.code <= 2, "it is the same, or not, or cannot be read");
    require((report.code == 2) == !report.trouble.empty(), "what cannot be read has a reason");
    require(report.text.find('\x1b') == std::string::npos, "no control characters are shown");
    const judge::AaReport alike = judge::reportAa(input, 2, 1);
    require(alike.code >= 0 && alike.code <= 2, "it has a false alarm, or not, or cannot be read");
    require((alike.code == 2) == !alike.trouble.empty(), "what cannot be read has a reason here too");
    require(alike.text.find('\x1b') == std::string::npos, "no control characters are shown here either");
    for (const std::string& line : split(input, '\n')) {
        const auto read = judge::readLine(line);
        if (!read) continue;
        const std::string once = written(*read);
        const auto again = judge::readLine(once);
        require(again && written(*again) == once, "a line that was read reads back as itself");
    }
}

}  // namespace serin::fuzz
