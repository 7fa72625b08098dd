#include "fetch/git_tree.h"

#include <algorithm>
#include <optional>

#include "base/text.h"
#include "fetch/safe_path.h"
#include "sources/git_references.h"
#include "sources/globs.h"
#include "sources/listing.h"

namespace serin::fetch {
namespace {

std::optional<GitKind> kindOf(std::string_view mode, std::string_view type) {
    if (mode == "160000" && type == "commit") return GitKind::Submodule;
    if (type != "blob") return std::nullopt;
    if (mode == "120000") return GitKind::Link;
    if (mode == "100755") return GitKind::Executable;
    // Old repositories have more write permissions.
    return mode.starts_with("100") ? std::optional(GitKind::File) : std::nullopt;
}

std::string_view takeWord(std::string_view& rest, char separator) {
    const std::string_view out = rest.substr(0, rest.find(separator));
    rest.remove_prefix(std::min(rest.size(), out.size() + 1));
    return out;
}

// "MODE TYPE OBJECT<tab>PATH".
std::optional<GitEntry> readEntry(std::string_view line) {
    std::string_view head = takeWord(line, '\t');
    GitEntry out;
    out.path = line;
    const std::string_view mode = takeWord(head, ' ');
    const std::string_view type = takeWord(head, ' ');
    const std::optional<GitKind> kind = kindOf(mode, type);
    out.object = head;
    if (!kind || out.path.empty() || !sources::isCommitName(out.object)) return std::nullopt;
    out.kind = *kind;
    return out;
}

// The path from `folder`; empty where it is not there.
std::string pathFrom(const std::string& folder, const std::string& path) {
    if (folder.empty()) return path;
    if (path == folder) return path.substr(path.rfind('/') + 1);
    return path.starts_with(folder + "/") ? path.substr(folder.size() + 1) : "";
}

// Git itself refuses such a name, for it would be a repository within the folder.
bool isGitsOwn(const std::string& path) {
    return std::ranges::any_of(split(path, '/'),
                               [](const std::string& name) { return lowerCase(name) == ".git"; });
}

Result<void> check(const std::vector<GitEntry>& entries) {
    for (size_t i = 0; i < entries.size(); ++i) {
        const std::string& path = entries[i].path;
        std::string problem = pathProblem(path);
        if (isGitsOwn(path)) problem = "\".git\" is Git's own name";
        if (entries[i].kind == GitKind::Submodule) {
            problem =
                "it is a submodule, which is another repository; leave it out by exclude, or name that "
                "repository";
        }
        if (i > 0 && path == entries[i - 1].path) problem = "it stands there twice";
        if (problem.empty()) continue;
        return invalid(cat("the commit has \"", sources::plainly(path), "\", which is refused: ", problem));
    }
    // Between a file "a" and one below a folder "a" others such as "a.b" may stand.
    for (const GitEntry& entry : entries) {
        const std::string folder = entry.path + "/";
        const auto next = std::ranges::lower_bound(entries, folder, {}, &GitEntry::path);
        if (next == entries.end() || !next->path.starts_with(folder)) continue;
        return invalid(cat("the commit has both a file and a folder \"", sources::plainly(entry.path), "\""));
    }
    return {};
}

}  // namespace

Result<std::vector<GitEntry>> readGitTree(std::string_view listing) {
    std::vector<GitEntry> out;
    while (!listing.empty()) {
        const std::string_view line = takeWord(listing, '\0');
        std::optional<GitEntry> entry = readEntry(line);
        if (!entry) return invalid(cat("git lists \"", sources::plainly(line), "\", which cannot be read"));
        out.push_back(std::move(*entry));
    }
    return out;
}

Result<std::vector<GitEntry>> chosenEntries(const std::vector<GitEntry>& tree,
                                            const api::ModelSource& source) {
    const std::string& folder = source.reference.path;
    std::vector<GitEntry> out;
    bool any = false;
    for (const GitEntry& entry : tree) {
        std::string path = pathFrom(folder, entry.path);
        if (path.empty()) continue;
        any = true;
        if (!sources::wanted(source, path)) continue;
        out.push_back(entry);
        out.back().path = std::move(path);
    }
    if (out.empty()) {
        return Error{ErrorCode::NotFound, any ? "include and exclude leave no file of the commit"
                                          : folder.empty()
                                              ? "the commit has no files"
                                              : cat("the commit has no file and no folder \"", folder, "\"")};
    }
    if (out.size() > sources::kMostFiles) {
        return invalid(cat("the commit has ", out.size(), " files, and a model may have ",
                           sources::kMostFiles, "; name a folder of it after #, or choose by include"));
    }
    std::ranges::sort(out, {}, &GitEntry::path);
    if (const Result<void> checked = check(out); !checked) return checked.error();
    return out;
}

}  // namespace serin::fetch
