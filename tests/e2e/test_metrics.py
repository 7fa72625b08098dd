"""Who may read the operator's own metrics."""

import contextlib
import os
import shlex
import subprocess
import sys

import pytest

from conftest import OPERATOR_NAMESPACE, ROOT
from harness.cluster import CLUSTER, KubectlError
from harness.operator import Operator
from harness.wait import wait_for

sys.path.insert(0, str(ROOT / "deploy" / "lib"))

from operator_metrics import OperatorMetrics  # noqa: E402

# The release has the name of its namespace.
READER = f"{OPERATOR_NAMESPACE}-{OPERATOR_NAMESPACE}-metrics-reader"
RECORDINGS_READER = f"{OPERATOR_NAMESPACE}-{OPERATOR_NAMESPACE}-recordings-reader"
SERIN_JUDGE = ROOT / "build" / "release" / "operator" / "serin-judge"
SECRET = "metrics-certificate"


@pytest.fixture
def metrics():
    made = OperatorMetrics([CLUSTER.kubectl_program], OPERATOR_NAMESPACE)
    yield made
    made.close()


@pytest.fixture
def bind():
    """Binds the chart's role for readers of metrics, or another, to a service account for as long as the test lasts."""
    bound = []

    def do(namespace, account, role=READER):
        name = f"{namespace}-{account}-{role}"
        CLUSTER.kubectl("create", "clusterrolebinding", name, f"--clusterrole={role}",
                        f"--serviceaccount={namespace}:{account}")
        bound.append(name)

    yield do
    for name in bound:
        CLUSTER.kubectl("delete", "clusterrolebinding", name)


def kubectl(*arguments, **options):
    return CLUSTER.kubectl("-n", OPERATOR_NAMESPACE, *arguments, **options)


def a_pod():
    return Operator(OPERATOR_NAMESPACE).pods()[0]["metadata"]["name"]


def test_metrics_are_for_those_whom_the_cluster_allows_the_path(ns, metrics, bind):
    def token(account, *options):
        return ns.kubectl("create", "token", account, *options).strip()

    ns.kubectl("create", "serviceaccount", "prometheus")
    ns.kubectl("create", "serviceaccount", "stranger")
    bind(ns.name, "prometheus")
    pod = a_pod()
    status, page = wait_for(lambda: (lambda got: got[0] == 200 and got)(metrics.get(pod, token("prometheus"))), 20,
                            "the role counts")
    assert "serin_leader" in page and "serin_api_requests_total" in page
    assert metrics.get(pod)[0] == 401
    assert metrics.get(pod, "nonsense")[0] == 401
    assert metrics.get(pod, token("prometheus", "--audience=somebody-else"))[0] == 401
    stranger = token("stranger")
    status, text = metrics.get(pod, stranger)
    assert status == 403 and f'"system:serviceaccount:{ns.name}:stranger" may not get the path /metrics' in text
    status, text = metrics.get(pod, token("prometheus"), secure=False)
    assert status == 400 and "https://" in text
    bind(ns.name, "stranger")
    wait_for(lambda: metrics.get(pod, stranger)[0] == 200, 20, "the refusal is forgotten soon")


def replayed(recording):
    return subprocess.run([SERIN_JUDGE, "replay", "-"], input=recording, text=True, capture_output=True)


def test_verdict_can_be_downloaded_and_recomputed_bit_for_bit(ns, metrics, bind):
    fraud = ns.deploy(version="1")
    ns.load(fraud, rate=60)
    fraud.apply(version="2", settings="errors=0.5")
    fraud.wait_over("RolledBack")
    ns.kubectl("create", "serviceaccount", "developer")
    token = ns.kubectl("create", "token", "developer").strip()
    leader = Operator(OPERATOR_NAMESPACE).leader()["metadata"]["name"]
    path = f"/recordings/{ns.name}/fraud"
    status, text = metrics.get(leader, token, path=path)
    assert status == 403 and path in text
    bind(ns.name, "developer", RECORDINGS_READER)
    status, recording = wait_for(
        lambda: (lambda got: got[0] == 200 and got)(metrics.get(leader, token, path=path)), 20, "the role counts")
    assert metrics.get(leader, token)[0] == 403, "the recordings' readers may not read the metrics for that"
    done = replayed(recording)
    assert done.returncode == 0 and "the same as recorded, bit for bit" in done.stdout, done
    assert "verdict: Harm" in done.stdout and fraud.status()["history"][0]["reason"] in done.stdout, done.stdout
    lines = recording.splitlines()
    last = max(i for i, line in enumerate(lines) if line.startswith("stratum "))
    cut = replayed("\n".join(lines[:last] + lines[last + 1:]) + "\n")
    assert cut.returncode == 1 and "differs from what was recorded" in cut.stdout, cut
    # Were both versions the same, this would be a false alarm.
    alike = subprocess.run([SERIN_JUDGE, "aa", "-", "--splits", "20"], input=recording, text=True, capture_output=True)
    assert alike.returncode == 1 and "A false alarm, if both versions are the same" in alike.stdout, alike
    assert "pods dealt anew: 20 deals of" in alike.stdout, alike.stdout
    status, text = metrics.get(leader, token, path=f"/recordings/{ns.name}/nobody")
    assert status == 404 and text, text


def set_values(*settings):
    # Other tests scale the release with kubectl, which owns the number since; Helm may only repeat it.
    replicas = kubectl("get", "deployments", "-o", "jsonpath={.items[0].spec.replicas}")
    helm = shlex.split(os.environ.get("SERIN_HELM", "helm"))
    done = subprocess.run(
        [*helm, "upgrade", OPERATOR_NAMESPACE, ROOT / "charts/serin", "-n", OPERATOR_NAMESPACE, "--reuse-values",
         "--wait", "--timeout", "2m", "--set", ",".join([*settings, f"replicas={replicas}"])],
        capture_output=True, text=True, timeout=180)
    assert done.returncode == 0, done.stdout + done.stderr


def store_certificate(folder, name):
    """Puts a new certificate for that name into the Secret, and lets the kubelets know at once."""
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                    "-subj", f"/CN={name}", "-days", "1", "-keyout", folder / "key", "-out", folder / "certificate"],
                   check=True, capture_output=True)
    made = kubectl("create", "secret", "tls", SECRET, f"--cert={folder / 'certificate'}", f"--key={folder / 'key'}",
                   "--dry-run=client", "-o", "yaml")
    kubectl("apply", "-f", "-", stdin=made)
    # A kubelet looks at a pod's Secrets when the pod changes, else about once a minute. Pods that end may be gone meanwhile.
    for pod in kubectl("get", "pods", "-o", "name").split():
        with contextlib.suppress(KubectlError):
            kubectl("annotate", pod, "--overwrite", f"seen-certificate={name}")
    return (folder / "certificate").read_text()


@pytest.fixture
def release():
    yield set_values
    set_values("metrics.authorization=true", "metrics.certificateSecret=")
    kubectl("delete", "secret", SECRET, "--ignore-not-found")


@pytest.mark.disruptive
def test_the_charts_values_decide_who_reads_and_what_certificate_is_shown(release, metrics, tmp_path):
    release("metrics.authorization=false")
    status, page = metrics.get(a_pod(), secure=False)
    assert status == 200 and "serin_leader" in page
    first = store_certificate(tmp_path, "first.example")
    release("metrics.authorization=true", f"metrics.certificateSecret={SECRET}")
    pod = a_pod()
    assert metrics.certificate(pod) == first
    assert metrics.get(pod)[0] == 401
    second = store_certificate(tmp_path, "second.example")
    wait_for(lambda: metrics.certificate(pod) == second, 150, "the renewed certificate, without a restart")
    assert a_pod() == pod
