// The CustomResourceDefinition: defaults, pruning, and what the schema refuses.
#include "base/text.h"
#include "conformance/play.h"

namespace serin::conformance {
namespace {

const kube::Resource& models() {
    return kube::modelDeployments();
}

HttpRequest create(const Play& play, const Json& object, bool strict = false) {
    return play.requests.create(models(), play.space(), fake::dump(object), {.strict = strict});
}

// The answer to an object whose spec has `value` at a JSON pointer.
Answer refused(Play& play, const std::string& pointer, const Json& value,
               std::source_location here = std::source_location::current()) {
    Json object = play.modelDeployment("a");
    object["spec"][Json::json_pointer(pointer)] = value;
    return play.send(create(play, object), 422, "Invalid", here);
}

}  // namespace

SERIN_CASE("the schema's defaults are filled in") {
    const Answer made = play.create(models(), play.modelDeployment("a"));
    play.equal(made.at("/spec/replicas"), 1, "replicas");
    play.equal(made.at("/spec/paused"), false, "paused");
    play.equal(made.at("/spec/rollout/soak"), "30m", "rollout.soak");
}

SERIN_CASE("null is as good as nothing") {
    Json object = play.modelDeployment("a");
    object["spec"]["replicas"] = nullptr;
    object["spec"]["rollout"] = nullptr;
    object["spec"]["model"]["version"] = nullptr;
    const Answer made = play.create(models(), object);
    play.equal(made.at("/spec/replicas"), 1, "replicas");
    play.that(!made.at("/spec/model").contains("version"), "the version is gone");
}

SERIN_CASE("unknown fields are dropped with a warning") {
    Json object = play.modelDeployment("a");
    object["spec"]["misspelt"] = 1;
    object["spec"]["model"]["nmae"] = "x";
    object["extra"] = 1;
    const Answer made = play.create(models(), object);
    play.that(!made.at("/spec").contains("misspelt"), "it is dropped");
    play.that(made.headers.contains("warning"), "there is a warning");
}

SERIN_CASE("unknown fields are refused when the writer is strict") {
    Json object = play.modelDeployment("a");
    object["spec"]["misspelt"] = 1;
    object["spec"]["model"]["nmae"] = "x";
    play.send(create(play, object, true), 400, "BadRequest");
    Json service = play.service("a");
    service["spec"]["misspelt"] = 1;
    play.send(play.requests.create(kube::services(), play.space(), fake::dump(service), {.strict = true}),
              400, "BadRequest");
    Json set = play.replicaSet("a");
    set["spec"]["template"]["spec"]["containers"][0]["misspelt"] = 1;
    play.send(play.requests.create(kube::replicaSets(), play.space(), fake::dump(set), {.strict = true}), 400,
              "BadRequest");
}

SERIN_CASE("a field that is stated twice is refused when the writer is strict, else the last counts") {
    Json object = play.modelDeployment("a");
    std::string twice = fake::dump(object);
    twice.insert(twice.find("\"model\""), R"("replicas":1,"replicas":2,)");
    play.send(play.requests.create(models(), play.space(), twice, {.strict = true}), 400, "BadRequest");
    const Answer made = play.send(play.requests.create(models(), play.space(), twice), 201);
    play.equal(made.at("/spec/replicas"), 2, "the replicas");
}

SERIN_CASE("the pod template keeps what the schema does not know") {
    Json object = play.modelDeployment("a");
    object["spec"]["template"]["spec"]["unheardOf"] = {{"deep", true}};
    const Answer made = play.create(models(), object);
    play.equal(made.at("/spec/template/spec/unheardOf/deep"), true, "what nobody knows");
}

SERIN_CASE("what the schema requires must be there") {
    Json object = play.modelDeployment("a");
    object["spec"].erase("model");
    object["spec"].erase("template");
    const Answer two = play.send(create(play, object), 422, "Invalid");
    play.that(two.at("/details/causes").size() >= 2, "each is told");
    object.erase("spec");
    play.send(create(play, object), 422, "Invalid");
}

SERIN_CASE("values of the wrong type are refused") {
    refused(play, "/replicas", "three");
    refused(play, "/paused", "yes");
    refused(play, "/model", Json::array());
    refused(play, "/rollout", 7);
    refused(play, "/replicas", 1.5);
}

SERIN_CASE("numbers outside of their bounds are refused") {
    refused(play, "/replicas", -1);
    refused(play, "/history", 100000);
    refused(play, "/runtime", {{"ports", {{"http", 0}}}});
    refused(play, "/runtime", {{"ports", {{"http", 65536}}}});
}

SERIN_CASE("words that are none of the list are refused") {
    refused(play, "/runtime", {{"preset", "tensorflow"}});
    refused(play, "/analysis", {{"onInconclusive", "Wait"}});
}

SERIN_CASE("texts outside of their bounds are refused") {
    refused(play, "/model/version", "");
    refused(play, "/model/version", std::string(64, 'v'));
    refused(play, "/model/name", std::string(129, 'n'));
}

SERIN_CASE("lists and maps outside of their bounds are refused") {
    Json steps = Json::array();
    for (int i = 0; i < 200; ++i) steps.push_back({{"weight", 10}});
    refused(play, "/rollout", {{"steps", steps}});
    refused(play, "/runtime", {{"ports", Json::object()}});
}

SERIN_CASE("a key of a keyed list is there once") {
    const Json metric = {{"name", "errors"}, {"errorRate", Json::object()}};
    refused(play, "/analysis", {{"metrics", Json::array({metric, metric})}});
}

SERIN_CASE("an update is checked as a creation is") {
    play.create(models(), play.modelDeployment("a"));
    const auto patch = [&](const char* body) {
        return play.requests.mergePatch(models(), play.space(), play.name("a"), body);
    };
    play.send(patch(R"({"spec":{"replicas":-1}})"), 422, "Invalid");
    play.send(patch(R"({"spec":{"model":{"name":null}}})"), 422, "Invalid");
    play.send(play.with(patch(R"({"spec":{"misspelt":1}})"), "fieldValidation=Strict"), 422, "Invalid");
}

SERIN_CASE("rules beyond the schema are checked, with a sentence", RealOnly{"CEL is not simulated"}) {
    const Answer name = refused(play, "/model/name", "a b");
    play.that(name.message().find("it becomes part of a URL") != std::string::npos, "the sentence is there");
    refused(play, "/rollout", {{"soak", "soon"}});
    Json object = play.modelDeployment("a");
    object["metadata"]["name"] = std::string(53, 'a');
    play.send(create(play, object), 422, "Invalid");
}

}  // namespace serin::conformance
