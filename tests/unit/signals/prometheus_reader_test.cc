#include "signals/prometheus_reader.h"

#include <gtest/gtest.h>

#include <future>

#include "prometheus_world.h"
#include "signals/scraper.h"

namespace serin::signals {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class MovedClock final : public Clock {
  public:
    Timestamp wall() const override { return PrometheusWorld::at(100); }
    Duration sinceBoot() const override { return seconds(5) + Duration(moved.load()); }
    std::atomic<Duration::rep> moved{0};
};

class FakePoster final : public net::FormPoster {
  public:
    Result<HttpResponse> post(const std::string& to, const std::string& body, Duration limit, size_t most,
                              const net::Access& shown) override {
        if (before) before(to);
        const std::lock_guard lock(mutex_);
        access = shown;
        url = to;
        form = body;
        timeout = limit;
        maxBytes = most;
        return answer;
    }
    std::string url, form;
    net::Access access;
    Duration timeout{0};
    size_t maxBytes = 0;
    Result<HttpResponse> answer = HttpResponse{200,
                                               {},
                                               R"({"status":"success","data":{"resultType":"matrix","result":[
            {"metric":{"__name__":"up","pod":"a","job":"x"},"values":[[1764000095,"1"]]},
            {"metric":{"__name__":"requests_total","pod":"a","job":"x","code":"200"},"values":[[1764000095,"7"]]}]}})"};
    std::function<void(const std::string&)> before;

  private:
    std::mutex mutex_;
};

// Pods that only answer about their model.
class Pods final : public net::Fetcher {
  public:
    Result<HttpResponse> get(const std::string& host, int port, const std::string& path, Duration, size_t,
                             const net::Access*, net::Offer) override {
        const std::lock_guard lock(mutex_);
        asked.push_back(cat(host, ":", port, path));
        return HttpResponse{200, {}, ""};
    }
    std::vector<std::string> asked;

  private:
    std::mutex mutex_;
};

class PrometheusReaderTest : public ::testing::Test {
  protected:
    RoundRequest request(const std::string& address = "http://prometheus:9090",
                         Duration interval = seconds(80)) {
        RoundRequest out;
        out.targets = {world.asks("a").round.pods[0].target};
        out.selection = world.round.selection;
        out.interval = interval;
        out.prometheus = PrometheusOrigin{{address, seconds(10)}, "ml"};
        return out;
    }
    static Query query(const std::string& promql, const std::string& address = "http://prometheus:9090") {
        return {"value", promql, {address, seconds(15)}};
    }
    static HttpResponse number(const std::string& value) {
        return {200,
                {},
                cat(R"({"status":"success","data":{"resultType":"scalar","result":[1764000100,")", value,
                    "\"]}}")};
    }
    static std::string answerOf(const Round& round, size_t index = 0) {
        const auto& answer = round.queries.at(index).answer;
        return answer ? humanNumber(*answer) : answer.error().message;
    }
    std::string why(const Round& round) {
        const auto& reading = round.pods.at(0).reading;
        return reading ? "read" : reading.error().message;
    }

    PrometheusWorld world;
    FakePoster poster;
    Pods pods;
    MovedClock clock;
};

TEST_F(PrometheusReaderTest, AsksPrometheusForTheNumbersAndThePodsForTheirModelAlone) {
    PrometheusReader reader(poster, clock, 2);
    Scraper scraper(pods, clock, 2, &reader);
    RoundRequest ask = request();
    ask.targets[0].askModel = true;
    ask.targets[0].readyPort = 8080;
    ask.targets[0].readyPath = "/ready";
    const Round round = scraper.scrape(std::move(ask));
    ASSERT_EQ(why(round), "read");
    EXPECT_EQ(round.pods[0].reading->sources[0].series.at(0).value, 7);
    EXPECT_EQ(round.pods[0].model, api::ModelAnswer::Ready);
    EXPECT_EQ(pods.asked, std::vector<std::string>{"198.18.0.1:8080/ready"});
    EXPECT_EQ(poster.url, "http://prometheus:9090/api/v1/query");
    EXPECT_NE(
        poster.form.find("namespace%3D%22ml%22%2Cpod%3D%7E%22a%22%7D%5B110000ms%5D&time=1764000100.000"),
        std::string::npos)
        << poster.form;
    EXPECT_EQ(poster.maxBytes, 16U << 20U);
}

TEST_F(PrometheusReaderTest, DoesNotReadPodsThatAreOnlyAsked) {
    PrometheusReader reader(poster, clock, 0);
    Scraper scraper(pods, clock, 0, &reader);
    RoundRequest ask = request();
    ask.read = false;
    ask.targets[0].askModel = true;
    EXPECT_EQ(scraper.scrape(ask).pods[0].model, api::ModelAnswer::Ready);
    EXPECT_EQ(pods.asked.size(), 1u);
    EXPECT_EQ(poster.url, "");
}

TEST_F(PrometheusReaderTest, GivesItHalfTheIntervalAndAtMostFiveSeconds) {
    PrometheusReader reader(poster, clock, 0);
    Scraper scraper(pods, clock, 0, &reader);
    scraper.scrape(request());
    EXPECT_EQ(poster.timeout, seconds(5));
    scraper.scrape(request("http://prometheus:9090", seconds(8)));
    EXPECT_EQ(poster.timeout, seconds(4));
}

TEST_F(PrometheusReaderTest, SaysWhyItCouldNotBeAsked) {
    PrometheusReader reader(poster, clock, 0);
    Scraper scraper(pods, clock, 0, &reader);
    poster.answer =
        Error{ErrorCode::Unavailable, "cannot connect to prometheus port 9090: Connection refused"};
    EXPECT_EQ(
        why(scraper.scrape(request())),
        "Prometheus at http://prometheus:9090: cannot connect to prometheus port 9090: Connection refused");
    poster.answer = HttpResponse{503, {}, "upstream"};
    EXPECT_EQ(why(scraper.scrape(request())), "Prometheus at http://prometheus:9090: HTTP 503");
    Scraper without(pods, clock, 0);
    EXPECT_EQ(why(without.scrape(request())), "Prometheus at http://prometheus:9090 cannot be asked here");
}

TEST_F(PrometheusReaderTest, AsksOneServerForEachWithTheAccessOfItsOwn) {
    PrometheusReader reader(poster, clock, 0);
    Scraper scraper(pods, clock, 0, &reader);
    RoundRequest ask = request("https://prometheus:9090");
    for (const char* header : {"Bearer one", "Bearer two", ""}) {
        ask.access = net::Access{header, "PEM", "p.example.com", {}};
        ASSERT_EQ(why(scraper.scrape(ask)), "read");
        EXPECT_EQ(poster.access, *ask.access);
    }
}

TEST_F(PrometheusReaderTest, AsksNothingUntilTheAccessIsKnown) {
    PrometheusReader reader(poster, clock, 0);
    Scraper scraper(pods, clock, 0, &reader);
    RoundRequest ask = request("https://prometheus:9090");
    ask.access = Error{ErrorCode::Unavailable, "there is no Secret"};
    EXPECT_EQ(why(scraper.scrape(ask)), "there is no Secret");
    EXPECT_EQ(poster.url, "");
}

TEST_F(PrometheusReaderTest, TellsARefusalOfItsAccessFromOtherTroubleAndRepeatsNoSecret) {
    PrometheusReader reader(poster, clock, 0);
    Scraper scraper(pods, clock, 0, &reader);
    RoundRequest ask = request("https://prometheus:9090");
    ask.access = net::Access{"Bearer s3cret-token", "", "", {"s3cret-token"}};
    const std::string echo = R"({"status":"error","error":"what is s3cret-token?"})";
    const std::vector<std::pair<int, ErrorCode>> answers{{401, ErrorCode::Unauthorized},
                                                         {403, ErrorCode::Forbidden},
                                                         {503, ErrorCode::Invalid},
                                                         {200, ErrorCode::Invalid}};
    for (const auto& [status, code] : answers) {
        poster.answer = HttpResponse{status, {}, echo};
        const Round round = scraper.scrape(ask);
        EXPECT_EQ(round.pods[0].reading.error().code, code) << status;
        EXPECT_EQ(why(round),
                  cat("Prometheus at https://prometheus:9090: HTTP ", status, ", what is [secret]?"));
    }
}

TEST_F(PrometheusReaderTest, LetsNoSlowPrometheusHoldUpAnother) {
    std::promise<void> release;
    const auto released = release.get_future().share();
    poster.before = [&](const std::string& url) {
        if (url.starts_with("http://slow")) released.wait();
    };
    PrometheusReader reader(poster, clock, 5);
    Scraper scraper(pods, clock, 1, &reader);
    std::vector<std::future<Round>> slow;
    for (int i = 0; i < 20; ++i) {
        auto done = std::make_shared<std::promise<Round>>();
        slow.push_back(done->get_future());
        scraper.start(request("http://slow:9090"),
                      [done](Round round) { done->set_value(std::move(round)); });
    }
    EXPECT_EQ(why(scraper.scrape(request("http://quick:9090"))), "read");
    clock.moved = 6'000;
    release.set_value();
    int tooLate = 0;
    for (auto& one : slow) {
        const std::string said = why(one.get());
        tooLate += said != "read";
        if (said != "read") {
            EXPECT_EQ(said,
                      "Prometheus at http://slow:9090: not asked within 5s, for its answers to other "
                      "questions take too long");
        }
    }
    EXPECT_GE(tooLate, 16);
}

TEST_F(PrometheusReaderTest, AsksQueriesAsOfTheRoundBesideThePodsPages) {
    PrometheusReader reader(poster, clock, 2);
    Scraper scraper(pods, clock, 2, &reader);
    RoundRequest ask = request();
    ask.prometheus.reset();
    ask.targets[0].metricsPath = "/metrics";
    ask.queries = {query("sum(a{b=\"c d\"}[10s])", "http://prometheus:9090/p")};
    poster.answer = number("18.2");
    const Round round = scraper.scrape(std::move(ask));
    EXPECT_EQ(answerOf(round), "18.2");
    EXPECT_EQ(round.queries[0].query.metric, "value");
    EXPECT_EQ(poster.url, "http://prometheus:9090/p/api/v1/query");
    EXPECT_EQ(poster.form,
              "query=sum%28a%7Bb%3D%22c%20d%22%7D%5B10s%5D%29&time=1764000100.000&timeout=5.000");
    EXPECT_EQ(poster.maxBytes, 16U << 20U);
    EXPECT_EQ(pods.asked, std::vector<std::string>{"198.18.0.1:8082/metrics"});
}

TEST_F(PrometheusReaderTest, GivesAQueryHalfTheInterval) {
    PrometheusReader reader(poster, clock, 0);
    Scraper scraper(pods, clock, 0, &reader);
    RoundRequest ask = request("http://prometheus:9090", seconds(3));
    ask.prometheus.reset();
    ask.queries = {query("a")};
    scraper.scrape(std::move(ask));
    EXPECT_EQ(poster.timeout, milliseconds(1500));
}

TEST_F(PrometheusReaderTest, SaysWhyAQueryHasNoNumber) {
    PrometheusReader reader(poster, clock, 0);
    Scraper scraper(pods, clock, 0, &reader);
    const auto said = [&](Scraper& by) {
        RoundRequest ask;
        ask.interval = seconds(10);
        ask.queries = {query("a")};
        return answerOf(by.scrape(std::move(ask)));
    };
    const std::string name = "Prometheus at http://prometheus:9090";
    poster.answer =
        Error{ErrorCode::Unavailable, "cannot connect to prometheus port 9090: Connection refused"};
    EXPECT_EQ(said(scraper), name + ": cannot connect to prometheus port 9090: Connection refused");
    poster.answer = Error{ErrorCode::Unknown, "no answer within 5s"};
    EXPECT_EQ(said(scraper), name + ": no answer within 5s");
    poster.answer = HttpResponse{503, {}, "upstream"};
    EXPECT_EQ(said(scraper), name + ": HTTP 503");
    poster.answer = number("NaN");
    EXPECT_EQ(said(scraper), name + ": it answered NaN, as 0/0 is: was nothing counted in the range?");
    Scraper without(pods, clock, 0);
    EXPECT_EQ(said(without), name + " cannot be asked here");
}

TEST_F(PrometheusReaderTest, EndsARoundWhenItsQueriesAndItsPodsAreAnswered) {
    std::promise<void> release;
    const auto released = release.get_future().share();
    poster.before = [&](const std::string& url) {
        if (url.starts_with("http://slow")) released.wait();
    };
    poster.answer = number("1");
    PrometheusReader reader(poster, clock, 4);
    Scraper scraper(pods, clock, 2, &reader);
    RoundRequest ask = request();
    ask.prometheus.reset();
    ask.queries = {query("a"), query("b", "http://slow:9090"), query("c")};
    std::promise<Round> done;
    auto ended = done.get_future();
    scraper.start(std::move(ask), [&](Round round) { done.set_value(std::move(round)); });
    // Another round does not wait for it.
    RoundRequest other;
    other.interval = seconds(10);
    other.queries = {query("d")};
    EXPECT_EQ(answerOf(scraper.scrape(std::move(other))), "1");
    EXPECT_EQ(ended.wait_for(seconds(0)), std::future_status::timeout);
    release.set_value();
    const Round round = ended.get();
    EXPECT_EQ(round.queries.size(), 3u);
    for (size_t i = 0; i < 3; ++i) EXPECT_EQ(answerOf(round, i), "1") << i;
}

TEST_F(PrometheusReaderTest, FinishesWhatWaitsWhenItIsDestroyed) {
    std::promise<void> begun, release;
    poster.before = [&](const std::string&) {
        begun.set_value();
        release.get_future().wait();
    };
    std::promise<Round> last;
    auto reader = std::make_unique<PrometheusReader>(poster, clock, 1);
    Scraper scraper(pods, clock, 1, reader.get());
    scraper.start(request(), [](const Round&) {});
    begun.get_future().wait();
    scraper.start(request("http://another:9090"), [&](Round round) {
        last.set_value(std::move(round));
        release.set_value();
    });
    reader.reset();
    EXPECT_EQ(last.get_future().get().pods[0].reading.error().code, ErrorCode::Stopped);
}

}  // namespace
}  // namespace serin::signals
