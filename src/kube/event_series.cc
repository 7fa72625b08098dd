#include "kube/event_series.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "base/sha256.h"
#include "base/text.h"
#include "kube/object.h"

namespace serin::kube {
namespace {

using Json = nlohmann::json;

// The times and limits of client-go's events recorder and of the API's validation.
constexpr Duration kHeartbeat = std::chrono::minutes(30);
constexpr Duration kFinish = std::chrono::minutes(6);
// Of one object; a rollout of twenty steps tells of some sixty things in at least a minute.
constexpr int kBurst = 50;
constexpr Duration kRefill = std::chrono::seconds(10);
constexpr size_t kNoteBytes = 1024;
constexpr size_t kReasonBytes = 128;
constexpr size_t kNamePrefix = 230;  // of 253, the rest is the suffix

// Cuts to `bytes` without cutting a UTF-8 sequence in two.
std::string cut(const std::string& text, size_t bytes) {
    if (text.size() <= bytes) return text;
    size_t end = bytes;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
    return text.substr(0, end);
}

std::string seriesId(const EventInput& input) {
    const Json key = {input.type,           input.action,          input.reason,         input.decision,
                      input.regarding.kind, input.regarding.space, input.regarding.name, input.regarding.uid};
    return sha256Hex(dumpJson(key));
}

std::string eventSpace(const EventInput& input) {
    return input.regarding.space.empty() ? "default" : input.regarding.space;
}

Json reference(const ObjectReference& object) {
    Json out = {
        {"apiVersion", object.apiVersion}, {"kind", object.kind}, {"name", object.name}, {"uid", object.uid}};
    if (!object.space.empty()) out["namespace"] = object.space;
    if (!object.resourceVersion.empty()) out["resourceVersion"] = object.resourceVersion;
    return out;
}

}  // namespace

EventSeries::EventSeries(Options options, RequestBuilder requests)
    : options_(std::move(options)), requests_(std::move(requests)) {}

EventSeries::Send EventSeries::post(const std::string& id, Series& series, Timestamp now) {
    const EventInput& input = series.input;
    // Deterministic, so that a request sent twice makes one event.
    series.name =
        cat(cut(input.regarding.name, kNamePrefix), '.',
            shortDigest(cat(id, '/', now.time_since_epoch().count(), '/', options_.reportingInstance)));
    Json body = {{"apiVersion", events().apiVersion()},
                 {"kind", events().kind},
                 {"metadata", {{"name", series.name}, {"namespace", eventSpace(input)}}},
                 {"eventTime", formatMicroTime(now)},
                 {"reportingController", options_.reportingController},
                 {"reportingInstance", cut(options_.reportingInstance, 128)},
                 {"type", input.type},
                 {"action", cut(input.action, kReasonBytes)},
                 {"reason", cut(input.reason, kReasonBytes)},
                 {"note", cut(input.note, kNoteBytes)},
                 {"regarding", reference(input.regarding)}};
    if (series.count > 1) {
        body["series"] = {{"count", series.count}, {"lastObservedTime", formatMicroTime(series.last)}};
    }
    series.sent = now;
    series.sentCount = series.count;
    return {id, requests_.create(events(), eventSpace(input), dumpJson(body))};
}

EventSeries::Send EventSeries::patch(const std::string& id, Series& series, Timestamp now) {
    const Json body = {
        {"series", {{"count", series.count}, {"lastObservedTime", formatMicroTime(series.last)}}}};
    series.sent = now;
    series.sentCount = series.count;
    return {id, requests_.mergePatch(events(), eventSpace(series.input), series.name, dumpJson(body))};
}

void EventSeries::forgetOldest() {
    const auto oldest = std::min_element(
        series_.begin(), series_.end(),
        [](const auto& left, const auto& right) { return left.second.last < right.second.last; });
    if (oldest != series_.end()) series_.erase(oldest);
}

bool EventSeries::admit(const std::string& uid, Timestamp now) {
    const auto [place, isNew] = allowances_.try_emplace(uid, Allowance{kBurst, now});
    Allowance& own = place->second;
    own.refilled = std::min(own.refilled, now);  // the clock may be set back
    if (const auto refills = (now - own.refilled) / kRefill; refills > 0) {
        own.left = static_cast<int>(std::min<std::int64_t>(kBurst, own.left + refills));
        own.refilled += refills * kRefill;
    }
    if (own.left > 0) return own.left-- > 0;
    ++dropped_;
    return false;
}

std::optional<EventSeries::Send> EventSeries::record(const EventInput& input, Timestamp now) {
    const std::string id = seriesId(input);
    const auto found = series_.find(id);
    if (found == series_.end()) {
        if (!admit(input.regarding.uid, now)) return std::nullopt;
        if (series_.size() >= options_.maxSeries) forgetOldest();
        Series& series = series_[id];
        series.input = input;
        series.last = now;
        return post(id, series, now);
    }
    Series& series = found->second;
    ++series.count;
    series.last = now;
    if (series.count == 2 || now - series.sent >= kHeartbeat) return patch(id, series, now);
    return std::nullopt;
}

std::vector<EventSeries::Send> EventSeries::tick(Timestamp now) {
    std::vector<Send> out;
    for (auto place = series_.begin(); place != series_.end();) {
        Series& series = place->second;
        const bool finished = now - series.last >= kFinish;
        const bool moved = series.count != series.sentCount;
        if (moved && (finished || now - series.sent >= kHeartbeat))
            out.push_back(patch(place->first, series, now));
        place = finished ? series_.erase(place) : std::next(place);
    }
    std::erase_if(allowances_,
                  [&](const auto& entry) { return now - entry.second.refilled >= kBurst * kRefill; });
    return out;
}

std::optional<EventSeries::Send> EventSeries::onAnswer(const std::string& id, int httpStatus, Timestamp now) {
    const auto found = series_.find(id);
    if (found == series_.end() || httpStatus != 404 || found->second.count < 2) return std::nullopt;
    return post(id, found->second, now);
}

}  // namespace serin::kube
