"""Each version of a model brings the profile that it was trained with, among its files in the registry."""

import json

import pytest
from test_sources import deploy

from harness.manifests import ERRORS
from harness.registry import Registry
from harness.wait import wait_for

SCORE = {"name": "score", "drift": {"histogram": "model_score"}, "reference": {}}
EDGES = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1]  # of the test server's histogram
PROFILE = "profile.json"


def profile(as_served=True):
    """Of the scores that the test server draws, from Beta(2, 5); else of their mirror image."""
    def below(x):
        return 1 - (1 - x) ** 6 - 6 * x * (1 - x) ** 5
    counts = [round(20000 * (below(edge) - below(edge - 0.1))) for edge in EDGES]
    return json.dumps({"format": "serin-profile/1", "features": {
        "score": {"edges": EDGES, "counts": [*(counts if as_served else counts[::-1]), 0]}}})


@pytest.fixture
def registry():
    with Registry() as running:
        running.point("champion", "1")
        yield running


def served(ns, registry, path=PROFILE):
    """Version 1, with traffic; its scores are compared with the file at that path."""
    fraud = deploy(ns, registry, judged={"metrics": [ERRORS, SCORE], "analysis": {"reference": {"modelFile": path}}})
    load = ns.load(fraud, rate=80)
    wait_for(lambda: load.answered_by("1") > 100, 40, "100 answers of version 1")
    return fraud, load


def roll_out(registry, files):
    registry.register("2", files=files)
    registry.point("champion", "2")


def wait_drift(fraud, status):
    fraud.wait(lambda _: fraud.condition("DataDrift").get("status") == status, 90, f"DataDrift {status}")
    return fraud.condition("DataDrift")


def test_each_version_is_compared_with_the_profile_that_it_brings(ns, registry):
    registry.register("1", files={PROFILE: profile()})
    fraud, load = served(ns, registry)
    roll_out(registry, {PROFILE: profile(as_served=False)})
    assert wait_drift(fraud, "False")["reason"] == "WithinProfile"
    assert fraud.status()["stable"]["version"] == "1", "it is of the version that serves"
    fraud.wait_stable("2", timeout=120)
    condition = wait_drift(fraud, "True")
    assert condition["reason"] == "LeftProfile" and "score of the version that serves" in condition["message"], condition
    load.check_none_failed()


def test_first_version_with_a_profile_is_rolled_out_beside_one_without(ns, registry):
    registry.register("1")
    fraud, _ = served(ns, registry)
    roll_out(registry, {PROFILE: profile()})
    assert wait_drift(fraud, "False")["reason"] == "WithinProfile"
    fraud.wait_stable("2", timeout=120)
    assert fraud.condition("DataDrift")["status"] == "False"


def test_file_that_no_version_has_is_told_beside_those_that_are_there(ns, registry):
    registry.register("1", files={PROFILE: profile()})
    fraud, _ = served(ns, registry, path="training/profile.json")
    roll_out(registry, {PROFILE: profile()})
    fraud.wait(lambda _: "has no file training/profile.json but profile.json, MLmodel"
               in fraud.condition("DataDrift").get("message", ""), 90, "the file is named")
    assert fraud.condition("DataDrift")["status"] == "Unknown"
    fraud.wait_stable("2", timeout=120)


def test_file_that_is_no_profile_is_told_with_what_is_wrong(ns, registry):
    registry.register("1", files={PROFILE: "{}"})
    fraud, _ = served(ns, registry)
    roll_out(registry, {PROFILE: profile()})
    fraud.wait(lambda _: "cannot be used: profile.format: is missing" in fraud.condition("DataDrift").get("message", ""),
               90, "what is wrong with it is told")
    fraud.wait_stable("2", timeout=120)
