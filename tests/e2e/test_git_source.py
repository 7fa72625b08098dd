"""Models come from a private Git repository with large files: what its branch points to is loaded and rolled out."""

import json

import pytest

from harness.cluster import CLUSTER
from harness.manifests import model_deployment, server_container
from harness.repositories import PASSWORD, Repositories
from test_sources import SECRET

AUTHORITY = "git-authority"
WEIGHTS = bytes(range(256)) * 8192


@pytest.fixture
def repository(ns):
    with Repositories() as repositories:
        ns.kubectl("create", "configmap", AUTHORITY, f"--from-file=ca.crt={repositories.authority}")
        ns.kubectl("create", "secret", "generic", SECRET, f"--from-literal=GIT_TOKEN={PASSWORD}")
        ns.kubectl("create", "role", "serin-reads-git", "--verb=get", "--resource=secrets", f"--resource-name={SECRET}")
        ns.kubectl("create", "rolebinding", "serin-reads-git", "--role=serin-reads-git",
                   f"--serviceaccount={ns.operator}:{ns.operator}")
        repository = repositories.make()
        repository.lfs("*.bin")
        yield repository


def commit(repository, version, settings=""):
    """A model with these orders to the test server (tests/e2e/server/serve.h); the version that Serin shows."""
    files = {"version": version.encode(), "settings": settings.encode(), "weights.bin": WEIGHTS + version.encode()}
    return repository.put({f"models/fraud/data/{name}": content for name, content in files.items()})[:12]


def deploy(ns, repository, wait):
    manifest = model_deployment()
    manifest["spec"]["model"] = {"name": "m", "source": {
        "uri": f"{repository.uri}@main#models/fraud", "credentials": {"secretName": SECRET},
        "ca": {"configMap": {"name": AUTHORITY}}, "follow": {"interval": "10s"}}}
    container = server_container("none")
    container["env"] = [{"name": "MODEL", "value": "m"}, {"name": "MODEL_FOLDER", "value": "/mnt/models/data"}]
    manifest["spec"]["template"]["spec"]["containers"] = [container]
    ns.apply(manifest)
    fraud = ns.deployment()
    fraud.wait_stable(wait, timeout=90)
    return fraud


def test_what_a_branch_points_to_is_loaded_with_its_large_files_and_rolled_out(ns, repository):
    first = commit(repository, "1")
    fraud = deploy(ns, repository, first)
    load = ns.load(fraud, rate=60)
    known = fraud.status()["source"]
    assert known["id"].startswith("git:") and known["id"].endswith("#models/fraud") and "files" not in known
    second = commit(repository, "2")
    fraud.wait_stable(second, timeout=180)
    assert fraud.history()[0] == (second, "Promoted")
    assert load.answered_by("2") > 0
    third = commit(repository, "3", settings="errors=0.5")
    fraud.wait_phase("RolledBack", timeout=120)
    assert fraud.history()[0] == (third, "RolledBack")
    log = CLUSTER.kubectl("-n", ns.operator, "logs", "-l", "app.kubernetes.io/name=serin", "--tail=-1")
    assert PASSWORD not in json.dumps(fraud.statuses()) + json.dumps(fraud.events()) + log
