#include "signals/prometheus_reader.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "signals/prometheus_query.h"
#include "signals/query_answer.h"
#include "signals/refusal.h"

namespace serin::signals {
namespace {

constexpr Duration longestAnswer = std::chrono::seconds(5);
constexpr size_t maxAnswerBytes = 16U << 20U;
constexpr size_t mostOfOneServer = 4;
constexpr const char* queryPath = "/api/v1/query";

}  // namespace

struct PrometheusReader::Question {
    api::PrometheusSource source;
    net::Access access;
    std::string query;
    Timestamp at;
    Duration timeout{0};
    Duration deadline{0};  // Clock::sinceBoot
};

Error PrometheusReader::failureOf(const Question& question, const Error& why) {
    return {why.code, cat(nameOf(question.source), ": ", withoutSecrets(why.message, question.access))};
}

PrometheusReader::PrometheusReader(net::FormPoster& poster, const Clock& clock, size_t maxThreads)
    : poster_(poster), clock_(clock), lanes_(maxThreads, mostOfOneServer) {}

PrometheusReader::Question PrometheusReader::questionOf(const api::PrometheusSource& source,
                                                        const net::Access& access, std::string query,
                                                        Timestamp at, Duration interval) const {
    Question out{source, access, std::move(query), at, std::min<Duration>(interval / 2, longestAnswer), {}};
    out.deadline = clock_.sinceBoot() + out.timeout;
    return out;
}

void PrometheusReader::start(const PrometheusOrigin& origin, const net::Access& access, Duration interval,
                             Round& round, std::function<void()> done) {
    std::vector<std::string> pods;
    for (const PodResult& pod : round.pods) pods.push_back(pod.target.podName);
    Question question =
        questionOf(origin.source, access,
                   prometheusQuery(*round.selection, origin.space, pods, windowOf(origin, interval)),
                   round.at, interval);
    lanes_.submit(origin.source.address, [this, question = std::move(question), space = origin.space, &round,
                                          done = std::move(done)](ThreadPool::Turn turn) {
        if (turn == ThreadPool::Turn::Run) read(question, space, round);
        done();
    });
}

void PrometheusReader::answer(QueryResult& result, Timestamp at, Duration interval,
                              std::function<void()> done) {
    const Query& query = result.query;
    if (!query.access) {
        result.answer = query.access.error();
        return done();
    }
    Question question = questionOf(query.source, *query.access, query.promql, at, interval);
    lanes_.submit(question.source.address,
                  [this, question, interval, &result, done = std::move(done)](ThreadPool::Turn turn) {
                      if (turn == ThreadPool::Turn::Run) result.answer = numberOf(question, interval);
                      done();
                  });
}

Result<HttpResponse> PrometheusReader::ask(const Question& question) {
    const Duration left = question.deadline - clock_.sinceBoot();
    if (left <= Duration{0}) {
        return Error{ErrorCode::Unknown,
                     cat(nameOf(question.source), ": not asked within ", formatDuration(question.timeout),
                         ", for its answers to other questions take too long")};
    }
    Result<HttpResponse> answer = poster_.post(cat(question.source.address, queryPath),
                                               prometheusForm(question.query, question.at, left), left,
                                               maxAnswerBytes, question.access);
    if (!answer) return failureOf(question, answer.error());
    // Before its words are cut, so that no part of a secret stays. Numbers are left as they are.
    if (answer->status != 200) {
        answer.value().body = withoutSecrets(std::move(answer.value().body), question.access);
    }
    return answer;
}

void PrometheusReader::read(const Question& question, const std::string& space, Round& round) {
    const auto answer = ask(question);
    if (!answer) return failRound(answer.error(), round);
    const std::lock_guard lock(decoding_);
    const auto series = decodePrometheus(answer->status, answer->body);
    if (!series) return failRound(failureOf(question, series.error()), round);
    readPrometheus(*series, {question.source, space}, question.query, round);
    for (PodResult& pod : round.pods) {
        if (pod.reading) pod.reading = withoutSecrets(std::move(pod.reading).value(), question.access);
        for (PodReading& earlier : pod.earlier) earlier = withoutSecrets(std::move(earlier), question.access);
    }
}

Result<double> PrometheusReader::numberOf(const Question& question, Duration interval) {
    const auto answer = ask(question);
    if (!answer) return answer.error();
    const std::lock_guard lock(decoding_);
    const auto number = decodeNumber(answer->status, answer->body, question.at - interval);
    if (number) return number;
    return failureOf(question, number.error());
}

}  // namespace serin::signals
