#include "runtime/sampler.h"

#include <gtest/gtest.h>

#include <condition_variable>
#include <set>

#include "api/names.h"
#include "tests/unit/apply/fakes.h"

namespace serin::runtime {
namespace {

class Pods final : public net::Fetcher {
  public:
    Result<HttpResponse> get(const std::string& host, int port, const std::string& path, Duration, size_t,
                             const net::Access*, net::Offer) override {
        const std::lock_guard lock(mutex);
        asked.insert(host + ":" + std::to_string(port) + path);
        return HttpResponse{200, {}, "requests_total 5\n"};
    }
    std::mutex mutex;
    std::set<std::string> asked;
};

// One ModelDeployment with a stable pod and a canary pod, both ready.
class TwoPods final : public ObjectSource {
  public:
    TwoPods() {
        api::ModelDeployment object;
        object.meta.name = "fraud";
        object.meta.ns = "ml";
        object.meta.uid = "uid-fraud";
        object.spec.revision = "new";
        object.spec.runtime.ports = {8080, 0, 8082};
        object.spec.runtime.metricsPath = "/metrics";
        object.spec.runtime.readyPath = "/ready";
        object.spec.runtime.errors = {{"requests_total"}, {"failed_total"}};
        object.spec.analysis.interval = std::chrono::seconds(1);
        object.spec.analysis.metrics = {api::Metric{}};
        object.spec.analysis.metrics[0].name = "errors";
        sight.object = object;
        add("old", "198.18.0.1");
        add("new", "198.18.0.2");
    }
    Sight sight;
    Sight look(const std::string&) const override { return sight; }
    std::vector<std::string> keys() const override { return {"ml/fraud"}; }

  private:
    void add(const std::string& revision, const std::string& address) {
        const std::string name = api::childName("fraud", revision);
        api::ReplicaSet set;
        set.meta.name = name;
        set.meta.ns = "ml";
        set.meta.uid = "rs-" + revision;
        set.meta.ownerUid = "uid-fraud";
        set.revision = revision;
        sight.replicaSets.push_back(set);
        api::Service service;
        service.meta = set.meta;
        service.meta.uid = "svc-" + revision;
        service.revision = revision;
        sight.services.push_back(service);
        api::EndpointSlice slice;
        slice.meta.ns = "ml";
        slice.meta.ownerUid = service.meta.uid;
        slice.service = name;
        slice.endpoints = {{"pod-" + revision, name + "-abcde", address, true}};
        sight.slices.push_back(slice);
    }
};

TEST(Sampler, ScrapesBothArmsAndAsksTheCanaryForItsModel) {
    const Clock& clock = systemClock();
    Pods pods;
    TwoPods source;
    std::mutex mutex;
    std::condition_variable wake;
    int strata = 0;
    auto examiner = std::make_shared<Examiner>(*source.sight.object);
    {
        signals::Scraper scraper(pods, clock);
        Sampler sampler(
            scraper, source, clock, [] { return 0.0; },
            [&](const std::string& key, const Examiner&, const Examiner::Finding& finding) {
                EXPECT_EQ(key, "ml/fraud");
                const std::lock_guard lock(mutex);
                strata += finding.stratum.has_value();
                wake.notify_all();
            });
        api::Plan plan;
        plan.order = {api::JudgeMode::Compare, "old", "new", 1, 0, Timestamp{}};
        plan.askModel = {"new"};
        source.sight.object->spec.analysis.interval = std::chrono::milliseconds(100);
        source.sight.object->meta.generation = 1;
        examiner->order(*source.sight.object, plan, {}, clock.wall());
        sampler.watch("ml/fraud", examiner);
        sampler.start();
        std::unique_lock lock(mutex);
        wake.wait(lock, [&] { return strata >= 1; });
        lock.unlock();
        sampler.forget("ml/fraud");
    }
    EXPECT_TRUE(pods.asked.contains("198.18.0.1:8082/metrics"));
    EXPECT_TRUE(pods.asked.contains("198.18.0.2:8082/metrics"));
    EXPECT_TRUE(pods.asked.contains("198.18.0.2:8080/ready"));
    EXPECT_FALSE(pods.asked.contains("198.18.0.1:8080/ready"));
    EXPECT_EQ(examiner->modelAnswers().at("pod-new"), api::ModelAnswer::Ready);
}

class SetClock final : public Clock {
  public:
    Timestamp wall() const override { return Timestamp{now}; }
    Duration sinceBoot() const override { return now; }
    Duration now{std::chrono::hours(1)};
};

// Nobody answers there; counts how often it was asked.
class NoPrometheus final : public net::FormPoster {
  public:
    Result<HttpResponse> post(const std::string&, const std::string&, Duration, size_t,
                              const net::Access&) override {
        ++asked;
        return Error{ErrorCode::Unavailable, "nobody"};
    }
    int asked = 0;
};

TEST(Sampler, LooksAtPrometheusRarelyAndAsksThePodsForTheirModelAsOftenAsStated) {
    SetClock clock;
    Pods pods;
    NoPrometheus prometheus;
    TwoPods source;
    api::Analysis& analysis = source.sight.object->spec.analysis;
    analysis.prometheus = api::PrometheusSource{"http://prometheus:9090"};
    analysis.interval = std::chrono::minutes(2);
    auto examiner = std::make_shared<Examiner>(*source.sight.object);
    api::Plan plan;
    plan.order = {api::JudgeMode::Compare, "old", "new", 1, 0, Timestamp{}};
    plan.askModel = {"new"};
    examiner->order(*source.sight.object, plan, {}, clock.wall());
    signals::PrometheusReader reader(prometheus, clock, 0);
    signals::Scraper scraper(pods, clock, 0, &reader);
    int questions = 0;
    Sampler sampler(
        scraper, source, clock, [] { return 0.0; },
        [&](const std::string&, const Examiner&, const Examiner::Finding&) { ++questions; });
    sampler.watch("ml/fraud", examiner);
    EXPECT_EQ(questions, 1);  // a pod that was never asked is asked at once
    std::vector<int> looks;
    for (int second = 0; second <= 250; second += 10) {
        const int before = prometheus.asked;
        EXPECT_EQ(sampler.turn(), clock.now + std::chrono::seconds(10));
        if (prometheus.asked != before) looks.push_back(second);
        EXPECT_EQ(questions, 2 + second / 10);  // by the round or beside it, never both
        clock.now += std::chrono::seconds(10);
    }
    EXPECT_EQ(looks, (std::vector<int>{0, 120, 240}));
    EXPECT_EQ(pods.asked, (std::set<std::string>{"198.18.0.2:8080/ready"}));
}

}  // namespace
}  // namespace serin::runtime
