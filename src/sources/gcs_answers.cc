#include "sources/gcs_answers.h"

#include <algorithm>
#include <map>
#include <optional>

#include "base/text.h"
#include "sources/json_answer.h"
#include "sources/listing.h"

namespace serin::sources {
namespace {

using nlohmann::json;

Result<StoredObject> readObject(const json& item) {
    StoredObject out;
    out.key = api::textAt(item, "name");
    const std::optional<uint64_t> size = sizeAt(item, "size");
    if (!size) return invalid(cat("its listing has an object '", plainly(out.key), "' without a size"));
    out.size = *size;
    // The service unpacks what it hands out of such an object, so that neither size nor ranges are those
    // listed.
    if (api::textAt(item, "contentEncoding") == "gzip") {
        return invalid(cat("its listing has an object '", plainly(out.key),
                           "' with Content-Encoding: gzip, which is handed out as other bytes than are kept; "
                           "upload it without"));
    }
    const std::optional<uint64_t> generation = sizeAt(item, "generation");
    if (!generation || *generation == 0) {
        return invalid(cat("its listing has an object '", plainly(out.key), "' without a generation"));
    }
    out.tag = out.version = std::to_string(*generation);
    // An object that was composed of others has none.
    out.md5 = md5Of(api::textAt(item, "md5Hash"));
    return out;
}

Result<void> readLife(const json& item, StoredObject& object, std::vector<StoredObject>& out) {
    const auto created = api::timeAt(item, "timeCreated");
    if (!created)
        return invalid(cat("its listing has a version of '", plainly(object.key), "' without a time"));
    object.modified = *created;
    const auto deleted = api::timeAt(item, "timeDeleted");
    if (!deleted) return {};
    StoredObject end = object;
    end.modified = *deleted;
    end.deleted = true;
    out.push_back(std::move(end));
    return {};
}

Result<ObjectPage> readPage(std::string_view body, bool versions) {
    const Result<json> answer = readJson(body);
    if (!answer) return answer.error();
    if (api::textAt(*answer, "kind") != "storage#objects")
        return invalid("its answer is not a listing of objects");
    ObjectPage out;
    for (const json& item : api::listAt(*answer, "items")) {
        Result<StoredObject> object = readObject(item);
        if (!object) return object.error();
        if (versions) {
            if (const Result<void> read = readLife(item, *object, out.objects); !read) return read.error();
        }
        out.objects.push_back(std::move(object).value());
    }
    const std::string token = api::textAt(*answer, "nextPageToken");
    if (!token.empty()) out.next = {{"pageToken", token}};
    return out;
}

// Of generations, which are numbers.
bool isNewer(const StoredObject& a, const StoredObject& b) {
    return a.version.size() != b.version.size() ? a.version.size() > b.version.size() : a.version > b.version;
}

}  // namespace

Result<ObjectPage> readGcsObjects(std::string_view body) {
    return readPage(body, false);
}

Result<ObjectPage> readGcsVersions(std::string_view body) {
    return readPage(body, true);
}

std::vector<StoredObject> withTrueEnds(std::vector<StoredObject> versions) {
    std::ranges::stable_sort(versions, isNewer);
    // Of each name: when the next newer generation began, if there is one. The end of a generation stands
    // before it.
    std::map<std::string, std::optional<Timestamp>> next;
    std::vector<StoredObject> out;
    for (StoredObject& version : versions) {
        const auto [newer, newest] = next.try_emplace(version.key);
        if (version.deleted && newer->second && *newer->second <= version.modified) continue;
        if (!version.deleted) newer->second = version.modified;
        version.latest = newest;
        out.push_back(std::move(version));
    }
    return out;
}

std::string gcsWords(const HttpResponse& answer) {
    const json body = isModest(answer.body) ? json::parse(answer.body, nullptr, false) : json();
    return api::textAt(api::objectAt(body, "error"), "message");
}

}  // namespace serin::sources
