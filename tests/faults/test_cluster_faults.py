"""Harm to the cluster itself, and harm that lasts: alone, one after the other."""

import time

import pytest
from harness.wait import stays, wait_for
from rig import control_plane, learned, stories

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def whole_cluster():
    yield
    control_plane.fill_disk(False)
    control_plane.start_what_lacks()


def test_api_server_restarted(trial):
    def harm():
        control_plane.stop("apiserver")
        time.sleep(1)
        control_plane.start_what_lacks()
    seen = learned.observe_harmed(trial, harm)
    lists = [record for record in trial.proxy.records("request") if record["verb"] == "list" and record["status"] == 200]
    assert len(lists) <= 2 * 4 * len(trial.operator.starts), "one list more of each kind"
    learned.check_same_end("promote", seen)


def test_api_server_restarted_with_its_history_compacted(trial):
    def harm():
        control_plane.stop("apiserver")
        control_plane.compact()
        time.sleep(1)
        control_plane.start_what_lacks()
    learned.check_same_end("promote", learned.observe_harmed(trial, harm))


def test_etcd_without_room(trial):
    def harm():
        control_plane.fill_disk(True)
        start = time.time()
        time.sleep(40)
        control_plane.fill_disk(False)
        accepted = [write for write in trial.proxy.writes(start + 2)
                    if write["status"] and write["status"] < 300 and write["at"] < start + 38]
        assert accepted == [], "etcd was full"
    learned.check_same_end("promote", learned.observe_harmed(trial, harm))


def test_kubelet_stopped_while_the_canary_starts(trial):
    """The pods cannot start; nothing advances, and nothing serves less than before."""
    load = stories.PROMOTE.before(trial)
    control_plane.stop("kubelet")
    stories.PROMOTE.under(trial)
    fraud = stories.fraud_of(trial)
    fraud.wait_phase("Starting")
    stays(lambda: fraud.rollout()["phase"] == "Starting", 30, "it waits for the pods")
    control_plane.start_what_lacks()
    stories.promoted(trial, 3)
    trial.wait_rest(3)
    assert fraud.history()[0] == ("2", "Promoted")
    assert load.check_none_failed()["errors"] == 0


def test_etcd_stalls(trial):
    """As on a disk that others use: for a minute it stands still for seconds, and goes on for one."""
    def harm():
        for _ in range(15):
            control_plane.stall("etcd", 3)
            time.sleep(1)
    learned.check_same_end("promote", learned.observe_harmed(trial, harm))


def test_compacted_history_under_living_watches(trial):
    """Watches that end and come back find their place gone."""
    def harm():
        trial.proxy.arm({"when": {"verb": "write", "moment": "after"}, "do": "endWatches"},
                        {"when": {"verb": "watch", "times": 4}, "do": {"delay": "3s"}})
        wait_for(lambda: any(fault["action"] == "endWatches" for fault in trial.proxy.faults()), 60, "ended watches")
        control_plane.compact()
    learned.check_same_end("promote", learned.observe_harmed(trial, harm))
