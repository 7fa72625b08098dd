#include "sources/object_history.h"

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <string_view>

#include "sources/hmac.h"
#include "sources/listing.h"

namespace serin::sources {
namespace {

constexpr size_t kMostMoments = 200;

// What the time of a version says. WrittenOfThePresent: keys without a latest version had been deleted by
// then.
enum class Meaning { Written, Replaced, WrittenOfThePresent };

// The versions of one key, the newest first.
using Life = std::vector<const StoredObject*>;

const StoredObject* stoodAt(Timestamp moment, const Life& life, Meaning meaning) {
    if (meaning == Meaning::WrittenOfThePresent && !life.front()->latest) return nullptr;
    const StoredObject* out = nullptr;
    for (const StoredObject* version : life) {
        if (meaning != Meaning::Replaced) {
            if (version->modified <= moment) return version;
        } else {
            if (!version->latest && version->modified < moment) break;
            out = version;
        }
    }
    return out;
}

std::vector<Life> livesOf(const std::vector<StoredObject>& versions) {
    std::map<std::string_view, Life> byKey;
    for (const StoredObject& version : versions) byKey[version.key].push_back(&version);
    std::vector<Life> out;
    for (auto& [key, life] : byKey) {
        std::ranges::stable_sort(life, [](const StoredObject* a, const StoredObject* b) {
            return a->latest != b->latest ? a->latest : a->modified > b->modified;
        });
        out.push_back(std::move(life));
    }
    return out;
}

}  // namespace

std::string md5Of(const std::string& base64) {
    constexpr size_t kBytes = 16;
    return hexOfBase64(base64, kBytes);
}

std::string pathOf(const std::string& prefix, bool single, const std::string& key) {
    if (single) return key == prefix ? key.substr(key.rfind('/') + 1) : "";
    const bool below = prefix.empty() || key.starts_with(prefix + "/");
    if (!below || key.ends_with('/')) return "";
    return prefix.empty() ? key : key.substr(prefix.size() + 1);
}

Result<std::vector<File>> filesOfThen(const std::vector<StoredObject>& versions, const std::string& prefix,
                                      bool single, const api::ModelSource& source,
                                      const std::string& digest) {
    const std::vector<Life> lives = livesOf(versions);
    std::set<Timestamp, std::greater<>> moments;
    for (const StoredObject& version : versions) moments.insert(version.modified);
    size_t looked = 0;
    for (const Timestamp moment : moments) {
        if (++looked > kMostMoments) break;
        for (const Meaning meaning : {Meaning::Written, Meaning::Replaced, Meaning::WrittenOfThePresent}) {
            std::vector<File> stood;
            std::map<std::string, std::string> versionOf;
            for (const Life& life : lives) {
                const StoredObject* version = stoodAt(moment, life, meaning);
                const std::string path = version == nullptr ? "" : pathOf(prefix, single, version->key);
                if (path.empty() || version->deleted) continue;
                stood.push_back({path, version->size, "", version->tag, false, version->md5});
                versionOf[path] = version->version;
            }
            Result<std::vector<File>> files = chosen(std::move(stood), source, "the bucket");
            if (!files || digestOf(*files) != digest) continue;
            for (File& file : *files) file.tag = versionOf[file.path];
            return files;
        }
    }
    return Error{ErrorCode::NotFound, "no earlier versions of the objects are those"};
}

}  // namespace serin::sources
