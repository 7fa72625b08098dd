#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <set>

#include "base/text.h"
#include "document.h"
#include "expectation.h"
#include "plan/plan.h"
#include "rules.h"
#include "scene.h"
#include "words.h"

// Runs every scenario of tests/scenarios/*.yaml (README.md there says how they are written) as a test of its
// own.
namespace serin::scenarios {
namespace {

struct Scenario {
    std::string name;
    std::string file;
    Json given;
    Json expect;
};

// Plans at the time when the recorded status is said to have been written, until it is at rest.
void recordBefore(Scene& scene) {
    if (!scene.recordedAt()) return;
    const Timestamp now = scene.time();
    scene.setTime(*scene.recordedAt());
    for (int i = 0; i < 5; ++i) scene.record(plan::plan(scene.observe()));
    scene.setTime(now);
}

class Runs : public testing::Test {
  public:
    explicit Runs(const Scenario& scenario) : scenario_(scenario) {}

    void TestBody() override {
        try {
            Scene scene(scenario_.given);
            recordBefore(scene);
            const api::Observed seen = scene.observe();
            const api::Plan plan = plan::plan(seen);
            for (const std::string& sentence : brokenRules(seen, plan))
                ADD_FAILURE() << sentence << "\n" << textOf(plan);
            for (const std::string& sentence : differences(scenario_.expect, scene, plan))
                ADD_FAILURE() << sentence;
        } catch (const BadTable& error) {
            FAIL() << scenario_.file << ": " << error.what();
        } catch (const Json::exception& error) {
            FAIL() << scenario_.file << ": " << error.what();
        }
    }

  private:
    const Scenario& scenario_;
};

Scenario scenarioOf(const Json& written, const Json& stages, const std::string& file) {
    checkKeys(written, {"name", "stage", "given", "expect"}, file);
    Scenario scenario;
    scenario.file = file;
    scenario.name = written.at("name").get<std::string>();
    scenario.expect = written.at("expect");
    Json given = stages.at("default");
    const std::string stage = written.value("stage", "nothing");
    if (!stages.contains(stage)) throw BadTable(cat(file, ": there is no stage \"", stage, "\""));
    given = merged(given, stages.at(stage));
    scenario.given = merged(given, written.value("given", Json::object()));
    return scenario;
}

std::vector<Scenario> readAll(const std::string& folder) {
    const Json stages = readYaml(folder + "/stages.yml");
    std::vector<std::string> paths;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        if (entry.path().extension() == ".yaml") paths.push_back(entry.path().string());
    }
    std::ranges::sort(paths);
    std::vector<Scenario> all;
    std::set<std::string> names;
    for (const std::string& path : paths) {
        const std::string file = std::filesystem::path(path).stem().string();
        const Json table = readYaml(path);
        checkKeys(table, {"about", "scenarios"}, file);
        for (const Json& written : table.at("scenarios")) {
            all.push_back(scenarioOf(written, stages, file));
            if (!names.insert(file + all.back().name).second)
                throw BadTable(cat(file, ": twice: ", all.back().name));
        }
    }
    return all;
}

}  // namespace
}  // namespace serin::scenarios

int main(int argc, char** argv) {
    using namespace serin::scenarios;
    testing::InitGoogleTest(&argc, argv);
    std::vector<Scenario> all;
    try {
        all = readAll(SERIN_SOURCE_DIR "/tests/scenarios");
    } catch (const std::exception& error) {
        std::cerr << error.what() << "\n";
        return 2;
    }
    for (const Scenario& scenario : all) {
        testing::RegisterTest(scenario.file.c_str(), scenario.name.c_str(), nullptr, nullptr, __FILE__,
                              __LINE__, [&scenario]() -> Runs* { return new Runs(scenario); });
    }
    return RUN_ALL_TESTS();
}
