"""Two replicas: renewals that come late, and a leader that stands still beyond its lease."""

import time

import pytest
from harness.wait import wait_for
from rig import leadership, learned, stories


def play(trial, story, arm):
    """The rollout begins when both run, and one leads."""
    def begin():
        wait_for(lambda: all("caches are complete" in operator.log() for operator in trial.operators), 30, "both ready")
        arm(leadership.leader(trial))
    return learned.observe(trial, story, begin, patience=2)


@pytest.mark.parametrize("seconds", [9, 14])
def test_slow_renewals_end_a_leader_and_another_process_goes_on(make_trial, seconds):
    trial = make_trial(standby=True)
    chosen = []

    def arm(index):
        chosen.append(index)
        trial.proxies[index].arm({"when": {"verb": "update", "resource": "leases", "nth": 2, "for": "25s"},
                                  "do": {"delay": f"{seconds}s"}})
    seen = play(trial, stories.PROMOTE, arm)
    index = chosen[0]
    assert len(trial.operators[index].starts) == 2, "who cannot renew for ten seconds ends"
    assert "the lease is lost" in trial.operators[index].log()
    # A renewal that arrives late renews the lease of the dead: the process that took its place may be the next as well.
    assert len(set(leadership.holders(trial)) - {""}) == 2, "another process goes on"
    learned.check_same_end("promote", seen)


def test_a_paused_leader_writes_nothing_when_it_wakes(make_trial):
    trial = make_trial(standby=True)
    chosen = []

    def arm(index):
        chosen.append(index)
        trial.proxies[index].arm({"when": {"verb": "write", "nth": 6, "moment": "after"}, "do": {"pause": "20s"}})
    seen = play(trial, stories.PROMOTE, arm)
    index = chosen[0]
    proxy, operator = trial.proxies[index], trial.operators[index]
    paused = next(fault["at"] for fault in proxy.faults() if fault["action"] == "pause")
    wait_for(lambda: time.time() > paused + 20 and len(operator.starts) == 2, 15, "the paused one to wake and to end")
    accepted = [write for write in proxy.writes(since=paused + 1) if write["status"] and write["status"] < 300]
    assert accepted == [], "the old leader wrote after its lease"
    assert "the lease is lost" in operator.log()
    assert trial.proxies[1 - index].writes(since=paused), "the other goes on"
    learned.check_same_end("promote", seen)


def test_a_short_pause_keeps_the_lease(trial):
    seen = learned.observe(trial, stories.PROMOTE, lambda: trial.proxy.arm(
        {"when": {"verb": "write", "nth": 6, "moment": "after"}, "do": {"pause": "6s"}}), patience=2)
    assert len(trial.operator.starts) == 1
    learned.check_same_end("promote", seen)
