"""Many requests at once, by the program scale_requests."""

import json
import subprocess

from .surroundings import BUILD, Failed, path

CONNECTIONS = 32
MERGE, APPLY, JSON = "application/merge-patch+json", "application/apply-patch+yaml", "application/json"


def request(group, method, target, body, kind=JSON):
    """`body` may be text already."""
    text = body if isinstance(body, str) else json.dumps(body)
    return {"group": group, "method": method, "target": target, "type": kind, "body": text}


def send(requests, connections=CONNECTIONS):
    """Sends them, each group in order, and returns the seconds it took."""
    lines = "".join(json.dumps(one) + "\n" for one in requests)
    done = subprocess.run(
        [BUILD / "tests/bench/scale/scale_requests", path("pki") / "admin.kubeconfig", str(connections)],
        input=lines, text=True, capture_output=True)
    if done.returncode != 0:
        raise Failed(f"requests were not accepted: {done.stdout.strip()} {done.stderr.strip()}")
    return json.loads(done.stdout)["seconds"]
