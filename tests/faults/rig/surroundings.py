"""Where things are: what tests/run hands over, and the network namespace that the cluster lives in."""

import atexit
import functools
import os
import pathlib
import shutil
import subprocess
import tempfile
import threading

CHECKOUT = pathlib.Path(__file__).parents[3]
NETWORK = os.environ.get("SERIN_NETNS", "serin")
CLUSTER_PROGRAM = str(CHECKOUT / "deploy/local/cluster")
HELM = os.environ.get("SERIN_HELM", "helm")
API = "127.0.0.1:6443"  # inside the namespace
POD_CIDR = "198.19.0.0/16"
BUILT_OPERATOR = CHECKOUT / "build/release/operator/serin-operator"


def inside(*command):
    """The command, to be run within the cluster's network namespace, so that pods are reachable."""
    return ["nsenter", f"--net=/run/netns/{NETWORK}", *map(str, command)]


def run(*command, **options):
    done = subprocess.run([*map(str, command)], text=True, capture_output=True, timeout=120, **options)
    assert done.returncode == 0, f"{' '.join(map(str, command))}: {done.stderr.strip()}"
    return done.stdout


def _folder():
    """Readable by operators, which run as users without rights; a checkout need not be."""
    made = pathlib.Path(tempfile.mkdtemp(prefix="serin-faults-"))
    made.chmod(0o755)
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    return made


FOLDER = _folder()
_making = threading.RLock()


def once(make):
    """Of a function without arguments: it is run once, also when several trials begin at the same time."""
    cached = functools.cache(make)

    @functools.wraps(make)
    def made():
        with _making:
            return cached()
    return made


@once
def operator_program():
    """A copy of the release build that every user may run."""
    copy = FOLDER / "serin-operator"
    shutil.copy(BUILT_OPERATOR, copy)
    copy.chmod(0o755)
    return copy
