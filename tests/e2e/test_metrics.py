"""Who may read the operator's own metrics."""

import os
import shlex
import subprocess
import sys

import pytest

from conftest import OPERATOR_NAMESPACE, ROOT
from harness.cluster import CLUSTER
from harness.operator import Operator
from harness.wait import wait_for

sys.path.insert(0, str(ROOT / "deploy" / "lib"))

from operator_metrics import OperatorMetrics  # noqa: E402

# The release has the name of its namespace.
READER = f"{OPERATOR_NAMESPACE}-{OPERATOR_NAMESPACE}-metrics-reader"
SECRET = "metrics-certificate"


@pytest.fixture
def metrics():
    made = OperatorMetrics([CLUSTER.kubectl_program], OPERATOR_NAMESPACE)
    yield made
    made.close()


@pytest.fixture
def bind():
    """Binds the chart's role for readers of metrics to a service account, for as long as the test lasts."""
    bound = []

    def do(namespace, account):
        name = f"{namespace}-{account}-reads-metrics"
        CLUSTER.kubectl("create", "clusterrolebinding", name, f"--clusterrole={READER}",
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
    # A kubelet looks at a pod's Secrets when the pod changes, else about once a minute.
    kubectl("annotate", "pods", "--all", "--overwrite", f"seen-certificate={name}")
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
