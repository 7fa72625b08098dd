#include "kube/election.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "kube/status.h"

namespace serin::kube {
namespace {

constexpr Duration kLongestRequest{5'000};
constexpr Duration kShortestRequest{200};
constexpr double kJitter = 1.2;  // client-go's JitterFactor

}  // namespace

Result<void> Election::check(const Options& options) {
    if (options.space.empty() || options.name.empty() || options.identity.empty()) {
        return invalid("leader election needs a namespace, a lease name and an identity");
    }
    if (options.leaseDuration.count() % 1000 != 0)
        return invalid("the lease duration is not in whole seconds");
    const double shortest = kJitter * static_cast<double>(options.retryPeriod.count());
    if (options.retryPeriod.count() <= 0 || static_cast<double>(options.renewDeadline.count()) <= shortest ||
        options.leaseDuration <= options.renewDeadline) {
        return invalid(
            cat("leader election needs lease duration > renew deadline > 1.2 x retry period > 0, not ",
                formatDuration(options.leaseDuration), ", ", formatDuration(options.renewDeadline), ", ",
                formatDuration(options.retryPeriod)));
    }
    return {};
}

Election::Election(Options options, RequestBuilder requests, Random random)
    : options_(std::move(options)), requests_(std::move(requests)), random_(std::move(random)) {}

bool Election::lost(Duration now) const {
    return held_ && !leading(now);
}

Duration Election::lookAt(Duration now) {
    const double period = static_cast<double>(options_.retryPeriod.count()) * (1.0 + random_()) / 2;
    return std::min(now + Duration{static_cast<Duration::rep>(period)}, seenAt_ + observed_.duration);
}

Duration Election::restUntil(Duration now) {
    if (held_) return now + options_.retryPeriod;
    const double period = static_cast<double>(options_.retryPeriod.count()) * (1.0 + kJitter * random_());
    return now + Duration{static_cast<Duration::rep>(period)};
}

bool Election::free(Duration now) const {
    if (absent_ || observed_.holder.empty() || observed_.holder == options_.identity) return true;
    return now >= seenAt_ + observed_.duration;
}

Election::Step Election::next(Duration now, Timestamp wall) {
    if (released_ || lost(now)) return {std::nullopt, now + options_.retryPeriod};
    if (now < wakeAt_) return {std::nullopt, held_ ? std::min(wakeAt_, fenceUntil_) : wakeAt_};
    if (!fresh_) return get(now);
    if (held_ || free(now)) return write(now, wall);
    fresh_ = false;
    wakeAt_ = lookAt(now);
    return {std::nullopt, wakeAt_};
}

Election::Step Election::sent(HttpRequest request, Pending pending, Duration now) {
    request.timeout = kLongestRequest;
    if (held_) request.timeout = std::clamp(fenceUntil_ - now, kShortestRequest, kLongestRequest);
    pending_ = pending;
    sentAt_ = now;
    return {std::move(request), now};
}

Election::Step Election::get(Duration now) {
    return sent(requests_.get(leases(), options_.space, options_.name), Pending::Get, now);
}

Election::Step Election::write(Duration now, Timestamp wall) {
    Lease wanted = absent_ ? Lease{} : observed_;
    if (wanted.holder != options_.identity) {
        wanted.acquireTime = formatMicroTime(wall);
        if (!absent_) ++wanted.transitions;
    }
    wanted.space = options_.space;
    wanted.name = options_.name;
    wanted.holder = options_.identity;
    wanted.duration = std::chrono::duration_cast<std::chrono::seconds>(options_.leaseDuration);
    wanted.renewTime = formatMicroTime(wall);
    std::string body = leaseBody(wanted);
    if (absent_)
        return sent(requests_.create(leases(), options_.space, std::move(body)), Pending::Create, now);
    return sent(requests_.replace(leases(), options_.space, options_.name, std::move(body)), Pending::Update,
                now);
}

void Election::failed(std::string why, Duration retryAt) {
    lastFailure_ = std::move(why);
    fresh_ = false;
    wakeAt_ = retryAt;
}

void Election::onAnswer(const Result<HttpResponse>& answer, Duration now) {
    const Pending pending = std::exchange(pending_, Pending::None);
    if (!answer) {
        failed(cat("lease: ", answer.error().message), restUntil(now));
    } else if (pending == Pending::Get) {
        onGet(*answer, now);
    } else if (pending != Pending::None) {
        onWrite(*answer, now);
    }
}

void Election::observe(const Lease& lease, Duration now) {
    if (!seen_ || !(lease == observed_)) seenAt_ = now;
    observed_ = lease;
    seen_ = true;
    fresh_ = true;
    absent_ = false;
}

void Election::onGet(const HttpResponse& answer, Duration now) {
    if (answer.status == 404) {
        absent_ = true;
        fresh_ = true;
        return;
    }
    if (answer.status != 200) {
        failed(toError("lease", parseStatus(answer)).message, restUntil(now));
        return;
    }
    const Result<Lease> lease = parseLease(answer.body);
    if (!lease) {
        failed(lease.error().message, restUntil(now));
        return;
    }
    observe(*lease, now);
    if (held_ && lease->holder != options_.identity) {
        lastFailure_ = cat("lease: taken by '", lease->holder, "'");
        fenceUntil_ = Duration{0};
    }
}

void Election::onWrite(const HttpResponse& answer, Duration now) {
    if (answer.status < 200 || answer.status >= 300) {
        const ApiStatus status = parseStatus(answer);
        // Someone wrote in between (or our own lost request did): look at once. Otherwise give the server a
        // rest.
        const bool look = status.code == 409 || status.code == 404;
        failed(toError("lease", status).message, look && held_ ? now : restUntil(now));
        return;
    }
    lastFailure_.clear();
    const Result<Lease> lease = parseLease(answer.body);
    if (lease) {
        observe(*lease, sentAt_);
    } else {
        fresh_ = false;  // written, but its new version is unknown
    }
    const Duration until = sentAt_ + options_.renewDeadline;
    wakeAt_ = sentAt_ + options_.retryPeriod;
    // An answer that comes after its own fence makes nobody a leader.
    if (held_ || now < until) {
        held_ = true;
        fenceUntil_ = std::max(fenceUntil_, until);
    } else {
        fresh_ = false;
    }
}

std::optional<HttpRequest> Election::release(Duration now, Timestamp wall) {
    const bool ours = held_ && leading(now) && seen_ && fresh_;
    released_ = true;
    held_ = false;
    fenceUntil_ = Duration{0};
    if (!ours) return std::nullopt;
    Lease empty = observed_;
    empty.holder.clear();
    empty.duration = std::chrono::seconds(1);
    empty.renewTime = formatMicroTime(wall);
    HttpRequest request = requests_.replace(leases(), options_.space, options_.name, leaseBody(empty));
    request.timeout = kLongestRequest;
    return request;
}

}  // namespace serin::kube
