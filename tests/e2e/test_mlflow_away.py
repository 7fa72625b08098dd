"""A real MLflow that dies in the middle of rollouts: they end as they should without it, and it is told once it is back."""

import pytest

from harness.deployment import OVER
from harness.mlflow_registry import MlflowRegistry
from harness.mlserver import Clients, deploy, wait_for_first_version
from harness.wait import wait_for


@pytest.fixture(scope="module")
def registry():
    with MlflowRegistry("e2e-mlflow-away") as running:
        running.train("quarter", "all", "permuted")
        yield running


def has_its_model(deployment):
    """Whether the canary's pods have loaded their model. MLServer begins only then, so that nothing was judged yet."""
    canary = deployment.status().get("canary", {}).get("revision")
    pods = deployment.pods(canary) if canary else []
    return bool(pods) and all(
        any(state["name"] == "serin-fetch" and state.get("state", {}).get("terminated", {}).get("exitCode") == 0
            for state in pod["status"].get("initContainerStatuses", [])) for pod in pods)


def test_rollouts_whose_registry_is_killed_end_as_they_should_and_are_told_once_it_is_back(ns, registry):
    for name in ("good", "bad"):
        registry.champion(name, "quarter")
    # So long that neither is over when the later one has its model.
    good = deploy(ns, registry, "good", warm_up="20s")
    bad = deploy(ns, registry, "bad", warm_up="20s", moveAlias={"onPromoted": "champion", "onRolledBack": "rejected"})
    wait_for_first_version(good, bad)
    clients = [Clients(ns, one) for one in (good, bad)]
    for one in clients:
        one.wait_for_answers("1")
    registry.champion("good", "all")
    registry.champion("bad", "permuted")
    for one in (good, bad):
        one.annotate(refresh="now")  # both at the same time, and not within ten seconds
    wait_for(lambda: has_its_model(good) and has_its_model(bad), 90, "both canaries have their models")
    registry.kill()
    for one in (good, bad):
        assert "canary" in one.status() and one.rollout()["phase"] not in OVER, "in the middle of its rollout"

    good.wait_stable("2", timeout=120)
    assert good.history()[0] == ("2", "Promoted")
    bad.wait_over("RolledBack", timeout=120)
    assert bad.status()["stable"]["version"] == "1" and len(bad.quarantined()) == 1
    bad.wait(lambda _: bad.condition("SourceReady").get("reason") == "StoreUnavailable", 60, "the outage is told")

    registry.start()
    for name, stage, outcome in (("good", "stable", "Promoted"), ("bad", "rolled-back", "RolledBack")):
        wait_for(lambda: registry.tags(name, "2").get("serin.stage") == stage, 90, f"{name} is told as {stage}")
        assert registry.tags(name, "2")["serin.outcome"] == outcome
    assert registry.aliases("good") == {"champion": "2"}
    wait_for(lambda: registry.aliases("bad") == {"champion": "1", "rejected": "2"}, 30, "both aliases moved")
    bad.wait(lambda status: status["phase"] == "Stable", 120, "the alias means what serves")
    for one in clients:
        one.check_none_failed()
