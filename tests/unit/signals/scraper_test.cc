#include "signals/scraper.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <latch>
#include <map>
#include <mutex>

#include "base/text.h"
#include "protobuf_encoder.h"

namespace serin::signals {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class StoppedClock final : public Clock {
  public:
    Timestamp wall() const override { return Timestamp(seconds(1'764'000'000)); }
    Duration sinceBoot() const override { return seconds(5); }
};

// Answers by "host:port/path"; what is not known cannot be connected to.
class FakeFetcher final : public net::Fetcher {
  public:
    Result<HttpResponse> get(const std::string& host, int port, const std::string& path, Duration timeout,
                             size_t maxBytes, const net::Access* https, net::Offer offer) override {
        std::string url = cat(host, ":", port, path);
        if (offer == net::Offer::Protobuf) url += " in protobuf";
        if (before) before(url);
        std::lock_guard lock(mutex_);
        asked[url] = {timeout, maxBytes};
        shown[url] = https == nullptr ? "in the clear" : https->authorization;
        auto found = answers.find(url);
        if (found == answers.end()) return Error{ErrorCode::Unavailable, "connection refused"};
        return found->second;
    }

    std::map<std::string, Result<HttpResponse>> answers;
    std::map<std::string, std::pair<Duration, size_t>> asked;
    std::map<std::string, std::string> shown;
    std::function<void(const std::string&)> before;

  private:
    std::mutex mutex_;
};

HttpResponse page(int status, std::string body,
                  std::string type = "text/plain; version=0.0.4; charset=utf-8") {
    return HttpResponse{status, {{"content-type", std::move(type)}}, std::move(body)};
}

std::shared_ptr<const Selection> requestsSelection() {
    api::Runtime runtime;
    runtime.errors = {{"requests_total"}, {"failures_total"}};
    std::vector<api::Metric> metrics(1);
    metrics[0].name = "errors";
    return std::make_shared<const Selection>(*compileSelection(runtime, metrics));
}

Target target(const std::string& address, bool askModel = false) {
    Target result;
    result.podUid = result.podName = address;
    result.address = address;
    result.metricsPort = 8082;
    result.metricsPath = "/metrics";
    result.readyPort = 8080;
    result.readyPath = "/v2/models/fraud/ready";
    result.askModel = askModel;
    return result;
}

class ScraperTest : public testing::Test {
  protected:
    RoundRequest request(std::vector<Target> targets, Duration interval = seconds(10)) {
        return {std::move(targets), requestsSelection(), interval};
    }

    FakeFetcher fetcher;
    StoppedClock clock;
};

TEST_F(ScraperTest, ReadsEveryPodAndKeepsTheirOrder) {
    std::vector<Target> targets;
    for (int i = 0; i < 50; ++i) {
        std::string address = cat("10.0.0.", i);
        fetcher.answers.emplace(cat(address, ":8082/metrics"), page(200, cat("requests_total ", i, "\n")));
        targets.push_back(target(address));
    }
    Scraper scraper(fetcher, clock, 4);
    Round round = scraper.scrape(request(targets));
    EXPECT_EQ(round.at, clock.wall());
    ASSERT_EQ(round.pods.size(), 50U);
    for (size_t i = 0; i < 50; ++i) {
        ASSERT_TRUE(round.pods[i].reading.ok());
        EXPECT_EQ(round.pods[i].reading->sources[0].series[0].value, static_cast<double>(i));
        EXPECT_EQ(round.pods[i].target.address, cat("10.0.0.", i));
        EXPECT_FALSE(round.pods[i].model.has_value());
    }
}

TEST_F(ScraperTest, GivesAPodHalfTheIntervalForItsMetricsAndThreeSecondsForItsModel) {
    Scraper scraper(fetcher, clock, 2);
    (void)scraper.scrape(request({target("a", true)}, seconds(1)));
    EXPECT_EQ(fetcher.asked.at("a:8082/metrics").first, milliseconds(500));
    EXPECT_EQ(fetcher.asked.at("a:8080/v2/models/fraud/ready").first, seconds(3));
    EXPECT_EQ(fetcher.asked.at("a:8082/metrics").second, 4U << 20U);
    (void)scraper.scrape(request({target("a")}, seconds(60)));
    EXPECT_EQ(fetcher.asked.at("a:8082/metrics").first, seconds(3));
}

TEST_F(ScraperTest, ShowsNothingThatATerminalWouldObey) {
    fetcher.answers.emplace("a:8082/metrics", page(200, "x\x1b[2J\xff 1\n"));
    Scraper scraper(fetcher, clock, 1);
    const Round round = scraper.scrape(request({target("a")}));
    ASSERT_FALSE(round.pods[0].reading.ok());
    EXPECT_EQ(round.pods[0].reading.error().message, "/metrics: line 1: \"x?[2J? 1\" is not a sample");
}

TEST_F(ScraperTest, SaysWhyAPodCouldNotBeRead) {
    fetcher.answers.emplace("404:8082/metrics", page(404, "not found"));
    fetcher.answers.emplace("html:8082/metrics", page(200, "<html>\n", "text/html"));
    fetcher.answers.emplace("cut:8082/metrics",
                            page(200, "requests_total 5\n", "application/openmetrics-text; version=1.0.0"));
    fetcher.answers.emplace("slow:8082/metrics", Error{ErrorCode::Unknown, "no answer within 3s"});
    Scraper scraper(fetcher, clock, 4);
    Round round = scraper.scrape(
        request({target("404"), target("html"), target("cut"), target("slow"), target("nobody")}));
    std::vector<std::string> messages;
    for (const PodResult& pod : round.pods) {
        ASSERT_FALSE(pod.reading.ok());
        messages.push_back(pod.reading.error().message);
    }
    EXPECT_EQ(messages, (std::vector<std::string>{
                            "HTTP 404 from /metrics", "/metrics: line 1: no metric name at \"<html>\"",
                            "/metrics: the page has no \"# EOF\", so its end may be missing",
                            "no answer within 3s", "connection refused"}));
}

class NativeScrapeTest : public ScraperTest {
  protected:
    // Reads pod a, of which a latency is judged too.
    PodResult read() {
        api::Runtime runtime;
        runtime.errors = {{"requests_total"}, {"failures_total"}};
        std::vector<api::Metric> metrics(2);
        metrics[0].name = "errors";
        metrics[1].name = "latency";
        metrics[1].kind = api::MetricKind::Latency;
        metrics[1].histogram = "took_seconds";
        RoundRequest ask = request({target("a")});
        ask.selection = std::make_shared<const Selection>(*compileSelection(runtime, metrics));
        Scraper scraper(fetcher, clock, 1);
        return scraper.scrape(std::move(ask)).pods[0];
    }
    void shows(const std::string& text) { fetcher.answers.insert_or_assign(kText, page(200, text)); }
    void shows(const std::string& body, const std::string& type) {
        fetcher.answers.insert_or_assign(kProtobuf, page(200, body, type));
    }
    std::string why() {
        const PodResult pod = read();
        return pod.reading ? "read" : pod.reading.error().message;
    }

    static constexpr const char* kText = "a:8082/metrics";
    static constexpr const char* kProtobuf = "a:8082/metrics in protobuf";
    static constexpr const char* kDelimited =
        "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited";
    static constexpr const char* kLacksBuckets =
        "requests_total 7\ntook_seconds_bucket{le=\"+Inf\"} 3\ntook_seconds_count 3\n";
    const std::string kNative = nativeFamily("took_seconds", {.counts = {1, 0, 2}});
};

TEST_F(NativeScrapeTest, ReadsAPageInProtobufWhereTextShowsAHistogramWithoutBuckets) {
    shows(kLacksBuckets);
    shows(kNative, kDelimited);
    const PodResult pod = read();
    ASSERT_TRUE(pod.reading.ok()) << pod.reading.error().message;
    EXPECT_EQ(pod.reading->sources[0].series[0].value, 7);       // by the text
    EXPECT_EQ(pod.reading->sources[1].series.size(), 35U + 2U);  // by the protobuf
    EXPECT_EQ(fetcher.asked.at(kProtobuf), fetcher.asked.at(kText));
}

TEST_F(NativeScrapeTest, AsksForNothingButTextWhereHistogramsHaveBuckets) {
    shows(
        "took_seconds_bucket{le=\"1\"} 2\ntook_seconds_bucket{le=\"+Inf\"} 3\ntook_seconds_count 3\n"
        "other_seconds_bucket{le=\"+Inf\"} 3\n");
    EXPECT_EQ(why(), "read");
    EXPECT_FALSE(fetcher.asked.contains(kProtobuf));
}

TEST_F(NativeScrapeTest, GoesByTheTextOfAServerThatHasNoProtobuf) {
    shows(kLacksBuckets);
    shows(kLacksBuckets, "text/plain; version=0.0.4");
    const PodResult pod = read();
    ASSERT_TRUE(pod.reading.ok()) << pod.reading.error().message;
    EXPECT_EQ(pod.reading->sources[1].series.size(), 2U);
}

TEST_F(NativeScrapeTest, FailsAsAWholeWhereTheProtobufCannotBeRead) {
    const std::string about = "its histograms without buckets, asked for in protobuf: ";
    shows(kLacksBuckets);
    EXPECT_EQ(why(), about + "connection refused");
    fetcher.answers.insert_or_assign(kProtobuf, page(500, ""));
    EXPECT_EQ(why(), about + "HTTP 500 from /metrics");
    shows(kNative.substr(0, 20), kDelimited);
    EXPECT_EQ(why(), about + "/metrics: the page ends within metric family 1");
    shows(kNative, "application/vnd.google.protobuf; encoding=text");
    EXPECT_EQ(why(),
              about + "/metrics: it is in protobuf, but not delimited; serve text or what was asked for");
    shows(nativeFamily("took_seconds", {.schema = 9, .counts = {1}}), kDelimited);
    EXPECT_EQ(why(),
              about + "/metrics: metric family 1 (took_seconds): its schema is 9, and only -4 to 8 are read");
}

TEST_F(NativeScrapeTest, FailsWhereTheProcessRestartsBetweenTheTwoPages) {
    const auto started = [](double at) {
        return familyMessage("process_start_time_seconds", 1,
                             {Message().bytes(2, Message().real(1, at).text()).text()});
    };
    shows(cat(kLacksBuckets, "process_start_time_seconds 1764000000.5\n"));
    shows(kNative + started(1764000000.5), kDelimited);
    EXPECT_EQ(why(), "read");
    shows(kNative + started(1764000009), kDelimited);
    EXPECT_EQ(why(), "its process restarted while it was read");
}

TEST_F(NativeScrapeTest, ReadsWhatAServerAnswersInProtobufUnasked) {
    fetcher.answers.insert_or_assign(kText, page(200, kNative, kDelimited));
    const PodResult pod = read();
    ASSERT_TRUE(pod.reading.ok()) << pod.reading.error().message;
    EXPECT_EQ(pod.reading->sources[1].series.size(), 35U + 2U);
    EXPECT_FALSE(fetcher.asked.contains(kProtobuf));
}

TEST_F(ScraperTest, ShowsItsAccessOverTlsAloneAndNeverToAModel) {
    fetcher.answers.emplace("guarded:8082/metrics", page(200, "requests_total 5\n"));
    fetcher.answers.emplace("open:8082/metrics", page(200, "requests_total 7\n"));
    RoundRequest ask = request({target("guarded", true), target("open")});
    ask.targets[0].metricsHttps = true;
    ask.access = net::Access{"Bearer abc", "", "", {"abc"}};
    Scraper scraper(fetcher, clock, 2);
    const Round round = scraper.scrape(std::move(ask));
    EXPECT_TRUE(round.pods[0].reading.ok() && round.pods[1].reading.ok());
    EXPECT_EQ(fetcher.shown,
              (std::map<std::string, std::string>{{"guarded:8082/metrics", "Bearer abc"},
                                                  {"guarded:8080/v2/models/fraud/ready", "in the clear"},
                                                  {"open:8082/metrics", "in the clear"}}));
}

TEST_F(ScraperTest, ReadsNobodyUntilTheAccessIsKnownButAsksForTheModel) {
    fetcher.answers.emplace("guarded:8080/v2/models/fraud/ready", page(200, ""));
    RoundRequest ask = request({target("guarded", true), target("open")});
    ask.targets[0].metricsHttps = true;
    ask.access = Error{ErrorCode::Unavailable, "there is no Secret"};
    Scraper scraper(fetcher, clock, 2);
    Round round = scraper.scrape(ask);
    for (const PodResult& pod : round.pods) {
        ASSERT_FALSE(pod.reading.ok());
        EXPECT_EQ(pod.reading.error().message, "there is no Secret");
        EXPECT_EQ(pod.about, "");
    }
    EXPECT_EQ(round.pods[0].model, api::ModelAnswer::Ready);
    EXPECT_EQ(fetcher.asked.size(), 1U);
    ask.targets[0].askModel = false;
    EXPECT_EQ(scraper.scrape(ask).pods.size(), 2U) << "a round in which there is nothing to do ends, too";
    ask.targets[0].metricsHttps = false;
    (void)scraper.scrape(ask);
    EXPECT_TRUE(fetcher.asked.contains("guarded:8082/metrics")) << "pods that want no access are read";
}

TEST_F(ScraperTest, TellsARefusalOfItsAccessFromOtherTrouble) {
    fetcher.answers.emplace("a:8082/metrics", page(401, ""));
    fetcher.answers.emplace("b:8082/metrics", page(403, ""));
    fetcher.answers.emplace("c:8082/metrics", page(503, ""));
    Scraper scraper(fetcher, clock, 1);
    const Round round = scraper.scrape(request({target("a"), target("b"), target("c")}));
    EXPECT_EQ(round.pods[0].reading.error().code, ErrorCode::Unauthorized);
    EXPECT_EQ(
        round.pods[0].reading.error().message,
        "HTTP 401 from /metrics; state credentials that it accepts, in spec.runtime.metrics.credentials");
    EXPECT_EQ(round.pods[1].reading.error().code, ErrorCode::Forbidden);
    EXPECT_EQ(round.pods[2].reading.error().code, ErrorCode::Unavailable);
}

TEST_F(ScraperTest, RepeatsNoPartOfASecretOfAPageThatCannotBeRead) {
    const std::string password = "gr\u00fc\u00dfe an s3cret";
    for (const std::string& said : {password, cat("of-many-words-before-it-", password)}) {
        fetcher.answers.insert_or_assign(
            "a:8082/metrics", Result<HttpResponse>(page(200, cat("requests_total \u00a7", said, "\n"))));
        RoundRequest ask = request({target("a")});
        ask.targets[0].metricsHttps = true;
        ask.access = net::Access{"Basic abc", "", "", {password}};
        Scraper scraper(fetcher, clock, 1);
        const Round round = scraper.scrape(ask);
        ASSERT_FALSE(round.pods[0].reading);
        const std::string why = round.pods[0].reading.error().message;
        EXPECT_THAT(why, testing::StartsWith("/metrics: line 1: \"??"));
        EXPECT_THAT(why, testing::HasSubstr("[secret]"));
        for (const char* part : {"gr", "s3cret"}) EXPECT_EQ(why.find(part), std::string::npos) << why;
    }
}

TEST_F(ScraperTest, ReadsNothingWhereThatIsSaidAndAsksForModelsAllTheSame) {
    fetcher.answers.emplace("a:8080/v2/models/fraud/ready", page(200, ""));
    RoundRequest ask = request({target("a", true), target("b")});
    ask.unreadable = Error{ErrorCode::Unavailable, "nobody knows what to read"};
    Scraper scraper(fetcher, clock, 1);
    const Round round = scraper.scrape(ask);
    for (const PodResult& pod : round.pods) {
        EXPECT_EQ(pod.reading.error().message, "nobody knows what to read");
    }
    EXPECT_EQ(round.pods[0].model, api::ModelAnswer::Ready);
    EXPECT_EQ(fetcher.asked.size(), 1U);
}

TEST_F(ScraperTest, AsksCanaryPodsForTheirModelWhenTold) {
    fetcher.answers.emplace("ready:8080/v2/models/fraud/ready", page(200, ""));
    fetcher.answers.emplace("loading:8080/v2/models/fraud/ready", page(400, "{}"));
    fetcher.answers.emplace("hung:8080/v2/models/fraud/ready",
                            Error{ErrorCode::Unknown, "no answer within 3s"});
    fetcher.answers.emplace("chatty:8080/v2/models/fraud/ready",
                            Error{ErrorCode::Invalid, "more than 65536 bytes"});
    Scraper scraper(fetcher, clock, 4);
    Round round =
        scraper.scrape(request({target("ready", true), target("loading", true), target("hung", true),
                                target("nobody", true), target("chatty", true), target("ready")}));
    std::vector<std::optional<api::ModelAnswer>> answers;
    for (const PodResult& pod : round.pods) answers.push_back(pod.model);
    using enum api::ModelAnswer;
    EXPECT_EQ(answers, (std::vector<std::optional<api::ModelAnswer>>{Ready, NotReady, Silent, CannotConnect,
                                                                     NotReady, std::nullopt}));
}

TEST_F(ScraperTest, AsksAllPodsAtOnceAsFarAsItsThreadsGo) {
    std::latch all(8);  // would never open if the pods were asked one after the other
    fetcher.before = [&](const std::string&) { all.arrive_and_wait(); };
    std::vector<Target> targets;
    for (int i = 0; i < 8; ++i) targets.push_back(target(cat("pod", i)));
    Scraper scraper(fetcher, clock, 8);
    EXPECT_EQ(scraper.scrape(request(targets)).pods.size(), 8U);
}

TEST_F(ScraperTest, LetsAnotherRoundPassOneThatHangs) {
    std::promise<void> release;
    auto released = release.get_future().share();
    fetcher.before = [&](const std::string& url) {
        if (url.starts_with("hung")) released.wait();
    };
    fetcher.answers.emplace("good:8082/metrics", page(200, "requests_total 1\n"));
    Scraper scraper(fetcher, clock, 3);
    std::promise<Round> hung;
    scraper.start(request({target("hung1"), target("hung2")}),
                  [&](Round round) { hung.set_value(std::move(round)); });
    EXPECT_TRUE(scraper.scrape(request({target("good")})).pods[0].reading.ok());
    release.set_value();
    EXPECT_EQ(hung.get_future().get().pods.size(), 2U);
}

TEST_F(ScraperTest, AnswersARoundWithoutTargetsAtOnce) {
    Scraper scraper(fetcher, clock, 1);
    EXPECT_TRUE(scraper.scrape(request({})).pods.empty());
}

TEST_F(ScraperTest, FinishesEveryRoundWhenItIsDestroyed) {
    std::promise<void> begun, release;
    fetcher.before = [&](const std::string& url) {
        if (url != "first:8082/metrics") return;
        begun.set_value();
        release.get_future().wait();
    };
    std::promise<Round> first, second;
    {
        Scraper scraper(fetcher, clock, 1);
        scraper.start(request({target("first")}), [&](Round round) { first.set_value(std::move(round)); });
        begun.get_future().wait();
        scraper.start(request({target("second", true)}), [&](Round round) {
            second.set_value(std::move(round));
            release.set_value();  // the pool drops what waits before it waits for what runs
        });
    }
    EXPECT_EQ(first.get_future().get().pods[0].reading.error().code, ErrorCode::Unavailable);
    EXPECT_EQ(second.get_future().get().pods[0].reading.error().code, ErrorCode::Stopped);
}

TEST_F(ScraperTest, ServesManyRoundsFromManyThreads) {
    fetcher.answers.emplace("a:8082/metrics", page(200, "requests_total 1\n"));
    Scraper scraper(fetcher, clock, 4);
    std::atomic<int> read = 0;
    std::vector<std::jthread> callers;
    for (int i = 0; i < 6; ++i) {
        callers.emplace_back([&] {
            for (int k = 0; k < 50; ++k) {
                for (const PodResult& pod : scraper.scrape(request({target("a"), target("a", true)})).pods) {
                    read += pod.reading.ok() ? 1 : 0;
                }
            }
        });
    }
    callers.clear();
    EXPECT_EQ(read, 600);
}

}  // namespace
}  // namespace serin::signals
