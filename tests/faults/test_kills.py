"""kill -9 before and after each single write of a rollout: the end is that of a run without a fault."""

import pytest
from rig import learned, stories

SHORT_EVERY = 8  # of the kills at a promotion's writes, how many a plain tests/run leaves out plus one


def _cases():
    for name in stories.ALL:
        known = learned.reference(name) or {"writes": []}  # none: conftest.py ends the run
        for number, write in enumerate(known["writes"], start=1):
            for moment in ("before", "after"):
                what = write["resource"].replace("/", "-")
                marks = [pytest.mark.short] if name == "promote" and number % SHORT_EVERY == 1 else []
                yield pytest.param(name, write, moment, marks=marks,
                                   id=f"{name}-{number:02}-{moment}-{write['verb']}-{what}")


@pytest.mark.parametrize("name, write, moment", _cases())
def test_killed(name, write, moment, trial):
    killing = {"when": {**write, "moment": moment}, "do": "kill"}
    seen = learned.observe(trial, stories.ALL[name], lambda: trial.proxy.arm(killing), patience=2)
    killed = [fault["action"] for fault in trial.proxy.faults()]
    # How often the status is written depends on the moments too; a run that ends with one time less has no such write.
    came = write["resource"] != "modeldeployments/status" or seen.count(write) >= write["nth"]
    assert killed == ["kill"] or (not killed and not came), "the write never came in this run"
    assert len(trial.operator.starts) == 1 + len(killed)
    learned.check_same_end(name, seen)
