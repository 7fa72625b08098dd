#include "judge/recording.h"

#include <utility>

#include "base/text.h"
#include "judge/recording_lines.h"

namespace serin::judge {

void Recording::begin(std::string head) {
    head.shrink_to_fit();
    const size_t bytes = head.size();
    older_ = std::exchange(newer_, {std::move(head), {}, bytes});
    keepWithinBound();
}

bool Recording::append(std::string_view line) {
    if (empty()) return false;
    newer_.lines.emplace_back(line);
    newer_.size += line.size() + 1;
    keepWithinBound();
    return !empty() && newer_.size < most_ / 2;
}

void Recording::keepWithinBound() {
    if (size() > most_) older_ = {};
    if (size() > most_) newer_ = {};
}

std::string Recording::text(std::string_view about) const {
    std::string out = cat(kRecordingFormat, '\n', lineOf(Remark{std::string(about)}), '\n');
    out.reserve(out.size() + size());
    out += older_.head.empty() ? newer_.head : older_.head;
    for (const Part* part : {&older_, &newer_}) {
        for (const std::string& line : part->lines) {
            out += line;
            out += '\n';
        }
    }
    return out;
}

}  // namespace serin::judge
