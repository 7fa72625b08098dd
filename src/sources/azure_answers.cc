#include "sources/azure_answers.h"

#include <array>
#include <charconv>
#include <pugixml.hpp>

#include "base/text.h"
#include "sources/calls.h"
#include "sources/listing.h"

namespace serin::sources {
namespace {

std::string textAt(const pugi::xml_node& node, const char* name) {
    return node.child_value(name);
}

bool isFolder(const pugi::xml_node& blob) {
    if (textAt(blob.child("Properties"), "ResourceType") == "directory") return true;
    for (const pugi::xml_node& pair : blob.child("Metadata")) {
        if (lowerCase(pair.name()) == "hdi_isfolder") return lowerCase(pair.child_value()) == "true";
    }
    return false;
}

Result<StoredObject> readBlob(const pugi::xml_node& blob) {
    const pugi::xml_node properties = blob.child("Properties");
    StoredObject out;
    out.key = textAt(blob, "Name");
    if (blob.child("Name").attribute("Encoded").as_bool()) {
        return invalid(cat("its listing has a blob '", plainly(out.key), "', whose name no file can have"));
    }
    const std::string size = textAt(properties, "Content-Length");
    const char* const end = size.data() + size.size();
    const auto [stopped, error] = std::from_chars(size.data(), end, out.size);
    if (size.empty() || error != std::errc() || stopped != end) {
        return invalid(cat("its listing has a blob '", plainly(out.key), "' without a size"));
    }
    out.tag = plainly(textAt(properties, "Etag"));
    if (out.tag.empty()) {
        return invalid(cat("its listing has a blob '", plainly(out.key), "' without an ETag"));
    }
    // Listings leave the quotes out that the header has.
    if (!out.tag.starts_with('"')) out.tag = cat("\"", out.tag, "\"");
    // Of append and page blobs it stays what it was, whatever is written to them.
    if (textAt(properties, "BlobType") == "BlockBlob") out.md5 = md5Of(textAt(properties, "Content-MD5"));
    return out;
}

Result<ObjectPage> readPage(std::string_view body, bool versions) {
    pugi::xml_document document;
    // pugixml expands no entities of a document's own and follows none to elsewhere.
    if (!document.load_buffer(body.data(), body.size())) return invalid("its answer is not XML");
    const pugi::xml_node root = document.child("EnumerationResults");
    const pugi::xml_node blobs = root.child("Blobs");
    if (!blobs) return invalid("its answer is not a listing of blobs");
    ObjectPage out;
    for (const pugi::xml_node& blob : blobs.children("Blob")) {
        if (isFolder(blob)) continue;
        Result<StoredObject> object = readBlob(blob);
        if (!object) return object.error();
        if (versions) {
            object->version = textAt(blob, "VersionId");
            if (object->version.empty()) continue;
            const auto written = parseTime(object->version);
            if (!written) {
                return invalid(
                    cat("its listing has a version of '", plainly(object->key), "' without a time"));
            }
            object->modified = *written;
            object->latest = textAt(blob, "IsCurrentVersion") == "true";
        }
        out.objects.push_back(std::move(object).value());
    }
    const std::string marker = textAt(root, "NextMarker");
    if (!marker.empty()) out.next = {{"marker", marker}};
    return out;
}

struct Advice {
    std::string_view code;
    std::string_view words;
};
constexpr std::array<Advice, 8> kAdvice{{
    {"AuthenticationFailed", "see that the key or the signature is this account's and has not ended"},
    {"AuthorizationFailure",
     "see that the credentials are this account's, may read and list, and that the account's firewall lets "
     "this cluster in"},
    {"AuthorizationPermissionMismatch",
     "the credentials must be allowed to read and to list: the role Storage Blob Data Reader, or a SAS with "
     "sp=rl"},
    {"InsufficientAccountPermissions",
     "a SAS must be of the service blob, of containers and objects: ss=b, srt=co"},
    {"KeyBasedAuthenticationNotPermitted",
     "this account takes neither keys nor what they sign: state AZURE_TENANT_ID, AZURE_CLIENT_ID and "
     "AZURE_CLIENT_SECRET"},
    {"NoAuthenticationInformation", "nobody is let in without credentials: state credentials.secretName"},
    {"PublicAccessNotPermitted", "nobody is let in without credentials: state credentials.secretName"},
    {"ResourceNotFound",
     "there is no such container, or nobody is let in without credentials: state credentials.secretName"},
}};

}  // namespace

Result<ObjectPage> readBlobs(std::string_view body) {
    return readPage(body, false);
}

Result<ObjectPage> readBlobVersions(std::string_view body) {
    return readPage(body, true);
}

std::string azureWords(const HttpResponse& answer) {
    pugi::xml_document document;
    const bool readable = document.load_buffer(answer.body.data(), answer.body.size());
    const pugi::xml_node error = readable ? document.child("Error") : pugi::xml_node();
    std::string code = headerOf(answer, "x-ms-error-code");
    if (code.empty()) code = textAt(error, "Code");
    // Further lines are of the request. Other parts repeat what was signed.
    std::string message = textAt(error, "Message");
    message.resize(std::min(message.find_first_of("\r\n"), message.size()));
    std::string out = code.empty() || message.empty() ? cat(code, message) : cat(code, ": ", message);
    for (const Advice& advice : kAdvice) {
        if (advice.code == code) return cat(code, ": ", advice.words);
    }
    return out;
}

}  // namespace serin::sources
