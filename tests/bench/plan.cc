// Plans per second on one core: at rest, in the middle of a rollout, and at a moment when something is done.
#include <benchmark/benchmark.h>

#include "tests/unit/plan/world.h"

namespace {

using serin::plan::testing::World;

World serving() {
    World world;
    world.want("v1");
    world.settle();
    return world;
}

World stepping() {
    World world = serving();
    world.want("v2");
    world.reach("Step 1/2: Judging");
    return world;
}

void measure(benchmark::State& state, World world) {
    world.observe();
    for (auto _ : state) benchmark::DoNotOptimize(serin::plan::plan(world.seen));
    state.SetItemsProcessed(state.iterations());
}

void PlanAtRest(benchmark::State& state) {
    measure(state, serving());
}
BENCHMARK(PlanAtRest);

void PlanMidRollout(benchmark::State& state) {
    World world = stepping();
    world.pass(5);
    measure(state, world);
}
BENCHMARK(PlanMidRollout);

// Ten outcomes, twenty attempts and three metrics are recorded.
void PlanMidRolloutWithHistory(benchmark::State& state) {
    World world = stepping();
    for (int i = 0; i < 10; ++i) {
        world.status().history.push_back({"3kq9x2m7ta", "12", "registry.example/fraud:12", "Promoted",
                                          "every step is done and every guard is safe", world.seen.at});
    }
    for (int i = 0; i < 20; ++i)
        world.status().attempts.push_back({"9fw4d0c1ze", i, {}, false, false, "Promoted"});
    world.pass(5);
    measure(state, world);
}
BENCHMARK(PlanMidRolloutWithHistory);

void PlanAReturn(benchmark::State& state) {
    World world = stepping();
    world.judge = [](const serin::api::JudgeOrder& order) {
        serin::api::Judgement said = World::calmAndSafe(order);
        said.harm = true;
        said.headline = "canary errs 10 % against 0 %";
        return said;
    };
    measure(state, world);
}
BENCHMARK(PlanAReturn);

}  // namespace
