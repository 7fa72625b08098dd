#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "base/time.h"

namespace serin::api {

// Lenient look-ups in objects that the API server has checked, or that an older Serin wrote: what is absent,
// null or of another type reads as the fallback. The references live as long as `object`.

// The member, or nullptr when `object` is no object or has no such member that is not null.
const nlohmann::json* find(const nlohmann::json& object, const char* name);
// The member, or an empty object, or an empty list: safe to go deeper or to iterate.
const nlohmann::json& objectAt(const nlohmann::json& object, const char* name);
const nlohmann::json& listAt(const nlohmann::json& object, const char* name);

std::string textAt(const nlohmann::json& object, const char* name, const std::string& fallback = {});
int64_t integerAt(const nlohmann::json& object, const char* name, int64_t fallback = 0);
// Clamped to int.
int countAt(const nlohmann::json& object, const char* name, int fallback = 0);
double numberAt(const nlohmann::json& object, const char* name, double fallback = 0);
bool flagAt(const nlohmann::json& object, const char* name, bool fallback = false);
std::optional<Timestamp> timeAt(const nlohmann::json& object, const char* name);
// The members of a map of strings; others are left out.
std::map<std::string, std::string> textsAt(const nlohmann::json& object, const char* name);

}  // namespace serin::api
