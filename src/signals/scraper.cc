#include "signals/scraper.h"

#include <algorithm>
#include <atomic>
#include <future>
#include <utility>

#include "base/text.h"
#include "signals/exposition.h"
#include "signals/native_reading.h"
#include "signals/refusal.h"

namespace serin::signals {

namespace {

constexpr Duration longestAnswer = std::chrono::seconds(3);
constexpr size_t maxPageBytes = PageLimits{}.bytes;
constexpr size_t maxReadyBytes = 64U << 10U;

// What a pod wrote may stand in a message; it goes to people's terminals and to logs.
std::string printable(std::string text) {
    for (char& c : text) {
        if (c < ' ' || c > '~') c = '?';
    }
    return text;
}

Error notRead(int status, const std::string& path) {
    const Error why{codeOf(status, ErrorCode::Unavailable), cat("HTTP ", status, " from ", path)};
    if (!isRefusal(why)) return why;
    return {why.code,
            cat(why.message, "; state credentials that it accepts, in spec.runtime.metrics.credentials")};
}

// What is wrong with a page. Secrets are taken from it before its words are cut or made printable, so that no
// part of one stays.
std::string wordsOf(const Error& why, const std::string& page, const Selection& selection, bool openMetrics,
                    size_t mostSelected, const net::Access& access) {
    if (access.secrets.empty()) return printable(why.message);
    const auto again = readPage(withoutSecrets(page, access), selection, openMetrics, mostSelected);
    return printable(again ? withoutSecrets(why.message, access) : again.error().message);
}

// Its complaints cut no words of the page, so that secrets are found in them.
Result<PodReading> readProtobufAnswer(const HttpResponse& answer, const std::string& type,
                                      const std::string& path, const Selection& selection,
                                      size_t mostSelected, const net::Access& access) {
    if (type.find("encoding=delimited") == std::string::npos &&
        type.find("encoding=\"delimited\"") == std::string::npos) {
        return invalid(cat(path, ": it is in protobuf, but not delimited; serve text or what was asked for"));
    }
    auto reading = readProtobufPage(answer.body, selection, mostSelected);
    if (reading) return withoutSecrets(std::move(reading).value(), access);
    return invalid(cat(path, ": ", printable(withoutSecrets(reading.error().message, access))));
}

Result<PodReading> readAnswer(const Result<HttpResponse>& answer, const std::string& path,
                              const Selection& selection, size_t mostSelected, const net::Access& access) {
    if (!answer) return Error{answer.error().code, withoutSecrets(answer.error().message, access)};
    if (answer->status != 200) return notRead(answer->status, path);
    const auto found = answer->headers.find("content-type");
    const std::string type = found == answer->headers.end() ? "" : found->second;
    if (type.starts_with("application/vnd.google.protobuf")) {
        return readProtobufAnswer(*answer, type, path, selection, mostSelected, access);
    }
    const bool openMetrics = type.starts_with("application/openmetrics-text");
    auto reading = readPage(answer->body, selection, openMetrics, mostSelected);
    if (reading) return withoutSecrets(std::move(reading).value(), access);
    return invalid(cat(path, ": ",
                       wordsOf(reading.error(), answer->body, selection, openMetrics, mostSelected, access)));
}

std::optional<api::ModelAnswer> modelAnswerOf(const Result<HttpResponse>& answer) {
    if (answer) return answer->status == 200 ? api::ModelAnswer::Ready : api::ModelAnswer::NotReady;
    switch (answer.error().code) {
        case ErrorCode::Unavailable:
            return api::ModelAnswer::CannotConnect;
        case ErrorCode::Unknown:
            return api::ModelAnswer::Silent;
        case ErrorCode::Stopped:
            return std::nullopt;
        default:
            return api::ModelAnswer::NotReady;  // it answered, but nothing that means ready
    }
}

}  // namespace

// A round under way. Every task writes its own pod's fields; the last one to finish hands the round out.
struct Scraper::Pending {
    Round round;
    net::Access access;
    Duration timeout{0};
    std::function<void(Round)> done;
    std::atomic<size_t> open{0};

    void finishOne() {
        if (open.fetch_sub(1, std::memory_order_acq_rel) == 1) done(std::move(round));
    }
};

Scraper::Scraper(net::Fetcher& fetcher, const Clock& clock, size_t maxThreads, PrometheusReader* prometheus)
    : fetcher_(fetcher), clock_(clock), prometheus_(prometheus), pool_(maxThreads) {}

void Scraper::start(RoundRequest request, std::function<void(Round)> done) {
    auto pending = std::make_shared<Pending>();
    pending->timeout =
        request.interval > Duration{0} ? std::min(request.interval / 2, longestAnswer) : longestAnswer;
    pending->done = std::move(done);
    pending->round.at = clock_.wall();
    pending->round.selection = std::move(request.selection);
    for (Target& target : request.targets) {
        PodResult result;
        result.target = std::move(target);
        result.startedAt = result.endedAt = pending->round.at;
        result.reading = Error{ErrorCode::Stopped, "the scraper is stopping"};
        pending->round.pods.push_back(std::move(result));
    }
    for (Query& query : request.queries) {
        pending->round.queries.push_back(
            {std::move(query), Error{ErrorCode::Stopped, "the scraper is stopping"}});
    }
    // Read before the first task can finish the round.
    const size_t pods = pending->round.pods.size();
    std::vector<size_t> asked;
    for (size_t i = 0; i < pods; ++i) {
        if (pending->round.pods[i].target.askModel) asked.push_back(i);
    }
    const size_t readings = readingsOf(request, *pending);
    std::vector<QueryResult*> queries;
    for (QueryResult& result : pending->round.queries) queries.push_back(&result);
    const size_t all = readings + asked.size() + queries.size();
    if (all == 0) return pending->done(std::move(pending->round));
    pending->open = all;
    auto submit = [&](size_t index, void (Scraper::*ask)(Pending&, size_t)) {
        pool_.submit([this, pending, index, ask](ThreadPool::Turn turn) {
            if (turn == ThreadPool::Turn::Run) (this->*ask)(*pending, index);
            pending->finishOne();
        });
    };
    // The metrics of all pods first: they are to be read at the same moment.
    if (readings > 0 && request.prometheus) {
        readFrom(*request.prometheus, request.interval, pending);
    } else {
        for (size_t i = 0; i < readings; ++i) submit(i, &Scraper::fetchMetrics);
    }
    for (size_t index : asked) submit(index, &Scraper::askModel);
    askQueries(queries, request.interval, pending);
}

size_t Scraper::readingsOf(const RoundRequest& request, Pending& pending) {
    const std::vector<PodResult>& pods = pending.round.pods;
    if (!request.read || pods.empty()) return 0;
    if (request.unreadable) {
        failRound(*request.unreadable, pending.round);
        return 0;
    }
    const auto overTls = [](const PodResult& pod) { return pod.target.metricsHttps; };
    if (!request.access && (request.prometheus || std::ranges::any_of(pods, overTls))) {
        failRound(request.access.error(), pending.round);
        return 0;
    }
    if (request.access) pending.access = *request.access;
    return request.prometheus ? 1 : pods.size();
}

void Scraper::readFrom(const PrometheusOrigin& origin, Duration interval,
                       const std::shared_ptr<Pending>& pending) {
    if (prometheus_ == nullptr) {
        failRound({ErrorCode::Unavailable, cat(origin.name(), " cannot be asked here")}, pending->round);
        return pending->finishOne();
    }
    prometheus_->start(origin, pending->access, interval, pending->round,
                       [pending] { pending->finishOne(); });
}

void Scraper::askQueries(const std::vector<QueryResult*>& queries, Duration interval,
                         const std::shared_ptr<Pending>& pending) {
    const Timestamp at = pending->round.at;
    for (QueryResult* result : queries) {
        if (prometheus_ != nullptr) {
            prometheus_->answer(*result, at, interval, [pending] { pending->finishOne(); });
            continue;
        }
        result->answer =
            Error{ErrorCode::Unavailable, cat(nameOf(result->query.source), " cannot be asked here")};
        pending->finishOne();
    }
}

Round Scraper::scrape(RoundRequest request) {
    auto promise = std::make_shared<std::promise<Round>>();
    auto round = promise->get_future();
    start(std::move(request), [promise](Round result) { promise->set_value(std::move(result)); });
    return round.get();
}

void Scraper::fetchMetrics(Pending& pending, size_t index) {
    PodResult& result = pending.round.pods[index];
    const Target& target = result.target;
    result.startedAt = clock_.wall();
    const Duration deadline = clock_.sinceBoot() + pending.timeout;
    result.reading = readPageOf(pending, target, net::Offer::Text, pending.timeout);
    if (result.reading && lacksBuckets(*result.reading)) {
        auto again = readPageOf(pending, target, net::Offer::Protobuf, deadline - clock_.sinceBoot());
        result.reading =
            again ? withNativeHistograms(std::move(*result.reading), std::move(*again))
                  : Error{again.error().code, cat("its histograms without buckets, asked for in protobuf: ",
                                                  again.error().message)};
    }
    result.endedAt = clock_.wall();
}

Result<PodReading> Scraper::readPageOf(const Pending& pending, const Target& target, net::Offer offer,
                                       Duration timeout) {
    if (timeout <= Duration{0}) {
        return Error{ErrorCode::Unknown, cat("no answer within ", formatDuration(pending.timeout))};
    }
    const net::Access& access = pending.access;
    const auto answer = fetcher_.get(target.address, target.metricsPort, target.metricsPath, timeout,
                                     maxPageBytes, target.metricsHttps ? &access : nullptr, offer);
    return readAnswer(answer, target.metricsPath, *pending.round.selection,
                      mostSeries(pending.round.pods.size()), access);
}

void Scraper::askModel(Pending& pending, size_t index) {
    PodResult& result = pending.round.pods[index];
    const Target& target = result.target;
    result.model = modelAnswerOf(fetcher_.get(target.address, target.readyPort, target.readyPath,
                                              longestAnswer, maxReadyBytes, nullptr, net::Offer::Text));
}

}  // namespace serin::signals
