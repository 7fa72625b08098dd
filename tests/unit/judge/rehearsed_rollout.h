#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "recorded_rollout.h"

namespace serin::judge {

// A recorded step of one version against itself.
struct AaRollout {
    std::vector<std::string> stable{"s1", "s2", "s3"};
    std::vector<std::string> canary{"c1"};
    int ticks = 120;
    size_t room = kMostRecording;
    std::optional<double> answer;  // to the query of queryMetric()
    // What a pod counts in an interval, by its name.
    std::function<std::map<std::string, api::Counts>(const std::string& pod, Random& random)> counts;

    std::string recorded(const api::Analysis& analysis) const {
        Kept kept(room);
        Rig rig(analysis);
        RecordedJudge judge(analysis, kept.sink());
        judge.order(rig.order());
        Random random(1);
        const auto arm = [&](const std::vector<std::string>& names) {
            std::vector<api::PodSample> out;
            for (const std::string& name : names) out.push_back(pod(name, counts(name, random)));
            return out;
        };
        for (int tick = 0; tick < ticks; ++tick) {
            std::vector<api::PodSample> stablePods = arm(stable);
            api::Stratum stratum = rig.stratum(std::move(stablePods), arm(canary));
            if (answer) stratum.looks[queryMetric().name] = {{stratum.to, answer, ""}};
            judge.add(stratum);
            judge.judgement();
        }
        return kept.text();
    }
};

// 100 requests a pod and interval, of which one in a hundred fails; of the pods with these names one in ten.
inline AaRollout errorsOf(const std::vector<std::string>& badPods) {
    AaRollout out;
    out.counts = [badPods](const std::string& name, Random& random) {
        const bool bad = std::find(badPods.begin(), badPods.end(), name) != badPods.end();
        return std::map<std::string, api::Counts>{
            {"errors", requests(100, random.binomial(100, bad ? .1 : .01))}};
    };
    return out;
}

}  // namespace serin::judge
