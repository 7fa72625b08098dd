"""Where things are. Everything here runs inside the network namespace of tests/bench/scale/cluster."""

import functools
import pathlib
import subprocess

CHECKOUT = pathlib.Path(__file__).parents[4]
CLUSTER = CHECKOUT / "tests/bench/scale/cluster"
BUILD = CHECKOUT / "build/release"
OUTPUT = CHECKOUT / "build/scale"
API = ("127.0.0.1", 6443)
SPACE = "models"  # namespace of the ModelDeployments
ACCOUNT = "system:serviceaccount:serin:serin"


class Failed(Exception):
    """The measuring itself could not go on; the text says why."""


@functools.cache
def path(what):
    return pathlib.Path(run(CLUSTER, "path", what).strip())


def run(*command, stdin=None, timeout=900):
    done = subprocess.run([*map(str, command)], input=stdin, text=True, capture_output=True, timeout=timeout)
    if done.returncode != 0:
        raise Failed(f"{' '.join(map(str, command))[:200]}: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout


def kubectl(*arguments, stdin=None):
    return run(path("kubectl"), "--kubeconfig", path("pki") / "admin.kubeconfig", *arguments, stdin=stdin)
