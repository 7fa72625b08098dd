#include "fetch/layers.h"

#include <algorithm>

#include "base/text.h"

namespace serin::fetch {
namespace {

Result<void> moveInto(const std::filesystem::path& from, const std::filesystem::path& to) {
    std::error_code failed;
    std::filesystem::create_directories(to.parent_path(), failed);
    if (!failed) std::filesystem::rename(from, to, failed);
    if (failed) return invalid(cat(to.string(), " cannot be made: ", failed.message()));
    return {};
}

}  // namespace

bool haveLayers(const std::vector<sources::File>& files) {
    return std::ranges::any_of(files, &sources::File::layer);
}

Result<Unpacked> assemble(const std::vector<sources::File>& files, const std::filesystem::path& data,
                          const std::filesystem::path& into,
                          const std::function<bool(const std::string&)>& wanted,
                          const std::function<void(const std::string&)>& say) {
    LayerTree tree(into);
    for (const sources::File& file : files) {
        if (file.layer) continue;
        if (const Result<void> moved = moveInto(data / file.path, into / file.path); !moved)
            return moved.error();
        tree.addFile(file.path, file.size, file.sha256);
    }
    for (const sources::File& file : files) {
        if (!file.layer) continue;
        say(cat("unpacking ", file.path));
        const Result<void> unpacked = unpackLayer(data / file.path, tree, wanted);
        if (!unpacked) return Error{unpacked.error().code, cat(file.path, ": ", unpacked.error().message)};
    }
    Unpacked out{tree.tops(), tree.files()};
    if (!out.files.empty()) return out;
    return Error{ErrorCode::NotFound, "its layers have no files, or include and exclude leave none"};
}

}  // namespace serin::fetch
