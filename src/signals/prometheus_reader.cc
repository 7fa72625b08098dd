#include "signals/prometheus_reader.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "signals/prometheus_query.h"

namespace serin::signals {
namespace {

constexpr Duration longestAnswer = std::chrono::seconds(5);
constexpr size_t maxAnswerBytes = 16U << 20U;
constexpr size_t mostOfOneServer = 4;
constexpr const char* queryPath = "/api/v1/query";

}  // namespace

struct PrometheusReader::Question {
    PrometheusOrigin origin;
    std::string query;
    Duration timeout{0};
    Duration deadline{0};  // Clock::sinceBoot
};

PrometheusReader::PrometheusReader(net::FormPoster& poster, const Clock& clock, size_t maxThreads)
    : poster_(poster), clock_(clock), lanes_(maxThreads, mostOfOneServer) {}

void PrometheusReader::start(const PrometheusOrigin& origin, Duration interval, Round& round,
                             std::function<void()> done) {
    Question question{origin, {}, std::min<Duration>(interval / 2, longestAnswer), {}};
    question.deadline = clock_.sinceBoot() + question.timeout;
    std::vector<std::string> pods;
    for (const PodResult& pod : round.pods) pods.push_back(pod.target.podName);
    question.query = prometheusQuery(*round.selection, origin.space, pods, windowOf(origin, interval));
    lanes_.submit(origin.source.address, [this, question = std::move(question), &round,
                                          done = std::move(done)](ThreadPool::Turn turn) {
        if (turn == ThreadPool::Turn::Run) ask(question, round);
        done();
    });
}

void PrometheusReader::ask(const Question& question, Round& round) {
    const auto fail = [&](const Error& why) {
        failRound({why.code, cat(question.origin.name(), ": ", why.message)}, round);
    };
    const Duration left = question.deadline - clock_.sinceBoot();
    if (left <= Duration{0}) {
        return fail({ErrorCode::Unknown, cat("not asked within ", formatDuration(question.timeout),
                                             ", for its answers to other ModelDeployments take too long")});
    }
    const auto answer = poster_.post(cat(question.origin.source.address, queryPath),
                                     prometheusForm(question.query, round.at, left), left, maxAnswerBytes);
    if (!answer) return fail(answer.error());
    const std::lock_guard lock(decoding_);
    const auto series = decodePrometheus(answer->status, answer->body);
    if (!series) return fail(series.error());
    readPrometheus(*series, question.origin, question.query, round);
}

}  // namespace serin::signals
