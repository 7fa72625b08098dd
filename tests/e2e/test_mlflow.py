"""A real MLflow and MLServer's runtime for it: what a scikit-learn user registers there is served, rolled out when its alias
moves, taken back when it is bad, and told. In a part of its own (`tests/run mlflow`), for the image is large."""

import pytest

from harness.mlflow_registry import MlflowRegistry
from harness.mlserver import Clients, deploy, infer, wait_for_first_version
from harness.wait import stays, wait_for


@pytest.fixture(scope="module")
def registry():
    with MlflowRegistry("e2e-mlflow") as running:
        running.train("quarter", "all", "permuted")
        yield running


def test_registered_model_is_served_by_mlserver_and_answers_as_mlflows_own_client_does(ns, registry):
    registry.champion("served", "quarter")
    served = deploy(ns, registry, "served")
    wait_for_first_version(served)
    known = served.status()["source"]
    assert known["version"] == "1" and known["id"].startswith("mlflow:served/1 sha256:")
    assert known["lineage"]["run"] == registry.run_of("served", "1")
    assert served.status()["stable"]["id"] == known["id"]
    rows, expected = registry.predictions("models:/served@champion", 20)
    version, answers = infer(ns, "served", rows)
    assert version == "1"
    assert [value for row in answers for value in row] == pytest.approx([value for row in expected for value in row])
    assert {row[0] > 0.5 for row in answers} == {True, False}, "the rows are of both kinds"
    wait_for(lambda: registry.tags("served", "1").get("serin.stage") == "stable", 30, "MLflow is told of it")
    assert registry.tags("served", "1")["serin.deployment"] == f"{ns.name}/served"


def test_alias_that_moves_to_a_better_model_is_a_canary_and_promoted(ns, registry):
    registry.champion("better", "quarter")
    better = deploy(ns, registry, "better")
    wait_for_first_version(better)
    clients = Clients(ns, better)
    clients.wait_for_answers("1")
    registry.champion("better", "all")
    better.wait_judging(timeout=120)
    wait_for(lambda: registry.tags("better", "2").get("serin.stage") == "canary", 30, "the attempt is told")
    better.wait_stable("2", timeout=120)
    assert better.history()[0] == ("2", "Promoted")
    wait_for(lambda: registry.tags("better", "2").get("serin.stage") == "stable", 30, "the promotion is told")
    assert registry.tags("better", "2")["serin.outcome"] == "Promoted"
    wait_for(lambda: registry.tags("better", "1").get("serin.stage") == "superseded", 30, "the one before gave way")
    assert registry.aliases("better") == {"champion": "2"}
    clients.wait_for_answers("2")
    clients.check_none_failed()


def test_alias_that_moves_to_a_bad_model_is_taken_back_quarantined_and_put_back(ns, registry):
    registry.champion("worse", "all")
    worse = deploy(ns, registry, "worse", moveAlias={"onPromoted": "champion", "onRolledBack": "rejected"})
    wait_for_first_version(worse)
    clients = Clients(ns, worse)
    clients.wait_for_answers("1")
    bad = registry.champion("worse", "permuted")
    wait_for(lambda: registry.tags("worse", bad).get("serin.stage") == "rolled-back", 180, "the rollback is told")
    told = registry.tags("worse", bad)
    assert told["serin.outcome"] == "RolledBack" and "drift" in told["serin.reason"], told
    wait_for(lambda: registry.aliases("worse") == {"champion": "1", "rejected": bad}, 30, "both aliases moved")
    worse.wait(lambda status: status["phase"] == "Stable", 60, "the alias means what serves")
    assert worse.history()[0] == (bad, "RolledBack") and len(worse.quarantined()) == 1
    registry.point("worse", bad)
    worse.wait(lambda status: status["phase"] == "Quarantined", 60, "it is told why nothing happens")
    stays(lambda: worse.status()["stable"]["version"] == "1" and len(worse.pods()) == 1, 12,
          "what serves, without a canary, over the next look")
    assert registry.aliases("worse") == {"champion": bad, "rejected": bad}
    clients.check_none_failed()
