#include "sources/object_store.h"

#include <algorithm>

#include "api/status_limits.h"
#include "base/shorten.h"
#include "base/text.h"
#include "sources/listing.h"

namespace serin::sources {
namespace {

constexpr size_t kLongestName = 150;
constexpr size_t kVersionLength = 12;
constexpr std::string_view kDigest = " sha256:";
constexpr size_t kDigestLength = 64;

// `single`: the path is the key of one object.
struct Found {
    std::vector<File> files;
    bool single = false;
};

class ObjectStore : public Store {
  public:
    explicit ObjectStore(std::unique_ptr<ObjectServer> server) : server_(std::move(server)) {}

    Result<Resolution> resolve(const api::ModelSource& source, Timestamp now) override;
    Result<std::vector<File>> files(const api::ModelSource& source, const std::string& id,
                                    Timestamp now) override;
    Result<Download> download(const api::ModelSource& source, const std::string& id, const File& file,
                              Timestamp now) override;

  private:
    // An id without its digest, short enough that there is room for it. A slash at its end: the objects below
    // the path, and not that of the key.
    std::string placeOf(const api::ModelSource& source, bool single) const {
        const std::string place = server_->place(source);
        const size_t room = api::kLongestId - place.size() - kDigest.size() - kDigestLength - 2;
        const std::string path = shortened(source.reference.path, std::min(kLongestName, room));
        return cat(place, "/", path, single || path.empty() ? "" : "/");
    }
    bool isOf(const api::ModelSource& source, bool single, const std::string& id) const {
        return id.starts_with(cat(placeOf(source, single), kDigest));
    }
    Result<Found> find(const api::ModelSource& source, Timestamp now);
    Result<std::vector<File>> filesOfBefore(const api::ModelSource& source, bool single,
                                            const std::string& digest, Timestamp now);

    std::unique_ptr<ObjectServer> server_;
};

std::string prefixOf(const api::ModelSource& source, bool single) {
    const std::string& path = source.reference.path;
    return single || path.empty() ? path : path + "/";
}

Result<Found> ObjectStore::find(const api::ModelSource& source, Timestamp now) {
    const std::string& path = source.reference.path;
    for (const bool single : {false, true}) {
        if (single && path.empty()) break;
        const Result<std::vector<StoredObject>> objects =
            server_->list(source, prefixOf(source, single), single ? Listed::First : Listed::Present, now);
        if (!objects) return objects.error();
        std::vector<File> files;
        for (const StoredObject& object : *objects) {
            const std::string file = pathOf(path, single, object.key);
            if (!file.empty()) files.push_back({file, object.size, "", object.tag, false, object.md5});
        }
        if (files.empty()) continue;
        if (files.size() > kMostFiles) {
            return invalid(cat(source.uri, " has more than ", kMostFiles, " objects"));
        }
        Result<std::vector<File>> kept = chosen(std::move(files), source, source.uri);
        if (!kept) return kept.error();
        return Found{std::move(kept).value(), single};
    }
    return Error{ErrorCode::NotFound, cat(source.uri, " has no objects")};
}

Result<Resolution> ObjectStore::resolve(const api::ModelSource& source, Timestamp now) {
    Result<Found> found = find(source, now);
    if (!found) return found.error();
    const std::string digest = digestOf(found->files);
    Resolution out;
    out.model.id = cat(placeOf(source, found->single), kDigest, digest);
    out.model.version = digest.substr(0, kVersionLength);
    out.model.files = found->files.size();
    out.model.bytes = bytesOf(found->files);
    out.files = std::move(found->files);
    return out;
}

Result<std::vector<File>> ObjectStore::filesOfBefore(const api::ModelSource& source, bool single,
                                                     const std::string& digest, Timestamp now) {
    const Result<std::vector<StoredObject>> versions =
        server_->list(source, prefixOf(source, single), Listed::Versions, now);
    if (!versions) return versions.error();
    return filesOfThen(*versions, source.reference.path, single, source, digest);
}

Result<std::vector<File>> ObjectStore::files(const api::ModelSource& source, const std::string& id,
                                             Timestamp now) {
    const bool single = isOf(source, true, id);
    if (!single && !isOf(source, false, id)) {
        return invalid(cat("'", plainly(id), "' is no id of a model of ", source.uri));
    }
    Result<Found> found = find(source, now);
    if (!found && found.error().code != ErrorCode::NotFound) return found.error();
    const std::string present =
        found ? cat(placeOf(source, found->single), kDigest, digestOf(found->files)) : "gone";
    if (present == id) return std::move(found->files);
    const std::string digest = id.substr(id.rfind(kDigest) + kDigest.size());
    Result<std::vector<File>> before = filesOfBefore(source, single, digest, now);
    if (before || before.error().code == ErrorCode::Unavailable) return before;
    return invalid(cat("the objects of ", source.uri, " have changed since they were resolved: now it is ",
                       present, ", and wanted is ", plainly(id), " (", before.error().message, ")"));
}

Result<Download> ObjectStore::download(const api::ModelSource& source, const std::string& id,
                                       const File& file, Timestamp now) {
    const std::string& path = source.reference.path;
    const bool whole = path.empty() || isOf(source, true, id);
    const std::string key = !whole ? cat(path, "/", file.path) : path.empty() ? file.path : path;
    return server_->object(source, key, file.tag, now);
}

}  // namespace

std::unique_ptr<Store> makeObjectStore(std::unique_ptr<ObjectServer> server) {
    return std::make_unique<ObjectStore>(std::move(server));
}

}  // namespace serin::sources
