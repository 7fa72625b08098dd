#include "sources/s3_answers.h"

#include <charconv>
#include <pugixml.hpp>

#include "base/text.h"
#include "sources/calls.h"
#include "sources/listing.h"

namespace serin::sources {
namespace {

// pugixml expands no entities of a document's own and follows none to elsewhere.
Result<pugi::xml_node> rootOf(pugi::xml_document& document, std::string_view body, const char* name) {
    if (!document.load_buffer(body.data(), body.size())) return invalid("its answer is not XML");
    const pugi::xml_node root = document.child(name);
    if (!root) return invalid(cat("its answer is not a ", name));
    return root;
}

std::string textAt(const pugi::xml_node& node, const char* name) {
    return node.child_value(name);
}

Result<StoredObject> readObject(const pugi::xml_node& node) {
    StoredObject out;
    out.key = textAt(node, "Key");
    out.tag = plainly(textAt(node, "ETag"));
    // Some servers leave the quotes out.
    if (!out.tag.empty() && !out.tag.starts_with('"')) out.tag = cat("\"", out.tag, "\"");
    const std::string size = textAt(node, "Size");
    const char* const end = size.data() + size.size();
    const auto [stopped, error] = std::from_chars(size.data(), end, out.size);
    if (size.empty() || error != std::errc() || stopped != end) {
        return invalid(cat("its listing has an object '", plainly(out.key), "' without a size"));
    }
    if (out.tag.empty())
        return invalid(cat("its listing has an object '", plainly(out.key), "' without an ETag"));
    return out;
}

Result<void> readVersionOf(const pugi::xml_node& node, StoredObject& out) {
    out.version = textAt(node, "VersionId");
    out.latest = textAt(node, "IsLatest") == "true";
    const auto modified = parseTime(textAt(node, "LastModified"));
    if (!modified)
        return invalid(cat("its listing has a version of '", plainly(out.key), "' without a time"));
    out.modified = *modified;
    return {};
}

bool isTruncated(const pugi::xml_node& root) {
    return textAt(root, "IsTruncated") == "true";
}

}  // namespace

Result<ObjectPage> readObjects(std::string_view body) {
    pugi::xml_document document;
    const auto root = rootOf(document, body, "ListBucketResult");
    if (!root) return root.error();
    ObjectPage out;
    for (const pugi::xml_node& node : root->children("Contents")) {
        Result<StoredObject> object = readObject(node);
        if (!object) return object.error();
        out.objects.push_back(std::move(object).value());
    }
    if (!isTruncated(*root)) return out;
    const std::string token = textAt(*root, "NextContinuationToken");
    if (token.empty()) return invalid("its listing is cut and says not how it goes on");
    out.next = {{"continuation-token", token}};
    return out;
}

Result<ObjectPage> readVersions(std::string_view body) {
    pugi::xml_document document;
    const auto root = rootOf(document, body, "ListVersionsResult");
    if (!root) return root.error();
    ObjectPage out;
    for (const pugi::xml_node& node : root->children()) {
        const std::string_view name = node.name();
        if (name != "Version" && name != "DeleteMarker") continue;
        StoredObject object;
        if (name == "DeleteMarker") {
            object.key = textAt(node, "Key");
            object.deleted = true;
        } else {
            Result<StoredObject> read = readObject(node);
            if (!read) return read.error();
            object = std::move(read).value();
        }
        if (const Result<void> read = readVersionOf(node, object); !read) return read.error();
        out.objects.push_back(std::move(object));
    }
    if (!isTruncated(*root)) return out;
    const std::string key = textAt(*root, "NextKeyMarker");
    if (key.empty()) return invalid("its listing is cut and says not how it goes on");
    out.next = {{"key-marker", key}};
    const std::string version = textAt(*root, "NextVersionIdMarker");
    if (!version.empty()) out.next["version-id-marker"] = version;
    return out;
}

std::string s3Words(const HttpResponse& answer) {
    const std::string region = plainly(headerOf(answer, "x-amz-bucket-region"));
    if (answer.status >= 300 && answer.status < 400 && !region.empty()) {
        return cat(
            "the bucket is in the region ", region,
            "; state it as AWS_REGION in the credentials' Secret, or as the workload identity's region");
    }
    pugi::xml_document document;
    if (!document.load_buffer(answer.body.data(), answer.body.size())) return "";
    const pugi::xml_node error = document.child("Error");
    const std::string code = textAt(error, "Code");
    const std::string message = textAt(error, "Message");
    return code.empty() || message.empty() ? cat(code, message) : cat(code, ": ", message);
}

}  // namespace serin::sources
