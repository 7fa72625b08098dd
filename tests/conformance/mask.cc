#include "mask.h"

#include <regex>
#include <utility>

#include "base/text.h"

namespace serin::conformance {
namespace {

// Shorter ones are what cases state themselves.
constexpr size_t kUid = 36;

std::string& nameFor(std::map<std::string, std::string>& names, const std::string& value, const char* word) {
    std::string& name = names[value];
    if (name.empty()) name = cat('<', word, '-', names.size(), '>');
    return name;
}

void replaceAll(std::string& text, const std::string& what, const std::string& by) {
    for (size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size()))
        text.replace(at, what.size(), by);
}

bool isDigit(const std::string& text, size_t at) {
    return at < text.size() && text[at] >= '0' && text[at] <= '9';
}

// Of numbers only whole ones.
void replaceNumber(std::string& text, const std::string& what, const std::string& by) {
    for (size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size())) {
        const bool whole = (at == 0 || !isDigit(text, at - 1)) && !isDigit(text, at + what.size());
        if (whole) text.replace(at, what.size(), by);
    }
}

}  // namespace

// Resource versions are told apart in objects alone: those of lists and bookmarks move with everybody's
// writes.
void Mask::learn(const Json& value) {
    if (value.is_array()) {
        for (const Json& item : value) learn(item);
    }
    if (!value.is_object()) return;
    if (const std::string uid = fake::textAt(value, "uid"); uid.size() >= kUid) {
        nameFor(uids_, uid, "uid");
        const std::string version = fake::textAt(value, "resourceVersion");
        if (!version.empty()) nameFor(versions_, version, "version");
    }
    for (const auto& [key, member] : value.items()) learn(member);
}

std::string Mask::maskedText(const std::string& text) const {
    static const std::regex chosen(
        R"((continue=)[^& ]+|(resourceVersion=)\d{3,}|(too old resource version: \d+ \()\d+|(current: )\d+|\b\d+\.\d+\.\d+\.\d+\b)");
    // First: what a bookmark or a list said may by chance be an object's version too, with one server alone.
    std::string out = std::regex_replace(text, chosen, "$1$2$3$4<chosen>");
    for (const auto& [uid, name] : uids_) replaceAll(out, uid, name);
    for (const auto& [version, name] : versions_) replaceNumber(out, version, name);
    replaceAll(out, space_, "<namespace>");
    return out;
}

void Mask::metadata(Json& value) {
    value.erase("managedFields");
    const bool identified = value.contains("uid");
    if (value.contains("resourceVersion") && !identified) value["resourceVersion"] = "<version>";
    if (!fake::textAt(value, "continue").empty()) value["continue"] = "<continue>";
    for (const char* time : {"creationTimestamp", "deletionTimestamp"}) {
        if (value.contains(time)) value[time] = "<time>";
    }
    const std::string prefix = fake::textAt(value, "generateName");
    const std::string name = fake::textAt(value, "name");
    if (identified && !prefix.empty() && name.starts_with(prefix))
        value["name"] = cat(prefix, '<', name.size() - prefix.size(), " letters>");
}

void Mask::object(Json& value) {
    for (auto& [key, member] : value.items()) {
        if (key == "metadata" && member.is_object()) metadata(member);
        if (member.is_string()) {
            member = maskedText(member.get<std::string>());
        } else if (member.is_object()) {
            object(member);
        } else if (member.is_array()) {
            Json wrapped = Json::object();
            for (Json& item : member) {
                wrapped["item"] = std::move(item);
                object(wrapped);
                item = std::move(wrapped["item"]);
            }
        }
    }
}

Json Mask::masked(const Json& value) {
    learn(value);
    Json wrapped = {{"value", value}};
    object(wrapped);
    return std::move(wrapped["value"]);
}

}  // namespace serin::conformance
