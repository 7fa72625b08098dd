#pragma once

#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

namespace serin::fake {

using Json = nlohmann::json;

// Reading without exceptions: what is absent or of another type reads as empty.
const Json& at(const Json& value, std::string_view key);
std::string textAt(const Json& value, std::string_view key);
const Json& metadataOf(const Json& object);
std::string labelOf(const Json& object, std::string_view key);
bool isDeleting(const Json& object);  // metadata.deletionTimestamp is set
bool hasFinalizers(const Json& object);

// UTF-8 as it is; bytes that are not UTF-8 become U+FFFD.
std::string dump(const Json& value);

// RFC 7386, as the API server applies application/merge-patch+json.
void mergePatch(Json& target, const Json& patch);

}  // namespace serin::fake
