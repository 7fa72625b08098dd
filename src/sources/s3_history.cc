#include "sources/s3_history.h"

#include <algorithm>
#include <functional>
#include <set>

#include "sources/listing.h"

namespace serin::sources {
namespace {

constexpr size_t kMostMoments = 200;

// What stood at that moment. `versions` are ascending by key, the newest first.
std::vector<File> stoodAt(Timestamp moment, const std::vector<S3Object>& versions, const std::string& prefix,
                          bool single, std::map<std::string, std::string>& versionOf) {
    std::vector<File> out;
    const std::string* done = nullptr;
    for (const S3Object& version : versions) {
        if (version.modified > moment || (done != nullptr && *done == version.key)) continue;
        done = &version.key;
        const std::string path = pathOf(prefix, single, version.key);
        if (version.deleted || path.empty()) continue;
        out.push_back({path, version.size, "", version.tag});
        versionOf[path] = version.version;
    }
    return out;
}

}  // namespace

std::string pathOf(const std::string& prefix, bool single, const std::string& key) {
    if (single) return key == prefix ? key.substr(key.rfind('/') + 1) : "";
    const bool below = prefix.empty() || key.starts_with(prefix + "/");
    if (!below || key.ends_with('/')) return "";
    return prefix.empty() ? key : key.substr(prefix.size() + 1);
}

Result<std::vector<File>> filesOfThen(std::vector<S3Object> versions, const std::string& prefix, bool single,
                                      const api::ModelSource& source, const std::string& digest) {
    std::ranges::stable_sort(versions, [](const S3Object& a, const S3Object& b) {
        return a.key != b.key ? a.key < b.key : a.modified > b.modified;
    });
    std::set<Timestamp, std::greater<>> moments;
    for (const S3Object& version : versions) moments.insert(version.modified);
    size_t looked = 0;
    for (const Timestamp moment : moments) {
        if (++looked > kMostMoments) break;
        std::map<std::string, std::string> versionOf;
        Result<std::vector<File>> files =
            chosen(stoodAt(moment, versions, prefix, single, versionOf), source, "the bucket");
        if (!files || digestOf(*files) != digest) continue;
        for (File& file : *files) file.tag = versionOf[file.path];
        return files;
    }
    return Error{ErrorCode::NotFound, "no earlier versions of the objects are those"};
}

}  // namespace serin::sources
