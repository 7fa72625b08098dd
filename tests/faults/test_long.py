"""Ten minutes of harm, shorter than any deadline: what is seen after it is an ordinary promotion."""

import time

import pytest
from rig import stories

pytestmark = pytest.mark.long
PATIENT = {"progress_deadline": "30m", "analysis": {**stories.ANALYSIS, "deadline": "30m", "holdAtMost": "30m"}}
LASTS = 600


def promote_under(trial, *rules):
    load = stories.PROMOTE.before(trial)
    trial.proxy.arm(*rules)
    fraud = stories.fraud_of(trial)
    fraud.apply(version="2", **stories.options(**PATIENT))
    trial.proxy.wait_fault(60)
    time.sleep(LASTS)
    met = [fault for fault in trial.proxy.faults() if fault["resource"] != "leases"]
    assert len(met) < LASTS, f"{len(met)} requests in ten minutes: it does not back off"
    stories.promoted(trial, 3)
    trial.wait_rest(3)
    assert fraud.history()[0] == ("2", "Promoted")
    assert load.check_none_failed()["errors"] == 0


def test_ten_minutes_of_too_many_requests(trial):
    promote_under(trial, {"when": {"verb": "any", "resource": "*", "nth": 40, "for": "10m"},
                          "do": {"answer": 429, "retryAfter": 5}})


def test_ten_minutes_without_an_answer(trial):
    """Everything that is sent vanishes, and watches say nothing: no lease is kept, no process leads."""
    promote_under(trial, {"when": {"verb": "any", "resource": "*", "nth": 40}, "do": {"freeze": "10m"}},
                  {"when": {"verb": "any", "resource": "*", "nth": 40, "for": "10m"}, "do": {"hang": "10m"}})
