#include "runtime/access_memory.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "base/sha256.h"
#include "base/text.h"

namespace serin::runtime {
namespace {

constexpr Duration kAllowed = std::chrono::seconds(60);
constexpr Duration kRefused = std::chrono::seconds(10);
constexpr size_t kMost = 256;
constexpr int kBurst = 5;
constexpr Duration kRefill{200};

// A token has no blank: whoever takes it from a header sees to that.
std::string keyOf(const std::string& token, const std::string& path) {
    return sha256Hex(cat(token, ' ', path));
}

bool isAllowed(const Access& access) {
    return access.answer == Access::Answer::Allowed;
}

}  // namespace

std::optional<Access> AccessMemory::recall(const std::string& token, const std::string& path,
                                           Duration now) const {
    const auto found = known_.find(keyOf(token, path));
    if (found == known_.end() || found->second.expires <= now) return std::nullopt;
    return found->second.access;
}

bool AccessMemory::mayAsk(Duration now) {
    if (const auto refills = (now - refilled_) / kRefill; refills > 0) {
        questions_ = static_cast<int>(std::min<std::int64_t>(kBurst, questions_ + refills));
        refilled_ += refills * kRefill;
    }
    if (questions_ == 0) return false;
    --questions_;
    return true;
}

void AccessMemory::remember(const std::string& token, const std::string& path, Access access, Duration now) {
    if (known_.size() >= kMost) makeRoom(now);
    const Duration expires = now + (isAllowed(access) ? kAllowed : kRefused);
    known_[keyOf(token, path)] = {std::move(access), expires};
}

void AccessMemory::makeRoom(Duration now) {
    std::erase_if(known_, [&](const auto& entry) { return entry.second.expires <= now; });
    if (known_.size() < kMost) return;
    known_.erase(std::min_element(known_.begin(), known_.end(), [](const auto& left, const auto& right) {
        const Known& a = left.second;
        const Known& b = right.second;
        return std::pair(isAllowed(a.access), a.expires) < std::pair(isAllowed(b.access), b.expires);
    }));
}

}  // namespace serin::runtime
