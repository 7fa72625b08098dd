#include "sources/globs.h"

#include <algorithm>
#include <string>
#include <vector>

#include "api/file_digests.h"

namespace serin::sources {
namespace {

// reached[i]: what was read of the glob matches the first i characters of the text. Takes the product of both
// lengths at most, whatever the glob.
bool matchesWhole(std::string_view glob, std::string_view text) {
    std::vector<char> reached(text.size() + 1, 0);
    reached[0] = 1;
    for (size_t g = 0; g < glob.size(); ++g) {
        if (glob[g] == '*') {
            const bool deep = g + 1 < glob.size() && glob[g + 1] == '*';
            if (deep) ++g;
            for (size_t i = 0; i < text.size(); ++i) {
                if (reached[i] != 0 && (deep || text[i] != '/')) reached[i + 1] = 1;
            }
            continue;
        }
        for (size_t i = text.size(); i > 0; --i) {
            const bool same = glob[g] == '?' ? text[i - 1] != '/' : glob[g] == text[i - 1];
            reached[i] = reached[i - 1] != 0 && same ? 1 : 0;
        }
        reached[0] = 0;
    }
    return reached.back() != 0;
}

}  // namespace

bool matches(std::string_view glob, std::string_view path) {
    if (glob.ends_with('/')) return matchesWhole(std::string(glob) + "**", path);
    if (glob.find('/') == std::string_view::npos) {
        const size_t slash = path.rfind('/');
        return matchesWhole(glob, slash == std::string_view::npos ? path : path.substr(slash + 1));
    }
    return matchesWhole(glob.starts_with('/') ? glob.substr(1) : glob, path);
}

bool wanted(const api::ModelSource& source, std::string_view path) {
    if (!source.publicKeyKey.empty() && api::isOfManifest(path)) return true;
    const auto fits = [&](const std::string& glob) { return matches(glob, path); };
    return (source.include.empty() || std::ranges::any_of(source.include, fits)) &&
           std::ranges::none_of(source.exclude, fits);
}

}  // namespace serin::sources
