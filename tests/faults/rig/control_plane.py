"""The cluster's own parts: stopped, started again, and etcd spoken to."""

import json
import os
import pathlib
import signal
import time

from . import surroundings

RUN = pathlib.Path(surroundings.run(surroundings.CLUSTER_PROGRAM, "path", "run").strip())


def pid(component):
    return int((RUN / "pids" / component).read_text().split()[0])


def stop(component):
    """SIGTERM, and SIGKILL two seconds later: the API server would wait a minute for the ends of its watches, and the
    node controller calls a node lost that could not be heard of for 40 s. Returns when it has ended."""
    number, begin = pid(component), time.monotonic()
    os.kill(number, signal.SIGTERM)
    while _lives(number):
        if time.monotonic() > begin + 2:
            os.kill(number, signal.SIGKILL)
        time.sleep(0.05)


def stall(component, seconds):
    """It stands still for so long."""
    number = pid(component)
    os.kill(number, signal.SIGSTOP)
    try:
        time.sleep(seconds)
    finally:
        os.kill(number, signal.SIGCONT)


def _lives(number):
    try:
        stat = pathlib.Path(f"/proc/{number}/stat").read_text(encoding="utf-8")
    except OSError:
        return False
    return stat.rsplit(")", 1)[1].split()[0] != "Z"


def start_what_lacks():
    surroundings.run(surroundings.CLUSTER_PROGRAM, "up")


def etcd(path, body):
    """A call of etcd's JSON gateway, which listens inside the namespace."""
    return json.loads(surroundings.run(*surroundings.inside(
        "curl", "-sS", "--fail-with-body", "-X", "POST", f"http://127.0.0.1:2379/v3/{path}", "-d", json.dumps(body))))


def compact():
    """Takes etcd's history away up to now; returns the revision."""
    revision = etcd("maintenance/status", {})["header"]["revision"]
    etcd("kv/compaction", {"revision": revision, "physical": True})
    return revision


def fill_disk(full):
    """As when etcd's quota is used up: every write is refused until the alarm is taken back."""
    member = etcd("maintenance/status", {})["header"]["member_id"]
    etcd("maintenance/alarm", {"action": "ACTIVATE" if full else "DEACTIVATE", "memberID": member, "alarm": "NOSPACE"})
