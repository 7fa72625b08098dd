#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/spec.h"

namespace serin::api {

// A preset is what is known of one kind of inference server: where it listens, which path asks for a model,
// which series count requests and failures and time them. Each is a data file, src/api/presets/NAME.json,
// which says where it was learnt; the page it is tested with stands in tests/unit/signals/pages. Thread-safe.

// No preset: the person states all of it.
inline constexpr const char* kCustomPreset = "custom";

// Everything but `container` is filled in. Nothing where there is no such preset.
std::optional<Runtime> presetRuntime(std::string_view preset, const std::string& modelName);

// Ascending.
std::vector<std::string> presetNames();

// What a user must know of it: how its metrics are switched on, what it does not count. A sentence or two.
std::string presetNote(std::string_view preset);

}  // namespace serin::api
