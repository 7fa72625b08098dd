// look [--authorization HEADER] [--ca FILE] [--server-name NAME] ADDRESS NAMESPACE POD…: for each line on
// standard input looks once at these pods through the Prometheus at ADDRESS, with Serin's own reader and
// counter book, and prints what the interval since the look before counted, as one line of JSON; null for the
// first. The pods export requests_total and took_seconds. A line that is not empty is a query that is asked
// beside them.
#include <cstdio>
#include <fstream>
#include <iostream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "net/fetcher.h"
#include "net/form_poster.h"
#include "signals/counter_book.h"
#include "signals/scraper.h"

namespace serin {
namespace {

using nlohmann::json;

class Log final : public Logger {
  public:
    void log(LogLevel, std::string_view message, const LogFields&) override { std::cerr << message << '\n'; }
};

std::shared_ptr<const signals::Selection> selection() {
    api::Runtime runtime;
    runtime.errors = {{R"(requests_total{job!="probe"})"}, {R"(requests_total{job!="probe",code=~"5.."})"}};
    std::vector<api::Metric> metrics(2);
    metrics[0].name = "errors";
    metrics[1].name = "latency";
    metrics[1].kind = api::MetricKind::Latency;
    metrics[1].histogram = "took_seconds";
    return std::make_shared<const signals::Selection>(*signals::compileSelection(runtime, metrics));
}

json jsonOf(const api::PodSample& pod) {
    json out = {{"counted", pod.counted}, {"restarts", pod.restarts}, {"lost", pod.lostScrapes}};
    for (const auto& [metric, counts] : pod.counts) {
        out[metric] = {{"total", counts.total},
                       {"bad", counts.bad},
                       {"edges", counts.edges},
                       {"buckets", counts.buckets}};
    }
    return out;
}

json jsonOf(const std::optional<api::Stratum>& stratum) {
    if (!stratum) return nullptr;
    json pods = json::object();
    for (const api::PodSample& pod : stratum->stable) pods[pod.name] = jsonOf(pod);
    json out = {{"pods", pods}, {"troubles", stratum->troubles}, {"spread", stratum->spread.count()}};
    for (const auto& [metric, looks] : stratum->looks) {
        for (const api::Look& look : looks) out[metric] = look.value ? json(*look.value) : json(look.trouble);
    }
    return out;
}

struct Arguments {
    net::Access access;
    std::vector<std::string> rest;  // address, namespace, pods
};

std::string contentOf(const std::string& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
}

Arguments argumentsOf(int argc, char** argv) {
    Arguments out;
    int i = 1;
    for (; i + 1 < argc && std::string_view(argv[i]).starts_with("--"); i += 2) {
        const std::string_view option = argv[i];
        const std::string value = argv[i + 1];
        if (option == "--authorization") out.access.authorization = value;
        if (option == "--ca") out.access.authorities = contentOf(value);
        if (option == "--server-name") out.access.serverName = value;
    }
    out.rest.assign(argv + i, argv + argc);
    return out;
}

int run(const Arguments& arguments) {
    const Clock& clock = systemClock();
    Log log;
    const auto fetcher = net::makeFetcher(log);
    const auto poster = net::makeFormPoster(log);
    signals::PrometheusReader reader(*poster, clock);
    signals::Scraper scraper(*fetcher, clock, 1, &reader);
    signals::CounterBook book;
    const Timestamp began = clock.wall();
    signals::RoundRequest request;
    request.selection = selection();
    request.interval = std::chrono::seconds(20);
    request.prometheus =
        signals::PrometheusOrigin{{arguments.rest[0], std::chrono::seconds(1)}, arguments.rest[1]};
    request.access = arguments.access;
    for (size_t i = 2; i < arguments.rest.size(); ++i) {
        signals::Target target;
        target.podUid = target.podName = arguments.rest[i];
        target.ready = true;
        request.targets.push_back(target);
    }
    for (std::string line; std::getline(std::cin, line);) {
        request.queries.clear();
        if (!line.empty()) {
            request.queries.push_back({"query", line, request.prometheus->source, request.access});
        }
        std::cout << jsonOf(book.add(scraper.scrape(request), {began, Duration{0}})).dump() << std::endl;
    }
    return 0;
}

}  // namespace
}  // namespace serin

int main(int argc, char** argv) {
    const serin::Arguments arguments = serin::argumentsOf(argc, argv);
    if (arguments.rest.size() < 3) {
        std::fputs(
            "usage: serin-prometheus-look [--authorization HEADER] [--ca FILE] [--server-name NAME] ADDRESS "
            "NAMESPACE POD...\n",
            stderr);
        return 2;
    }
    return serin::run(arguments);
}
