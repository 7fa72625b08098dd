#pragma once

#include <gtest/gtest.h>

#include <string>

#include "runtime/examiner.h"

namespace serin::runtime {

inline constexpr Timestamp kStart{std::chrono::hours(24 * 365 * 55)};

// Two stable pods and a canary pod; pages are made from how many requests each has answered.
class ExaminerTest : public ::testing::Test {
  protected:
    ExaminerTest() {
        object.meta.name = "fraud";
        object.meta.generation = 1;
        api::Spec& spec = object.spec;
        spec.revision = "new";
        spec.runtime.ports = {8080, 0, 8082};
        spec.runtime.metricsPath = "/metrics";
        spec.runtime.readyPath = "/ready";
        spec.runtime.errors = {{"requests_total"}, {"requests_total{code=\"500\"}"}};
        spec.analysis.interval = std::chrono::seconds(1);
        spec.analysis.warmUp = Duration{0};
        api::Metric errors;
        errors.name = "errors";
        errors.worseOddsRatio = 1.2;
        spec.analysis.metrics = {errors};
        object.status.rollout = api::RolloutStatus{};
        object.status.rollout->startedAt = kStart;
        plan.order.mode = api::JudgeMode::Compare;
        plan.order.stable = "old";
        plan.order.canary = "new";
        plan.order.attempt = 1;
        plan.order.step = 0;
        plan.order.stepStartedAt = kStart;
        plan.askModel = {"new"};
        split.versions["old"].endpoints = {{"o1", "fraud-old-1", "198.18.0.1", true},
                                           {"o2", "fraud-old-2", "198.18.0.2", true}};
        split.versions["new"].endpoints = {{"n1", "fraud-new-1", "198.18.0.3", true}};
    }

    // The round of second `second`, in which each pod has answered `perSecond` requests a second since the
    // start.
    signals::Round scrape(const Examiner& examiner, int second, int perSecond, int canaryFails) {
        const auto request = examiner.round(split);
        signals::Round round;
        if (!request) return round;
        round.at = kStart + std::chrono::seconds(second);
        round.selection = request->selection;
        for (const signals::Target& target : request->targets) {
            signals::PodResult pod;
            pod.target = target;
            pod.startedAt = pod.endedAt = round.at;
            const int bad = target.arm == signals::Arm::Canary ? canaryFails * second : 0;
            const std::string page = "# TYPE requests_total counter\nrequests_total{code=\"200\"} " +
                                     std::to_string(perSecond * second - bad) +
                                     "\nrequests_total{code=\"500\"} " + std::to_string(bad) +
                                     "\nprocess_start_time_seconds 1000\n";
            pod.reading = signals::readPage(page, *request->selection, false);
            if (target.askModel) pod.model = api::ModelAnswer::Ready;
            round.pods.push_back(std::move(pod));
        }
        return round;
    }
    void order(Examiner& examiner, int second) {
        examiner.order(object, plan, split, kStart + std::chrono::seconds(second));
    }

    api::ModelDeployment object;
    api::Plan plan;
    api::Split split;
};

}  // namespace serin::runtime
