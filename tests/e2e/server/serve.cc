#include "serve.h"

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <mutex>
#include <optional>
#include <random>
#include <regex>
#include <sstream>
#include <thread>
#include <vector>

#include "http.h"

namespace testserver {
namespace {

std::string environment(const char* name, const std::string& fallback) {
    const char* value = std::getenv(name);
    return value == nullptr ? fallback : value;
}

// The words of a file of the model, where there is a folder of one; else of the environment.
std::string ofModel(const char* file, const char* name, const std::string& fallback) {
    const std::string folder = environment("MODEL_FOLDER", "");
    if (folder.empty()) return environment(name, fallback);
    std::ifstream input(folder + "/" + file);
    std::ostringstream words;
    words << input.rdbuf();
    return input ? words.str() : fallback;
}

// What can be ordered. Thread-safe.
class Settings {
public:
    // Returns the first word that is no setting, or nothing.
    std::string order(const std::string& words) {
        std::istringstream input(words);
        const std::lock_guard lock(mutex_);
        for (std::string word; input >> word;) {
            const size_t equals = word.find('=');
            const std::string key = word.substr(0, equals);
            if (equals == std::string::npos) return word;
            if (key == "message") {
                message_ = word.substr(equals + 1);
            } else if (const auto found = numbers_.find(key); found != numbers_.end()) {
                found->second = std::strtod(word.c_str() + equals + 1, nullptr);
            } else {
                return word;
            }
        }
        return "";
    }

    double operator[](const std::string& key) const {
        const std::lock_guard lock(mutex_);
        return numbers_.at(key);
    }
    bool on(const std::string& key) const { return (*this)[key] != 0; }
    std::chrono::milliseconds time(const std::string& key) const {
        return std::chrono::milliseconds(static_cast<int64_t>((*this)[key]));
    }
    std::string message() const {
        const std::lock_guard lock(mutex_);
        std::string text = message_;
        for (char& c : text) c = c == '_' ? ' ' : c;
        return text;
    }

private:
    mutable std::mutex mutex_;
    std::map<std::string, double> numbers_{{"errors", 0},         {"error_code", 500}, {"latency_ms", 0}, {"hang", 0},
                                           {"score_a", 2},        {"score_b", 5},    {"ready", 1},
                                           {"model_ready", 1},    {"crash", 0},      {"crash_after_ms", 0},
                                           {"start_delay_ms", 0}, {"slow", 0},       {"slow_ms", 300},
                                           {"metrics_code", 0},   {"metrics_empty", 0}, {"metrics_nan", 0},
                                           {"metrics_frozen", 0}, {"metrics_series", 0}};
    std::string message_;
};

// A Prometheus histogram. Edges are upper-inclusive: 0.1 belongs to the bucket le="0.1".
class Histogram {
public:
    Histogram(std::string name, std::string labels, std::vector<double> edges)
        : name_(std::move(name)), labels_(std::move(labels)), edges_(std::move(edges)), bins_(edges_.size() + 1, 0) {}

    void observe(double value) {
        ++bins_[static_cast<size_t>(std::lower_bound(edges_.begin(), edges_.end(), value) - edges_.begin())];
        sum_ += value;
    }
    void write(std::ostream& out) const {
        out << "# TYPE " << name_ << " histogram\n";
        uint64_t cumulative = 0;
        for (size_t bin = 0; bin < bins_.size(); ++bin) {
            cumulative += bins_[bin];
            out << name_ << "_bucket{" << labels_ << (labels_.empty() ? "" : ",") << "le=\"";
            bin < edges_.size() ? out << std::defaultfloat << edges_[bin] : out << "+Inf";
            out << "\"} " << cumulative << "\n";
        }
        const std::string labels = labels_.empty() ? "" : "{" + labels_ + "}";
        out << name_ << "_sum" << labels << " " << sum_ << "\n" << name_ << "_count" << labels << " " << cumulative << "\n";
    }

private:
    const std::string name_;
    const std::string labels_;
    const std::vector<double> edges_;
    std::vector<uint64_t> bins_;
    double sum_ = 0;
};

// http_requests_total, http_request_duration_seconds of inference requests, model_score and
// process_start_time_seconds in the text format 0.0.4. Thread-safe.
class Metrics {
public:
    void request(const std::string& path, int code, double seconds) {
        const std::lock_guard lock(mutex_);
        ++requests_[{path, code}];
        if (path == "/infer") durations_.observe(seconds);
    }
    void score(double value) {
        const std::lock_guard lock(mutex_);
        scores_.observe(value);
    }
    std::string text() const {
        const std::lock_guard lock(mutex_);
        std::ostringstream out;
        out << "# TYPE process_start_time_seconds gauge\nprocess_start_time_seconds " << std::fixed << start_ << "\n";
        out << "# TYPE http_requests_total counter\n";
        for (const auto& [key, count] : requests_) {
            out << "http_requests_total{path=\"" << key.first << "\",code=\"" << key.second << "\"} " << count << "\n";
        }
        durations_.write(out);
        scores_.write(out);
        return out.str();
    }

private:
    mutable std::mutex mutex_;
    std::map<std::pair<std::string, int>, uint64_t> requests_;
    Histogram durations_{"http_request_duration_seconds", "path=\"/infer\"",
                         {0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5}};
    Histogram scores_{"model_score", "", {0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1}};
    const double start_ =
        std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
};

std::mt19937_64& randomness() {
    thread_local std::mt19937_64 generator{std::random_device{}()};
    return generator;
}

bool happens(double probability) {
    return std::uniform_real_distribution<>()(randomness()) < probability;
}

double beta(double a, double b) {
    const double x = std::gamma_distribution<>(a)(randomness());
    const double y = std::gamma_distribution<>(b)(randomness());
    return x + y > 0 ? x / (x + y) : 0;
}

[[noreturn]] void crash(const Settings& settings) {
    std::ofstream("/dev/termination-log") << settings.message();
    std::fprintf(stderr, "crashing as ordered: %s\n", settings.message().c_str());
    std::_Exit(static_cast<int>(settings["crash"]));
}

class Inference {
public:
    Answer handle(const std::string& method, const std::string& target, const std::string& body) {
        if (target == "/control") return control(method, body);
        while (settings.on("hang")) std::this_thread::sleep_for(std::chrono::milliseconds(50));
        const auto start = std::chrono::steady_clock::now();
        const auto [path, answer] = route(method, target);
        const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
        metrics_.request(path, answer.code, took.count());
        return answer;
    }
    // What the port for metrics answers, where they have one.
    Answer handleMetrics(const std::string& target, const std::string& authorization) {
        while (settings.on("hang")) std::this_thread::sleep_for(std::chrono::milliseconds(50));
        if (target != "/metrics") return {404, "", {}};
        const bool known = token_.empty() || authorization == "Bearer " + token_;
        return known ? page() : Answer{401, "", {{"WWW-Authenticate", "Bearer"}}};
    }
    void crashIfOrdered() {
        if (!settings.on("crash")) return;
        std::thread([this] {
            std::this_thread::sleep_for(settings.time("crash_after_ms"));
            crash(settings);
        }).detach();
    }

    Settings settings;

private:
    // The answer and the `path` label it is counted under.
    std::pair<std::string, Answer> route(const std::string& method, const std::string& target) {
        const std::string base = "/v2/models/" + model_;
        if (method == "POST" && target == base + "/infer") return {"/infer", infer()};
        if (target == base + "/ready") {
            return {"/model-ready", {settings.on("ready") && settings.on("model_ready") ? 200 : 503, "", {}}};
        }
        if (target == "/v2/health/ready") return {"/ready", {settings.on("ready") ? 200 : 503, "", {}}};
        if (target == "/v2/health/live") return {"/live", {}};
        if (target == "/metrics" && metricsPort_.empty()) return {"/metrics", page()};
        return {"/other", {404, "{\"error\": \"no such path\"}", {}}};
    }
    Answer page() {
        if (settings.on("metrics_code")) return {static_cast<int>(settings["metrics_code"]), "", {}};
        const std::lock_guard lock(pageMutex_);
        if (!settings.on("metrics_frozen") || page_.empty()) page_ = metrics_.text();
        std::string text = settings.on("metrics_empty") ? "" : page_;
        if (settings.on("metrics_nan")) text = std::regex_replace(text, std::regex("(\n[^#][^\n]* )[^ \n]+"), "$1NaN");
        for (int i = 0; i < static_cast<int>(settings["metrics_series"]); ++i) {
            text += "more{number=\"" + std::to_string(i) + "\"} 1\n";
        }
        return {200, std::move(text), {{"Content-Type", "text/plain; version=0.0.4"}}};
    }
    Answer infer() {
        std::this_thread::sleep_for(settings.time("latency_ms"));
        if (happens(settings["slow"])) std::this_thread::sleep_for(settings.time("slow_ms"));
        const std::map<std::string, std::string> headers{{"Content-Type", "application/json"}, {"X-Version", version_}};
        if (happens(settings["errors"])) {
            return {static_cast<int>(settings["error_code"]), "{\"error\": \"failing as ordered\"}", headers};
        }
        const double score = beta(settings["score_a"], settings["score_b"]);
        metrics_.score(score);
        return {200,
                "{\"model_name\": \"" + model_ + "\", \"model_version\": \"" + version_ +
                    "\", \"outputs\": [{\"name\": \"score\", \"shape\": [1], \"datatype\": \"FP64\", \"data\": [" +
                    std::to_string(score) + "]}]}",
                headers};
    }
    Answer control(const std::string& method, const std::string& body) {
        if (method != "POST") return {405, "POST words key=value\n", {}};
        const std::string wrong = settings.order(body);
        if (!wrong.empty()) return {400, "no such setting: " + wrong + "\n", {}};
        crashIfOrdered();
        return {200, "ordered\n", {}};
    }

    const std::string model_ = environment("MODEL", "model");
    const std::string version_ = ofModel("version", "VERSION", "");
    const std::string metricsPort_ = environment("METRICS_PORT", "");
    const std::string token_ = environment("METRICS_TOKEN", "");
    Metrics metrics_;
    std::mutex pageMutex_;
    std::string page_;  // as it was shown last
};

}  // namespace

int serve() {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);

    Inference inference;
    if (const std::string wrong = inference.settings.order(ofModel("settings", "SETTINGS", "")); !wrong.empty()) {
        std::fprintf(stderr, "no such setting: %s\n", wrong.c_str());
        return 2;
    }
    if (inference.settings.on("crash") && !inference.settings.on("crash_after_ms")) crash(inference.settings);
    const timespec delay{static_cast<time_t>(inference.settings["start_delay_ms"]) / 1000,
                         static_cast<long>(inference.settings["start_delay_ms"]) % 1000 * 1'000'000};
    if (sigtimedwait(&signals, nullptr, &delay) > 0) return 0;
    inference.crashIfOrdered();

    Server server(std::atoi(environment("PORT", "8080").c_str()),
                  [&](const auto& method, const auto& target, const auto& request) {
                      return inference.handle(method, target, request.body);
                  });
    std::thread([&] {
        int which = 0;
        sigwait(&signals, &which);
        server.stop();
    }).detach();
    const std::string metricsPort = environment("METRICS_PORT", "");
    std::optional<TlsServer> tls;
    std::optional<Server> metrics;
    if (!metricsPort.empty()) {
        tls.emplace(environment("METRICS_CERTIFICATE", ""), environment("METRICS_KEY", ""));
        metrics.emplace(
            std::atoi(metricsPort.c_str()),
            [&](const auto&, const auto& target, const auto& request) {
                return inference.handleMetrics(target, request.header("authorization"));
            },
            &*tls);
        std::thread([&] { metrics->run(std::chrono::seconds(0)); }).detach();
    }
    server.run(std::chrono::seconds(5));
    std::fflush(nullptr);
    std::_Exit(0);  // threads that hang as ordered need not end
}

}  // namespace testserver
