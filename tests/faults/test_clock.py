"""Somebody sets the wall clock of the machine on which the leader runs. What comes of it is in the plans clock-jumps too."""

from harness.wait import wait_for
from rig import leadership, stories

HOLD = 10
# The operator follows a clock that was set by a twentieth of the time that passes; the rest is what two watches differ.
SHORTEST, LONGEST = HOLD * 0.95 - 1, 60


def step_began(trial, step):
    """When the monitor saw that the hold of a step began."""
    for record in trial.records():
        rollout = record.body.get("status", {}).get("rollout", {}) if record.kind == "ModelDeployment" else {}
        if rollout.get("phase") == "Stepping" and rollout.get("step", 0) == step and (
                rollout.get("stepStartedAt", "") >= rollout.get("scaledAt", "never")):
            return record.at
    return None


def step_over(trial, step):
    """When the monitor saw the step's end."""
    began = step_began(trial, step)
    return next((record.at for record in trial.records() if began and record.kind == "ModelDeployment" and record.at > began
                 and (record.body["status"]["rollout"]["phase"] != "Stepping"
                      or record.body["status"]["rollout"].get("step", 0) > step)), None)


def test_waits_last_as_long_as_they_say_and_the_leader_stays(make_trial):
    trial = make_trial(standby=True, settable_clock=True)
    load = stories.PROMOTE.before(trial)
    leader = leadership.leader(trial)
    stories.fraud_of(trial).apply(version="2", **stories.options(
        steps=[{"weight": 25, "hold": f"{HOLD}s"}, {"weight": 50, "hold": f"{HOLD}s"}], soak=f"{HOLD}s"))
    for step, difference in enumerate((3600, -3600)):
        wait_for(lambda step=step: step_began(trial, step), 60, f"step {step}")
        trial.operators[leader].set_clock(difference)
    stories.promoted(trial, 2)
    trial.wait_rest()
    for step in (0, 1):
        took = step_over(trial, step) - step_began(trial, step)
        assert SHORTEST < took < LONGEST, f"step {step} took {took:.1f} s, its hold is {HOLD} s"
    assert [len(operator.starts) for operator in trial.operators] == [1, 1]
    assert len(leadership.holders(trial)) == 1
    assert stories.fraud_of(trial).history()[0] == ("2", "Promoted")
    assert load.check_none_failed()["errors"] == 0
