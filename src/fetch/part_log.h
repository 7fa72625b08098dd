#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>

#include "base/result.h"

namespace serin::fetch {

// What says that two answers are parts of the same bytes: a strong entity-tag (RFC 9110, section 8.8.3) and
// the origin whose it is. Without a tag nothing says so.
struct Validator {
    std::string etag;
    std::string origin;

    bool operator==(const Validator&) const = default;
};

// What is known of a file that was begun: a head, then a line as each part is complete, then one when all of
// it was checked. A last line without its line break was not written whole and counts for nothing.
struct PartLog {
    uint64_t size = 0;
    uint64_t partBytes = 0;
    std::string tag;  // of sources::File, and the digest where one is known
    Validator validator;
    std::set<size_t> complete;
    bool checked = false;

    bool operator==(const PartLog&) const = default;
};

std::string partLogHead(const PartLog& log);
std::string completeLine(size_t part);
std::string checkedLine();

// Invalid where the head is not whole or something else stands in it; the file is begun anew.
Result<PartLog> parsePartLog(std::string_view text);

}  // namespace serin::fetch
