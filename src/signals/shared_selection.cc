#include "signals/shared_selection.h"

#include <map>
#include <mutex>
#include <string>

namespace serin::signals {
namespace {

// All that compileSelection reads.
using Question = std::vector<std::vector<std::string>>;

Question questionOf(const api::Runtime& runtime, const std::vector<api::Metric>& metrics) {
    Question question{runtime.errors.total, runtime.errors.bad};
    for (const api::Metric& metric : metrics) {
        question.push_back({metric.name, std::to_string(static_cast<int>(metric.kind)), metric.histogram,
                            metric.byLabel, metric.share.total, metric.share.bad, metric.share.good,
                            metric.mean.sum, metric.mean.count, std::to_string(metric.unitSeconds)});
    }
    return question;
}

}  // namespace

Result<std::shared_ptr<const Selection>> sharedSelection(const api::Runtime& runtime,
                                                         const std::vector<api::Metric>& metrics) {
    static std::mutex mutex;
    static std::map<Question, std::weak_ptr<const Selection>> known;
    Question question = questionOf(runtime, metrics);
    const std::lock_guard lock(mutex);
    if (const auto found = known.find(question); found != known.end()) {
        if (auto held = found->second.lock()) return held;
    }
    auto compiled = compileSelection(runtime, metrics);
    if (!compiled) return compiled.error();
    auto made = std::make_shared<const Selection>(std::move(*compiled));
    std::erase_if(known, [](const auto& one) { return one.second.expired(); });
    known[std::move(question)] = made;
    return made;
}

}  // namespace serin::signals
