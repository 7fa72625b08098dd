#pragma once

#include <algorithm>
#include <functional>
#include <mutex>
#include <optional>

#include "base/result.h"
#include "base/time.h"

namespace serin::sources {

// What somebody hands out for a while (a token, temporary keys), asked for when it is needed. It is kept
// until five minutes before its end, and of what lives less than ten, until half of that. When nobody can be
// asked then (Unavailable), what there is counts on until its end, and is asked for again after half a
// minute. Other errors of `ask` are passed on. Safe to call from several threads at once: they wait for the
// one that asks.
template <typename T>
class Renewed {
  public:
    struct Lent {
        T what;
        Timestamp end;
    };
    using Ask = std::function<Result<Lent>(Timestamp now)>;

    explicit Renewed(Ask ask) : ask_(std::move(ask)) {}

    Result<T> at(Timestamp now) {
        const std::scoped_lock lock(mutex_);
        if (lent_ && now < until_) return lent_->what;
        Result<Lent> lent = ask_(now);
        if (lent) {
            lent_ = std::move(lent).value();
            until_ = lent_->end - std::min<Duration>(kBefore, (lent_->end - now) / 2);
            return lent_->what;
        }
        const bool lives = lent_ && now < lent_->end;
        if (!lives || lent.error().code != ErrorCode::Unavailable) return lent.error();
        until_ = std::min<Timestamp>(now + kAgain, lent_->end);
        return lent_->what;
    }

  private:
    static constexpr Duration kBefore = std::chrono::minutes(5);
    static constexpr Duration kAgain = std::chrono::seconds(30);

    Ask ask_;
    std::mutex mutex_;
    std::optional<Lent> lent_;
    Timestamp until_{};
};

}  // namespace serin::sources
