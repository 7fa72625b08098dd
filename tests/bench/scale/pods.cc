// Stands in for the inference servers of all pretended pods, whose addresses lead to this process: answers
// for the model on port 8080, and on port 8082 with a metrics page of MLServer on which every pod answers
// RATE requests a second without an error. The numbers are counted from the start of this process, so no pod
// has to be known.
//   scale_pods RATE

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <thread>
#include <vector>

namespace {

constexpr int kReadyPort = 8080;
constexpr int kMetricsPort = 8082;
constexpr int kThreads = 2;  // a port
constexpr int kBacklog = 4096;

using Clock = std::chrono::steady_clock;
using Page = std::function<std::string()>;

int listenOn(int port) {
    const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int on = 1;
    ::setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_in any{};
    any.sin_family = AF_INET;
    any.sin_addr.s_addr = htonl(INADDR_ANY);
    any.sin_port = htons(static_cast<uint16_t>(port));
    if (::bind(listener, reinterpret_cast<const sockaddr*>(&any), sizeof any) != 0 ||
        ::listen(listener, kBacklog) != 0) {
        std::perror("scale_pods: cannot listen");
        std::exit(1);
    }
    return listener;
}

// Requests have no body: they end with an empty line.
bool readRequest(int connection) {
    std::string text;
    char buffer[2048];
    while (text.find("\r\n\r\n") == std::string::npos) {
        const ssize_t size = ::recv(connection, buffer, sizeof buffer, 0);
        if (size <= 0) return false;
        text.append(buffer, static_cast<size_t>(size));
    }
    return true;
}

void writeAll(int connection, const std::string& text) {
    size_t sent = 0;
    while (sent < text.size()) {
        const ssize_t size = ::send(connection, text.data() + sent, text.size() - sent, MSG_NOSIGNAL);
        if (size <= 0) return;
        sent += static_cast<size_t>(size);
    }
}

void serve(int listener, const Page& page) {
    const timeval patience{2, 0};
    for (;;) {
        const int connection = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
        if (connection < 0) continue;
        ::setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        if (readRequest(connection)) {
            const std::string body = page();
            writeAll(connection,
                     "HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=0.0.4\r\nConnection: close\r\n"
                     "Content-Length: " +
                         std::to_string(body.size()) + "\r\n\r\n" + body);
        }
        ::close(connection);
    }
}

std::string metricsPage(double rate, Clock::time_point start, const std::string& rest) {
    const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
    return "# TYPE rest_server_requests_total counter\n"
           "rest_server_requests_total{app_name=\"mlserver\",method=\"POST\",path=\"/v2/models/{model_name}/"
           "infer\","
           "status_code=\"200\"} " +
           std::to_string(static_cast<long long>(seconds * rate)) + "\n" + rest;
}

// Histograms that nobody judges, as long as those of an MLServer with one model.
std::string otherSeries() {
    std::string text = "# TYPE rest_server_request_duration_seconds histogram\n";
    for (int path = 0; path < 4; ++path) {
        for (int bucket = 0; bucket < 15; ++bucket) {
            text +=
                "rest_server_request_duration_seconds_bucket{app_name=\"mlserver\",method=\"POST\",path=\"/"
                "v2/other/" +
                std::to_string(path) + "\",status_code=\"200\",le=\"" + std::to_string(bucket) + "\"} 7\n";
        }
    }
    return text;
}

}  // namespace

int main(int argc, char** argv) {
    const double rate = argc == 2 ? std::strtod(argv[1], nullptr) : 0;
    if (rate <= 0) {
        std::fprintf(stderr, "usage: scale_pods REQUESTS_PER_SECOND\n");
        return 2;
    }
    const auto start = Clock::now();
    const std::string rest = otherSeries();
    const int metrics = listenOn(kMetricsPort);
    const int ready = listenOn(kReadyPort);
    std::vector<std::jthread> threads;
    threads.reserve(2 * kThreads);
    for (int i = 0; i < kThreads; ++i) {
        threads.emplace_back([&] { serve(metrics, [&] { return metricsPage(rate, start, rest); }); });
        threads.emplace_back([&] { serve(ready, [] { return std::string("{\"ready\": true}\n"); }); });
    }
}
