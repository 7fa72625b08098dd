#include <deque>
#include <memory>
#include <vector>

#include "base/text.h"
#include "client_process.h"
#include "decision.h"
#include "mirror.h"
#include "play.h"
#include "script_objects.h"

namespace serin::simulation {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// A process that starts leads after so long: its predecessor's lease has to run out.
constexpr Duration kTakeover = seconds(20);
constexpr Duration kRemembered = seconds(120);

class Quiet final : public Logger {
  public:
    explicit Quiet(std::function<void(std::string)> tell) : tell_(std::move(tell)) {}
    void log(LogLevel, std::string_view message, const LogFields& fields) override {
        if (!tell_) return;
        std::string line(message);
        for (const auto& [key, value] : fields) line += cat(" ", key, "=", value);
        tell_(std::move(line));
    }

  private:
    std::function<void(std::string)> tell_;
};

const std::shared_ptr<const fake::Schemas>& schemas() {
    static const auto loaded = fake::loadSchemasOf(SERIN_SOURCE_DIR).value();
    return loaded;
}

fake::ApiServer::Options serverOptions(uint64_t seed) {
    fake::ApiServer::Options options;
    options.seed = seed;
    options.namespaces = {kSpace, kOperatorSpace};
    options.watchList = seed % 3 != 0;
    return options;
}

// The whole of one run: one or two processes, the simulated server, and the cluster as its mirror.
class ClientRun {
  public:
    ClientRun(const Script& script, const Sabotage& sabotage, bool trace)
        : script_(script),
          sabotage_(sabotage),
          wanted_(wantedAtFirst(script)),
          random_(script.seed, 60),
          clock_(timeline_, adversity_),
          server_(clock_, schemas(), serverOptions(script.seed)),
          cluster_(timeline_, script_),
          monitor_(timeline_, cluster_, script_),
          log_(trace ? std::function<void(std::string)>([this](const std::string& line) { note(line); })
                     : nullptr) {
        cluster_.changed = [this] { monitor_.changed(); };
        cluster_.felt = [this](Kind kind) { adversity_.feel(kind); };
        cluster_.autoscaled = [this](int replicas) { autoscale(replicas); };
        cluster_.setStatusWritten = [this](const api::ReplicaSet& set) {
            mirror_.writeSetStatus(set);
            mirror();
        };
        cluster_.endpointsWritten = [this](const std::string& service) {
            mirror_.writeEndpoints(service);
            mirror();
        };
        server_.create(fake::Kind::ModelDeployment, kSpace, objectJson(kName, wanted_), "person");
        if (script_.neighbour)
            server_.create(fake::Kind::ModelDeployment, kSpace, objectJson(kNeighbour, wanted_), "person");
        mirror();
        slots_.resize(script.seed % 2 == 0 ? 1 : 2);
        for (size_t i = 0; i < slots_.size(); ++i) start(i);
        for (const Happening& happening : script_.happenings) {
            timeline_.at(Timeline::kStart + happening.at, [this, happening] { happen(happening); });
        }
    }

    Report play() {
        const Timestamp last = endOf(script_);
        const bool settled = playToRest(timeline_, cluster_, monitor_, last, [this] { return writes(); });
        Report report = reportOf(cluster_, monitor_, adversity_);
        report.settled = settled;
        report.writes = writes();
        report.trace = lines_;
        return report;
    }

  private:
    struct Slot {
        std::unique_ptr<ClientProcess> process;
        uint64_t life = 0;
        std::optional<Timestamp> due;
    };

    void note(const std::string& line) {
        lines_ += cat(formatDuration(timeline_.now() - Timeline::kStart), "  ", line, "\n");
    }
    uint64_t writes() const;
    void start(size_t index);
    void comeTo(size_t index, Timestamp when);
    void turn(size_t index);
    void die(size_t index);
    Slot* leader();
    void tellAll();
    void mirror();
    void happen(const Happening& happening);
    void byHand(const Happening& happening);
    void toProcess(const Happening& happening);
    void toLeader(const Happening& happening);
    void specChanged();
    void autoscale(int replicas);
    uint64_t revisionAt(Timestamp when) const;
    void decide(const Happening& happening);
    void collectGarbage();

    const Script script_;
    const Sabotage sabotage_;
    Wanted wanted_;
    Random random_;
    std::string lines_;
    Timeline timeline_;
    Adversity adversity_;
    SimulatedClock clock_;
    fake::ApiServer server_;
    Cluster cluster_;
    Monitor monitor_;
    Quiet log_;
    Mirror mirror_{server_, cluster_, monitor_, log_};
    std::vector<Slot> slots_;
    uint64_t writesOfTheDead_ = 0;
    std::deque<std::pair<Timestamp, uint64_t>> revisions_;  // of the server, of the last two minutes
    bool mirroring_ = false;
};

uint64_t ClientRun::writes() const {
    uint64_t sum = writesOfTheDead_;
    for (const Slot& slot : slots_) sum += slot.process ? slot.process->transport().writes() : 0;
    return sum;
}

void ClientRun::start(size_t index) {
    Slot& slot = slots_[index];
    ++slot.life;
    const ClientProcess::Surroundings around{server_, cluster_,  timeline_,           adversity_,
                                             log_,    sabotage_, [this] { mirror(); }};
    slot.process = std::make_unique<ClientProcess>(around, cat("operator-", index, "-", slot.life),
                                                   script_.seed * 1000 + index * 100 + slot.life);
    slot.due.reset();
    if (adversity_.pastShown > Duration(0)) {
        slot.process->transport().showPast(revisionAt(timeline_.now() - 5 * adversity_.pastShown),
                                           timeline_.now() + kTakeover + adversity_.pastShown);
        adversity_.pastShown = Duration(0);
    }
    comeTo(index, timeline_.now() + milliseconds(random_.between(1, 100)));
}

void ClientRun::comeTo(size_t index, Timestamp when) {
    Slot& slot = slots_[index];
    if (!slot.process || (slot.due && *slot.due <= when)) return;
    slot.due = when;
    timeline_.at(when, [this, index, when, life = slot.life] {
        const Slot& then = slots_[index];
        if (then.process && then.life == life && then.due == when) turn(index);
    });
}

void ClientRun::turn(size_t index) {
    Slot& slot = slots_[index];
    slot.due.reset();
    try {
        const auto next = slot.process->turn();
        if (!next) return die(index);
        comeTo(index, *next);
    } catch (const ProcessDied&) {
        die(index);
    }
}

void ClientRun::die(size_t index) {
    Slot& slot = slots_[index];
    if (!slot.process) return;
    writesOfTheDead_ += slot.process->transport().writes();
    slot.process.reset();
    slot.due.reset();
    monitor_.restarted();
    timeline_.after(milliseconds(random_.between(300, 3000)), [this, index] { start(index); });
}

ClientRun::Slot* ClientRun::leader() {
    for (Slot& slot : slots_) {
        if (slot.process && slot.process->leads()) return &slot;
    }
    return nullptr;
}

void ClientRun::tellAll() {
    for (size_t i = 0; i < slots_.size(); ++i)
        comeTo(i, timeline_.now() + milliseconds(random_.between(1, 20)));
}

void ClientRun::mirror() {
    if (mirroring_ || server_.journal().empty()) return;
    mirroring_ = true;
    const bool news = mirror_.takeJournal();
    revisions_.emplace_back(timeline_.now(), server_.revision());
    while (revisions_.front().first + kRemembered < timeline_.now()) revisions_.pop_front();
    mirroring_ = false;
    if (news) tellAll();
}

uint64_t ClientRun::revisionAt(Timestamp when) const {
    uint64_t last = revisions_.front().second;
    for (const auto& [at, revision] : revisions_) {
        if (at <= when) last = revision;
    }
    return last;
}

void ClientRun::specChanged() {
    server_.update(
        fake::Kind::ModelDeployment, kSpace, kName,
        [&](fake::Json& object) { object["spec"] = objectJson(kName, wanted_)["spec"]; }, "person");
    mirror();
}

// As a HorizontalPodAutoscaler does it.
void ClientRun::autoscale(int replicas) {
    wanted_.replicas = replicas;
    HttpRequest request;
    request.method = "PATCH";
    request.target =
        cat("/apis/serin.dev/v1alpha1/namespaces/", kSpace, "/modeldeployments/", kName, "/scale");
    request.headers = {{"content-type", "application/merge-patch+json"}, {"user-agent", "autoscaler"}};
    request.body = cat(R"({"spec":{"replicas":)", replicas, "}}");
    server_.handle(request);
    mirror();
}

void ClientRun::decide(const Happening& happening) {
    const auto& rollout = cluster_.object.status.rollout;
    if (!rollout) return;
    const Decision decision = decisionOf(happening, *rollout);
    server_.update(
        fake::Kind::ModelDeployment, kSpace, kName,
        [&](fake::Json& object) { object["metadata"]["annotations"][decision.annotation] = decision.value; },
        "person");
    mirror();
}

void ClientRun::happen(const Happening& happening) {
    log_.info(cat("* ", nameOf(happening.kind), " ", happening.a, " ", happening.b));
    monitor_.happened(happening);
    if (byPerson(happening.kind)) return byHand(happening);
    if (byCluster(happening.kind)) return cluster_.suffer(happening);
    toProcess(happening);
}

void ClientRun::byHand(const Happening& happening) {
    if (!cluster_.exists) return;
    adversity_.feel(happening.kind);
    if (isDecision(happening.kind)) return decide(happening);
    if (happening.kind == Kind::Delete) {
        server_.remove(fake::Kind::ModelDeployment, kSpace, kName, "person");
        mirror();
        return collectGarbage();
    }
    changeWanted(happening, wanted_);
    specChanged();
}

void ClientRun::collectGarbage() {
    timeline_.after(seconds(2), [this] {
        server_.collectGarbage();
        mirror();
        cluster_.collectGarbage();
        collectGarbage();
    });
}

void ClientRun::toProcess(const Happening& happening) {
    if (adversity_.begin(happening, timeline_.now())) return;
    switch (happening.kind) {
        case Kind::MetricsReset:
            return cluster_.resetCounters();
        case Kind::MetricsLie:
            cluster_.countersStuckUntil = timeline_.now() + seconds(happening.b);
            return;
        case Kind::Compaction:
            adversity_.feel(happening.kind);
            server_.compact();
            for (Slot& slot : slots_) {
                if (slot.process) slot.process->transport().showPresent();
            }
            [[fallthrough]];
        case Kind::WatchBreaks:
        case Kind::Repeated:
            if (happening.kind != Kind::Compaction) adversity_.feel(happening.kind);
            for (Slot& slot : slots_) {
                if (!slot.process) continue;
                if (happening.kind == Kind::Repeated) slot.process->repeatEvents();
                if (happening.kind != Kind::Repeated) slot.process->breakWatches();
            }
            return tellAll();
        default:
            return toLeader(happening);
    }
}

void ClientRun::toLeader(const Happening& happening) {
    Slot* slot = leader();
    if (!slot) return;
    const Duration time = seconds(happening.b);
    switch (happening.kind) {
        case Kind::Reordered:
            return slot->process->deafen(time, happening.kind, happening.a);
        case Kind::Dropped:
            return slot->process->deafen(time, happening.kind);
        case Kind::TimeTravel:
            adversity_.pastShown = time;
            return die(static_cast<size_t>(slot - slots_.data()));
        case Kind::Partition:
            slot->process->transport().cutUntil = timeline_.now() + time;
            return;
        default:
            adversity_.feel(happening.kind);
    }
    switch (happening.kind) {
        case Kind::Pauses:
            // Beyond the lease, when somebody else can take it.
            slot->process->standsStillUntil = timeline_.now() + (slots_.size() > 1 ? 3 * time : time);
            return;
        case Kind::FrozenWatch:
            slot->process->deafUntil = timeline_.now() + time;
            return;
        default:
            return die(static_cast<size_t>(slot - slots_.data()));
    }
}

}  // namespace

Report runClient(const Script& script, const Sabotage& sabotage, bool trace) {
    return ClientRun(script, sabotage, trace).play();
}

}  // namespace serin::simulation
