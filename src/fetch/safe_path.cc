#include "fetch/safe_path.h"

#include <algorithm>
#include <vector>

#include "base/text.h"

namespace serin::fetch {
namespace {

constexpr size_t kMostBytes = 1024;

bool hasControls(std::string_view text) {
    return std::any_of(text.begin(), text.end(),
                       [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; });
}

}  // namespace

std::string pathProblem(std::string_view path) {
    if (path.empty()) return "it is empty";
    if (path.size() > kMostBytes) return cat("it has more than ", kMostBytes, " bytes");
    if (path[0] == '/') return "it is absolute";
    if (hasControls(path)) return "it has control characters";
    const std::vector<std::string> names = split(path, '/');
    for (const std::string& name : names) {
        if (name.empty() || name == ".") return "a name in it is empty or \".\"";
        if (name == "..") return "it has \"..\"";
    }
    if (names[0].starts_with(".serin-")) return "names that begin with \".serin-\" are serin-fetch's own";
    return "";
}

std::string linkProblem(std::string_view path, std::string_view target) {
    if (target.empty()) return "it leads nowhere";
    if (target.size() > kMostBytes) return cat("its target has more than ", kMostBytes, " bytes");
    if (target[0] == '/') return "it leads to an absolute path";
    if (hasControls(target)) return "its target has control characters";
    auto deep = std::count(path.begin(), path.end(), '/');
    bool named = false;
    for (const std::string& name : split(target, '/')) {
        if (name.empty() || name == ".") continue;
        if (name != "..") {
            named = true;
        } else if (named) {
            return "its target has \"..\" after a name";
        } else if (deep-- == 0) {
            return "it leads out of the folder";
        }
    }
    return "";
}

}  // namespace serin::fetch
