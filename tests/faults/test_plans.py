"""Every plan of plans/<story>/: the story comes to the end that it has without a fault."""

import pathlib

import pytest
from faultproxy import plan
from rig import learned, stories

PLANS = pathlib.Path(__file__).parent / "plans"
SHORT = ("promote/lost-answers", "rollback/stale-watches", "promote/history-is-gone", "rollback/refused-connections")


def _cases():
    for file in sorted(PLANS.glob("*/*.json")):
        name = f"{file.parent.name}/{file.stem}"
        yield pytest.param(file, marks=[pytest.mark.short] if name in SHORT else [], id=name.replace("/", "-"))


@pytest.mark.parametrize("file", _cases())
def test_plan(file, make_trial):
    trial = make_trial(settable_clock=plan.load(file).does("clock"))
    story = stories.ALL[file.parent.name]
    seen = learned.observe(trial, story, lambda: trial.proxy.load(file), patience=2)
    learned.check_same_end(story.name, seen)
    met = {fault["rule"] for fault in trial.proxy.faults()}
    assert met == set(range(trial.proxy.rules)), f"rules {met} of {trial.proxy.rules} were met"
