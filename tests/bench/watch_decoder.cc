#include "kube/watch_decoder.h"

#include <benchmark/benchmark.h>

#include <string>
#include <vector>

namespace serin::kube {
namespace {

// A ReplicaSet event of about 4 kB, of which managedFields is about a third, as API servers before 1.37 send
// it.
std::string replicaSetEvent(int number) {
    nlohmann::json environment = nlohmann::json::array();
    for (int i = 0; i < 20; ++i) {
        environment.push_back(
            {{"name", "SETTING_" + std::to_string(i)}, {"value", "a value with \"quotes\" and ü"}});
    }
    nlohmann::json fields;
    for (int i = 0; i < 30; ++i)
        fields["f:field" + std::to_string(i)] = {{"f:inner", nlohmann::json::object()}};
    const std::string name = "fraud-" + std::to_string(number);
    const nlohmann::json event = {
        {"type", "MODIFIED"},
        {"object",
         {{"apiVersion", "apps/v1"},
          {"kind", "ReplicaSet"},
          {"metadata",
           {{"name", name},
            {"namespace", "ml"},
            {"uid", "0b7c1c1e-3f5e-4c55-9d9c-" + std::to_string(100000000000 + number)},
            {"resourceVersion", std::to_string(1000 + number)},
            {"labels", {{"serin.dev/model-deployment", "fraud"}, {"serin.dev/revision", "3kq9x2m7ta"}}},
            {"managedFields",
             {{{"manager", "serin-controller"}, {"operation", "Update"}, {"fieldsV1", fields}}}}}},
          {"spec",
           {{"replicas", 4},
            {"template", {{"spec", {{"containers", {{{"name", "server"}, {"env", environment}}}}}}}}}},
          {"status", {{"replicas", 4}, {"readyReplicas", 4}, {"observedGeneration", 2}}}}}};
    return dumpJson(event) + "\n";
}

void decodeStream(benchmark::State& state) {
    std::string stream;
    for (int i = 0; i < 500; ++i) stream += replicaSetEvent(i);
    const auto piece = static_cast<size_t>(state.range(0));
    std::vector<WatchEvent> events;
    for (auto _ : state) {
        WatchDecoder decoder;
        for (size_t at = 0; at < stream.size(); at += piece) {
            events.clear();
            if (!decoder.feed(std::string_view(stream).substr(at, piece), events))
                state.SkipWithError("not decoded");
            benchmark::DoNotOptimize(events);
        }
    }
    state.SetBytesProcessed(static_cast<int64_t>(state.iterations()) * static_cast<int64_t>(stream.size()));
    state.SetItemsProcessed(static_cast<int64_t>(state.iterations()) * 500);
}
BENCHMARK(decodeStream)->Arg(512)->Arg(4096)->Arg(65536);

}  // namespace
}  // namespace serin::kube
