#include "fetch/git_sizes.h"

#include <charconv>
#include <set>

#include "base/text.h"
#include "sources/listing.h"

namespace serin::fetch {
namespace {

// "OBJECT blob SIZE".
bool readSize(std::string_view line, GitEntry& entry) {
    const std::string head = cat(entry.object, " blob ");
    if (!line.starts_with(head)) return false;
    line.remove_prefix(head.size());
    const auto [stopped, error] = std::from_chars(line.data(), line.data() + line.size(), entry.size);
    return !line.empty() && error == std::errc() && stopped == line.data() + line.size();
}

}  // namespace

Result<std::vector<std::string>> readGitSizes(std::string_view listing, std::vector<GitEntry>& entries) {
    std::set<std::string> lacking;
    for (GitEntry& entry : entries) {
        const size_t end = listing.find('\n');
        if (end == std::string_view::npos) return invalid("git ended before all sizes had come");
        const std::string_view line = listing.substr(0, end);
        listing.remove_prefix(end + 1);
        if (line == cat(entry.object, " missing")) {
            lacking.insert(entry.object);
        } else if (!readSize(line, entry)) {
            return invalid(cat("git says \"", sources::plainly(line), "\" of ", entry.path));
        }
    }
    if (!listing.empty()) return invalid("git writes more than it was asked for");
    return std::vector<std::string>(lacking.begin(), lacking.end());
}

}  // namespace serin::fetch
