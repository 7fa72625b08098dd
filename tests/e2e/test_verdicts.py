"""What the canary does decides: it is taken back, held, or let in."""

import re

from harness.manifests import ERRORS, LATENCY, SCORE
from harness.wait import stays, wait_for

LONG = [{"weight": 50, "hold": "10m"}]


def check_stable_alone(fraud, load, version="1"):
    """All traffic goes to the stable version again."""
    revision = fraud.status()["stable"]["revision"]
    assert fraud.status()["stable"]["version"] == version
    assert fraud.routed_to() == revision
    fraud.wait(lambda status: status["stable"]["weight"] == 100, 10, "stable's weight 100")
    before = load.totals()["versions"]
    wait_for(lambda: load.answered_by(version) > before.get(version, 0) + 40, 20, "40 more answers of stable")
    after = load.totals()["versions"]
    assert sum(after.values()) - after[version] <= sum(before.values()) - before[version] + 1, (before, after)


def test_version_that_errs_is_rolled_back(ns):
    fraud = ns.deploy(version="1")
    load = ns.load(fraud, rate=60)
    fraud.apply(version="2", settings="errors=0.5")
    fraud.wait_over("RolledBack")
    bad = fraud.rollout()["revision"]
    check_stable_alone(fraud, load)
    fraud.wait_pods(0, revision=bad)
    assert fraud.history()[0] == ("2", "RolledBack")
    assert bad in fraud.quarantined()
    assert fraud.condition("Stalled")["status"] == "True"
    assert fraud.condition("Available")["status"] == "True"
    assert fraud.condition("Ready")["status"] == "False"
    assert "%" in fraud.status()["message"], fraud.status()["message"]
    assert fraud.status()["analysis"]["verdict"] == "Harm"
    assert any(kind == "Warning" for kind, _, _ in fraud.events())
    # Applied again, it stays where it is.
    fraud.apply(version="2", settings="errors=0.5")
    stays(lambda: fraud.rollout()["phase"] == "RolledBack" and fraud.rollout()["attempt"] == 1, 4, "rolled back")
    totals = load.check_none_failed()
    assert totals["errors"] > 0


def test_what_most_errors_of_a_version_have_in_common_is_told(ns):
    """Both versions answer 500 at times; what is new are the 503 of the canary."""
    fraud = ns.deploy(version="1", settings="errors=0.05")
    load = ns.load(fraud, rate=60)
    fraud.apply(version="2", settings="errors=0.6 error_code=503", steps=LONG)
    fraud.wait_over("RolledBack")
    told = r'; most of it with code="503" \((\d+) of (\d+) errors\)'
    said, reason = harmed(fraud, "errors")
    assert re.search(told, reason), reason
    assert re.search(told, said["message"]), said
    assert any(re.search(told, note) for kind, _, note in fraud.events() if kind == "Warning"), fraud.events()
    # The selectors leave the path no choice, and which pod it was is told elsewhere.
    [blamed] = said["labels"]
    assert (blamed["label"], blamed["value"], blamed["stable"]) == ("code", "503", 0), said
    found = re.search(told, said["message"])
    assert int(found[1]) == blamed["canary"] == int(found[2]) > 0
    load.check_none_failed()


def test_slow_version_is_rolled_back_for_its_latency(ns):
    fraud = ns.deploy(version="1", metrics=[ERRORS, LATENCY])
    load = ns.load(fraud, rate=60)
    # Nothing fails, and most requests are as fast as before.
    fraud.apply(version="2", settings="slow=0.3 slow_ms=300", steps=LONG, metrics=[ERRORS, LATENCY])
    fraud.wait_over("RolledBack")
    reason = fraud.status()["history"][0]["reason"]
    told = re.search(r"% of the canary's requests take longer than (0\.\d+) s, against \d+\.\d+ % of stable's", reason)
    assert told, reason
    assert any(told[0] in note for kind, _, note in fraud.events() if kind == "Warning"), fraud.events()
    said = {m["name"]: m for m in fraud.status()["analysis"]["metrics"]}
    assert said["latency"]["verdict"] == "Harm" and said["errors"]["verdict"] != "Harm"
    # Where it shows most is a matter of few requests; it shows up to the edge 0.25, which 0.3 s are longer than.
    assert said["latency"]["slowerThan"] == float(told[1]) <= 0.25
    assert said["latency"]["canary"] > 0.1 > said["latency"]["stable"]
    assert fraud.rollout()["revision"] in fraud.quarantined()
    check_stable_alone(fraud, load)
    assert load.check_none_failed()["errors"] == 0


def test_version_that_is_as_fast_is_promoted(ns):
    slow = "slow=0.3 slow_ms=40"
    fraud = ns.deploy(version="1", settings=slow, metrics=[ERRORS, LATENCY])
    load = ns.load(fraud, rate=60)
    fraud.apply(version="2", settings=slow, metrics=[ERRORS, LATENCY])
    fraud.wait(lambda s: any(m["name"] == "latency" and m["verdict"] == "Safe" and m["samples"] > 0
                             for m in s.get("analysis", {}).get("metrics", [])), 60, "the latency judged safe")
    fraud.wait_stable("2")
    assert load.check_none_failed()["errors"] == 0


def test_version_whose_scores_drift_is_rolled_back(ns):
    fraud = ns.deploy(version="1", metrics=[ERRORS, SCORE])
    load = ns.load(fraud, rate=60)
    fraud.apply(version="2", settings="score_a=8 score_b=2", steps=LONG, metrics=[ERRORS, SCORE])
    fraud.wait_over("RolledBack")
    assert "PSI" in fraud.status()["message"] or "PSI" in fraud.status()["history"][0]["reason"]
    assert fraud.rollout()["revision"] in fraud.quarantined()
    check_stable_alone(fraud, load)
    assert load.check_none_failed()["errors"] == 0


HIGH = {"name": "high", "share": {"total": "model_score_count", "good": 'model_score_bucket{le="0.5"}'},
        "worseThan": {"max": 0.9}}
MEAN = {"name": "size", "mean": {"sum": "model_score_sum", "count": "model_score_count", "worse": "Higher"},
        "worseThan": {"stable": {"change": 0.1}}, "safeWithin": {"change": 0.5}}
QUICK = {"name": "quick", "latency": {**LATENCY["latency"], "slowerThan": "250ms"}, "worseThan": {"max": 0.1}}


def harmed(fraud, name):
    """The verdict on a metric that condemned the version, and the reason that history has."""
    said = {m["name"]: m for m in fraud.status()["analysis"]["metrics"]}
    assert said[name]["verdict"] == "Harm", said
    assert fraud.rollout()["revision"] in fraud.quarantined()
    return said[name], fraud.status()["history"][0]["reason"]


def test_version_whose_share_of_events_is_above_its_limit_is_rolled_back(ns):
    fraud = ns.deploy(version="1", metrics=[ERRORS, HIGH])
    load = ns.load(fraud, rate=60)
    fraud.apply(version="2", settings="score_a=40 score_b=2", steps=LONG, metrics=[ERRORS, HIGH])
    fraud.wait_over("RolledBack")
    said, reason = harmed(fraud, "high")
    assert said["canary"] > 0.9 > said["stable"]
    assert re.search(r"share high of the canary is \d+\.\d+ % against .*, above the limit 90.0 %", reason), reason
    check_stable_alone(fraud, load)
    assert load.check_none_failed()["errors"] == 0


def test_version_whose_slow_requests_are_above_their_limit_is_rolled_back(ns):
    fraud = ns.deploy(version="1", metrics=[ERRORS, QUICK])
    load = ns.load(fraud, rate=60)
    fraud.apply(version="2", settings="slow=0.4 slow_ms=300", steps=LONG, metrics=[ERRORS, QUICK])
    fraud.wait_over("RolledBack")
    said, reason = harmed(fraud, "quick")
    assert said["slowerThan"] == 0.25
    assert "take longer than 0.25 s" in reason and "above the limit 10.0 %" in reason, reason
    check_stable_alone(fraud, load)


def test_version_whose_percentile_is_above_its_limit_is_rolled_back(ns):
    metrics = [ERRORS, {"name": "p90", "latency": LATENCY["latency"],
                        "worseThan": {"quantile": {"level": 0.9, "max": "250ms"}}}]
    fraud = ns.deploy(version="1", metrics=metrics)
    load = ns.load(fraud, rate=60)
    fraud.apply(version="2", settings="slow=0.4 slow_ms=300", steps=LONG, metrics=metrics)
    fraud.wait_over("RolledBack")
    said, reason = harmed(fraud, "p90")
    assert said["slowerThan"] == 0.25
    assert "more than the 10.0 % that a 90th percentile of 0.25 s allows" in reason, reason
    check_stable_alone(fraud, load)


def test_version_whose_classes_drift_is_rolled_back(ns):
    classes = [{"name": "codes", "drift": {"counter": 'http_requests_total{path="/infer"}', "by": "code"},
                "worseThan": {"stable": {"psi": 0.5}}}]
    fraud = ns.deploy(version="1", metrics=classes)
    load = ns.load(fraud, rate=60)
    fraud.apply(version="2", settings="errors=0.5", steps=LONG, metrics=classes)
    fraud.wait_over("RolledBack")
    _, reason = harmed(fraud, "codes")
    assert re.search(r'drift of codes: PSI \d+(\.\d+)? > 0\.5, most by class "500" \(\d+\.\d+ % against 0\.0 %\)',
                     reason), reason
    check_stable_alone(fraud, load)


def test_version_whose_mean_is_worse_is_rolled_back(ns):
    fraud = ns.deploy(version="1", metrics=[ERRORS, MEAN])
    load = ns.load(fraud, rate=60)
    fraud.apply(version="2", settings="score_a=8 score_b=2", steps=LONG, metrics=[ERRORS, MEAN])
    fraud.wait_judging()
    fraud.wait(lambda s: any("more to judge" in m.get("message", "") for m in s.get("analysis", {}).get("metrics", [])),
               30, "how long the mean needs is said")
    fraud.wait_over("RolledBack", timeout=150)
    said, reason = harmed(fraud, "size")
    assert said["canary"] > 0.6 > said["stable"]
    assert "mean size of the canary is 0." in reason and "worse by more than 10.0 %" in reason, reason
    check_stable_alone(fraud, load)


def test_observers_say_harm_and_the_version_is_promoted(ns):
    metrics = [ERRORS, {**HIGH, "role": "Observe"}, {**QUICK, "role": "Observe"}]
    fraud = ns.deploy(version="1", metrics=metrics)
    load = ns.load(fraud, rate=60)
    fraud.apply(version="2", settings="score_a=40 score_b=2", metrics=metrics)
    fraud.wait(lambda s: any(m["name"] == "high" and m["role"] == "Observe" and m["verdict"] == "Harm"
                             for m in s.get("analysis", {}).get("metrics", [])), 45, "harm said by an observer")
    fraud.wait_stable("2")
    load.check_none_failed()


def test_dry_run_tells_of_harm_and_takes_nothing_back(ns):
    fraud = ns.deploy(version="1", analysis={"dryRun": True})
    load = ns.load(fraud, rate=60)
    assert "dryRun" in fraud.condition("Accepted")["message"]
    fraud.apply(version="2", settings="errors=0.5", analysis={"dryRun": True})
    fraud.wait_stable("2")
    told = [note for kind, reason, note in fraud.events() if kind == "Warning" and reason == "WouldRollBack"]
    # After promotion it is told again, of the limits there, as soon as there is evidence.
    assert len([note for note in told if "canary errs" in note]) == 1, fraud.events()
    assert fraud.history()[0] == ("2", "Promoted")
    assert "by time alone" in fraud.status()["history"][0]["reason"]
    load.check_none_failed()


def test_scores_in_one_bucket_are_rolled_back_without_any_threshold(ns):
    score = {"name": "score", "drift": {"histogram": "model_score"}}
    fraud = ns.deploy(version="1", metrics=[ERRORS, score])
    load = ns.load(fraud, rate=60)
    fraud.apply(version="2", settings="score_a=1 score_b=400", steps=LONG, metrics=[ERRORS, score])
    fraud.wait_over("RolledBack")
    _, reason = harmed(fraud, "score")
    assert re.search(r"(9\d|100)\.\d % of the canary's observations of score are at most 0\.1, \d+\.\d % of stable's: "
                     "one bucket takes all", reason), reason
    check_stable_alone(fraud, load)
    assert load.check_none_failed()["errors"] == 0


def test_scores_that_drift_without_a_threshold_are_promoted(ns):
    score = {"name": "score", "drift": {"histogram": "model_score"}}
    fraud = ns.deploy(version="1", metrics=[ERRORS, score])
    load = ns.load(fraud, rate=60)
    fraud.apply(version="2", settings="score_a=8 score_b=2", metrics=[ERRORS, score])
    fraud.wait(lambda s: any(m["name"] == "score" and m["verdict"] == "Safe"
                             for m in s.get("analysis", {}).get("metrics", [])), 45, "the score judged safe")
    fraud.wait_stable("2")
    load.check_none_failed()


def test_drift_that_observes_is_shown_and_decides_nothing(ns):
    observer = {"name": "score", "drift": {"histogram": "model_score"}, "role": "Observe"}
    fraud = ns.deploy(version="1", metrics=[ERRORS, observer])
    load = ns.load(fraud, rate=60)
    fraud.apply(version="2", settings="score_a=8 score_b=2", metrics=[ERRORS, observer])
    fraud.wait(lambda s: any(m["name"] == "score" and m["role"] == "Observe"
                             for m in s.get("analysis", {}).get("metrics", [])), 45, "the score shown as an observer")
    fraud.wait_stable("2")
    load.check_none_failed()


def test_no_traffic_holds_and_then_goes_back_to_stable(ns):
    analysis = {"holdAtMost": "10s"}
    fraud = ns.deploy(version="1", analysis=analysis)
    fraud.apply(version="2", analysis=analysis)
    fraud.wait_judging()
    stays(lambda: fraud.rollout().get("step", 0) == 0, 6, "no step forward without data")
    fraud.wait_over("Withdrawn", timeout=45)
    assert fraud.routed_to() == fraud.status()["stable"]["revision"]
    assert fraud.history()[0] == ("2", "Withdrawn")
    assert fraud.quarantined() == []
    assert fraud.condition("Stalled")["status"] == "True"


def test_canary_that_hangs_loses_its_traffic(ns):
    fraud = ns.deploy(version="1")
    load = ns.load(fraud, rate=20, timeout_ms=3000)
    fraud.apply(version="2", steps=LONG)
    fraud.wait_judging()
    canary = fraud.rollout()["revision"]
    fraud.control(canary, "hang=1")
    fraud.wait_over("Withdrawn", timeout=45)
    assert canary not in fraud.quarantined()
    check_stable_alone(fraud, load)
    load.stop()


def test_server_without_its_model_gets_no_request(ns):
    # The pods' own probe asks for the server only, so they count as ready.
    server_only = {"readinessProbe": {"httpGet": {"path": "/v2/health/ready", "port": 8080}, "periodSeconds": 1}}
    fraud = ns.deploy(version="1", container=server_only)
    load = ns.load(fraud)
    fraud.apply(version="2", settings="model_ready=0", container=server_only, progress_deadline="15s")
    fraud.wait_over("RolledBack")
    assert "model" in fraud.status()["message"]
    totals = load.check_none_failed()
    assert set(totals["versions"]) == {"1"}


def test_one_bad_pod_of_two_is_replaced_and_the_version_promoted(ns):
    steps = [{"weight": 50, "hold": "15s"}]
    fraud = ns.deploy(version="1", steps=steps)
    load = ns.load(fraud, rate=80)
    fraud.apply(version="2", steps=steps)
    fraud.wait_judging()
    new = fraud.rollout()["revision"]
    pods = fraud.pods(new)
    assert len(pods) == 2
    bad = pods[0]["metadata"]["name"]
    fraud.control(new, "errors=0.6", only=bad)
    fraud.wait(lambda s: s.get("rollout", {}).get("replacedPod") == bad, 60, f"pod {bad} replaced")
    fraud.wait_stable("2")
    assert bad not in [pod["metadata"]["name"] for pod in fraud.pods(new)]
    replaced = [note for kind, reason, note in fraud.events() if reason == "PodReplaced"]
    assert len(replaced) == 1 and bad in replaced[0], replaced
    assert fraud.history()[0] == ("2", "Promoted") and not fraud.quarantined()
    load.check_none_failed()


def test_version_that_turns_bad_long_after_its_soak_is_taken_back(ns):
    fraud = ns.deploy(version="1")
    load = ns.load(fraud, rate=60)
    old = fraud.status()["stable"]["revision"]
    fraud.apply(version="2")
    fraud.wait_stable("2")
    new = fraud.status()["stable"]["revision"]
    fraud.wait_pods(0, revision=old)
    watch = fraud.status()["watch"]
    assert (watch["revision"], watch["returnTo"], watch["attempt"]) == (new, old, 1), watch
    assert "watched until" in fraud.status()["message"]
    before = load.answered_by("2")
    wait_for(lambda: load.answered_by("2") > before + 600, 40, "600 good answers of the watched version")
    fraud.control(new, "errors=0.5")
    fraud.wait_over("RolledBack")
    assert fraud.history()[0] == ("2", "RolledBack")
    reason = fraud.status()["history"][0]["reason"]
    assert re.search(r"errs \d+\.\d+ % of late \(\d+ requests\), limit \d+\.\d+ %", reason), reason
    assert new in fraud.quarantined() and "watch" not in fraud.status()
    phases = [status.get("phase") for status in fraud.statuses()]
    assert phases.index("Restoring") < phases.index("RollingBack") < phases.index("RolledBack"), phases
    assert any(kind == "Warning" and reason == "Restoring" for kind, reason, _ in fraud.events()), fraud.events()
    check_stable_alone(fraud, load)
    fraud.wait_pods(0, revision=new)
    load.check_none_failed()


def test_version_whose_mean_worsens_long_after_its_soak_is_taken_back(ns):
    """Nothing fails. The limit is made of the old version's mean; a block takes six seconds here."""
    metrics = [{**ERRORS, "role": "Observe"}, MEAN]
    fraud = ns.deploy(version="1", metrics=metrics, analysis={"watchFor": "10m"})
    load = ns.load(fraud, rate=60)
    old = fraud.status()["stable"]["revision"]
    fraud.apply(version="2", metrics=metrics, analysis={"watchFor": "10m"})
    fraud.wait_stable("2", timeout=180)
    new = fraud.status()["stable"]["revision"]
    fraud.wait_pods(0, revision=old)
    before = load.answered_by("2")
    wait_for(lambda: load.answered_by("2") > before + 900, 60, "900 good answers of the watched version")
    assert "watch" in fraud.status()
    fraud.control(new, "score_a=8 score_b=2")
    fraud.wait_over("RolledBack", timeout=240)
    reason = fraud.status()["history"][0]["reason"]
    assert re.search(r"mean size is 0\.[78]\d*, above 0\.\d+ in \d+ of \d+ blocks of late "
                     r"\(the old version's was 0\.[23]\d*\)", reason), reason
    assert new in fraud.quarantined() and "watch" not in fraud.status()
    check_stable_alone(fraud, load)
    assert load.check_none_failed()["errors"] == 0


def test_version_whose_mean_is_beyond_its_limit_is_rolled_back(ns):
    limited = {"name": "size", "mean": MEAN["mean"], "worseThan": {"max": 0.5}}
    fraud = ns.deploy(version="1", metrics=[ERRORS, limited])
    load = ns.load(fraud, rate=60)
    fraud.apply(version="2", settings="score_a=8 score_b=2", steps=LONG, metrics=[ERRORS, limited])
    fraud.wait_over("RolledBack", timeout=180)
    said, reason = harmed(fraud, "size")
    assert said["canary"] > 0.6 > said["stable"]
    assert re.search(r"mean size of the canary is 0\.\d+ against .*, above 0\.5 in \d+ of \d+ blocks", reason), reason
    check_stable_alone(fraud, load)


def test_watched_version_that_stays_well_is_left_alone(ns):
    fraud = ns.deploy(version="1", analysis={"watchFor": "20s"})
    load = ns.load(fraud, rate=60)
    fraud.apply(version="2", analysis={"watchFor": "20s"})
    fraud.wait(lambda status: "watch" in status, 90, "the watch")
    fraud.wait(lambda status: "watch" not in status, 40, "the watch's end")
    assert fraud.status()["stable"]["version"] == "2" and fraud.status()["phase"] == "Stable"
    assert load.check_none_failed()["errors"] == 0


def test_rollback_during_the_soak(ns):
    fraud = ns.deploy(version="1", soak="2m")
    first = fraud.status()["stable"]["revision"]
    load = ns.load(fraud, rate=60)
    fraud.apply(version="2", soak="2m")
    fraud.wait_phase("Soaking", timeout=90)
    second = fraud.routed_to()
    assert fraud.status()["stable"]["version"] == "2" and fraud.status()["previous"]["revision"] == first
    fraud.control(second, "errors=0.9")
    fraud.wait_over("RolledBack")
    check_stable_alone(fraud, load)
    assert fraud.history()[0] == ("2", "RolledBack")
    assert second in fraud.quarantined()
    load.check_none_failed()


def test_deadline_without_proof_waits_for_a_person(ns):
    # Safe within a hair: 20 requests a second do not prove it in five seconds.
    strict = [{"name": "errors", "errorRate": {}, "safeWithin": {"oddsRatio": 1.5, "difference": 0.001}}]
    options = {"metrics": strict, "analysis": {"deadline": "5s"}, "steps": [{"weight": 50, "hold": "2s"}]}
    fraud = ns.deploy(version="1", **options)
    load = ns.load(fraud, rate=20)
    fraud.apply(version="2", **options)
    fraud.wait(lambda s: s.get("rollout", {}).get("inconclusiveAt"), 45, "the deadline passed")
    assert fraud.condition("Stalled")["status"] == "True"
    assert fraud.rollout()["phase"] == "Stepping" and fraud.routed_to() is None
    fraud.annotate(promote=fraud.attempt())
    fraud.wait_stable("2")
    load.check_none_failed()
