"""Pods whose metrics nobody can read any more: no advance, no verdict, and a way back that needs none."""

import pytest
from harness.wait import stays
from rig import blackhole, stories

HOLDING = {**stories.ANALYSIS, "holdAtMost": "10s"}


def judged_in_the_dark(trial, **more):
    """Version 2 in its first step, with its scrapes blackholed: to be used within the context it answers."""
    load = stories.PROMOTE.before(trial)
    fraud = stories.fraud_of(trial)
    fraud.apply(version="2", **{**stories.options(steps=[{"weight": 50, "hold": "10s"}]), **more})
    fraud.wait_judging(step=0)
    return fraud, load


def test_without_data_it_holds_and_then_goes_on(trial):
    fraud, load = judged_in_the_dark(trial)
    with blackhole.of_scrapes(trial.operator):
        stays(lambda: fraud.rollout()["phase"] == "Stepping", 25, lambda: f"[15, 16] it waits; {fraud.status()['message']}")
    stories.promoted(trial, 2)
    trial.wait_rest()
    assert fraud.history()[0] == ("2", "Promoted")
    assert load.check_none_failed()["errors"] == 0


@pytest.mark.parametrize("order", ["metrics_code=500", "metrics_empty=1", "metrics_nan=1", "metrics_frozen=1",
                                   "metrics_series=1000000"])
def test_pages_that_tell_nothing_are_no_good_news(trial, order):
    """[16] Of both versions, so that neither looks worse than the other."""
    fraud, load = judged_in_the_dark(trial)
    versions = list(fraud.replica_sets())
    for revision in versions:
        fraud.control(revision, order)
    stays(lambda: fraud.rollout()["phase"] == "Stepping", 25, lambda: f"[15, 16] it waits; {fraud.status()['message']}")
    for revision in versions:
        fraud.control(revision, order.partition("=")[0] + "=0")
    stories.promoted(trial, 2)
    trial.wait_rest()
    assert fraud.history()[0] == ("2", "Promoted")
    assert load.check_none_failed()["errors"] == 0


def test_after_its_patience_the_traffic_goes_back_unjudged(trial):
    fraud, load = judged_in_the_dark(trial, analysis=HOLDING)
    with blackhole.of_scrapes(trial.operator):
        fraud.wait_over("Withdrawn", timeout=40)
        fraud.wait_pods(2, timeout=30)
    assert fraud.routed_to() == fraud.status()["stable"]["revision"] and not fraud.quarantined()
    assert load.check_none_failed()["errors"] == 0


def test_a_person_may_abort_in_the_dark(trial):
    fraud, load = judged_in_the_dark(trial)
    with blackhole.of_scrapes(trial.operator):
        fraud.annotate(abort=fraud.attempt())
        fraud.wait_over("Aborted", timeout=20)  # [17]
        assert fraud.routed_to() == fraud.status()["stable"]["revision"]
        fraud.wait_pods(2, timeout=30)
    assert load.check_none_failed()["errors"] == 0


def test_killed_in_the_dark_it_neither_advances_nor_condemns(trial):
    fraud, load = judged_in_the_dark(trial)
    with blackhole.of_scrapes(trial.operator):
        trial.operator.signal(9)
        trial.operator.wait_leading()
        stays(lambda: fraud.rollout()["phase"] == "Stepping", 10, lambda: f"[15, 16] it waits; {fraud.status()['message']}")
    stories.promoted(trial, 2)
    trial.wait_rest()
    assert fraud.history()[0] == ("2", "Promoted")
    assert load.check_none_failed()["errors"] == 0
