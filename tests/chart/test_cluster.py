"""The chart on a real cluster: dry runs, rights as granted, restricted pods, an upgrade, an uninstall."""

import json
import shutil
import textwrap

import pytest
import yaml
from conftest import CHART, GROUP
from kubectl import Failed, eventually, kubectl, kubectl_json

CRD = f"modeldeployments.{GROUP}"
# Without pods: whether the image starts is what the end-to-end tests show.
QUIET = ("--set", "replicas=0")

ALLOWED = [
    ("list", f"modeldeployments.{GROUP}"),
    ("patch", f"modeldeployments.{GROUP}/status"),
    ("create", "replicasets.apps"),
    ("patch", "replicasets.apps"),
    ("delete", "services"),
    ("watch", "endpointslices.discovery.k8s.io"),
    ("list", "pods"),
    ("delete", "pods"),
    ("get", "configmaps"),
    ("create", "configmaps"),
    ("patch", "configmaps"),
    ("create", "events.events.k8s.io"),
]
REVIEWS = ["tokenreviews.authentication.k8s.io", "subjectaccessreviews.authorization.k8s.io"]
DENIED = [
    ("get", "secrets"),
    ("list", "secrets"),
    ("get", "pods/log"),
    ("create", "pods/exec"),
    ("list", "configmaps"),
    ("watch", "configmaps"),
    ("update", "configmaps"),
    ("delete", "configmaps"),
    ("watch", "pods"),
    ("get", "pods"),
    ("update", "services"),
    ("update", "replicasets.apps"),
    ("patch", f"modeldeployments.{GROUP}"),
    ("update", f"modeldeployments.{GROUP}/status"),
    ("delete", f"modeldeployments.{GROUP}"),
    ("create", "deployments.apps"),
    ("create", "rolebindings.rbac.authorization.k8s.io"),
]


def may(account, verb, resource, namespace, name=""):
    """`resource` is one with its group and perhaps a subresource, or a path such as /metrics."""
    kind, _, part = (resource, "", "") if resource.startswith("/") else resource.partition("/")
    more = [f"--subresource={part}"] if part else []
    kind = f"{kind}/{name}" if name else kind
    try:
        out = kubectl("auth", "can-i", verb, kind, *more, "-n", namespace, f"--as={account}")
    except Failed as no:
        out = no.text
    return out.strip().splitlines()[-1] == "yes"


@pytest.fixture
def install(helm, namespace):
    """Installs a chart as a release named after the tests' namespace; at the end nothing of it is left."""
    installed = []

    def do(chart, *values):
        helm.run("upgrade", "--install", namespace, chart, "--namespace", namespace, *QUIET, *values)
        installed.append(namespace)
        return f"system:serviceaccount:{namespace}:{namespace}-serin"

    yield do
    if installed:
        helm.run("uninstall", namespace, "--namespace", namespace, "--ignore-not-found")
    kubectl("delete", "crd", CRD, "--ignore-not-found")


@pytest.mark.parametrize("values", [[], ["--set", "networkPolicy.enabled=true"], ["--set", "crds.install=false"],
                                    ["--set", "metrics.certificateSecret=tls"]],
                         ids=["defaults", "network policy", "without the CRD", "certificate"])
def test_the_api_server_takes_all_that_is_rendered(helm, chart_copy, namespace, values):
    text = helm.template(*values, chart=chart_copy("0.1.0"), release=namespace, namespace=namespace)
    kubectl("apply", "--dry-run=server", "--validate=strict", "-f", "-", stdin=text)


def test_the_roles_of_watched_namespaces_are_taken_too(helm, chart_copy, namespace):
    text = helm.template("--set", f"watchNamespaces={{{namespace},default}}", chart=chart_copy("0.1.0"),
                         release=namespace, namespace=namespace)
    kubectl("apply", "--dry-run=server", "--validate=strict", "-f", "-", stdin=text)


def test_the_pods_are_admitted_where_only_restricted_ones_are(helm, namespace):
    [deployment] = [o for o in helm.objects() if o["kind"] == "Deployment"]
    template = deployment["spec"]["template"]
    template["spec"]["serviceAccountName"] = "default"
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "operator", "namespace": namespace},
           "spec": template["spec"]}
    kubectl("create", "--dry-run=server", "-f", "-", stdin=pod)
    pod["spec"]["containers"][0]["securityContext"]["allowPrivilegeEscalation"] = True
    with pytest.raises(Failed, match="violates PodSecurity"):
        kubectl("create", "--dry-run=server", "-f", "-", stdin=pod)


def test_the_operator_may_do_its_work_and_nothing_else(install, chart_copy, namespace):
    account = install(chart_copy("0.1.0"))
    assert [a for a in ALLOWED if not eventually(lambda: may(account, *a, "default"))] == []
    assert [d for d in DENIED if may(account, *d, "default")] == []
    assert may(account, "create", "leases.coordination.k8s.io", namespace)
    assert not may(account, "create", "leases.coordination.k8s.io", "default")
    assert may(account, "update", "leases.coordination.k8s.io", namespace, f"{namespace}-serin")
    assert not may(account, "update", "leases.coordination.k8s.io", namespace, "another")
    assert [r for r in REVIEWS if not may(account, "create", r, namespace)] == []
    assert not may(account, "get", "/metrics", namespace), "the role for readers is bound to nobody"
    assert not may(account, "get", "/recordings/ml/fraud", namespace), "nor is that for recordings"


@pytest.mark.parametrize("role, path, others", [
    ("metrics-reader", "/metrics", ["/logs", "/recordings/ml/fraud"]),
    ("recordings-reader", "/recordings/ml/fraud", ["/metrics"]),
])
def test_whoever_gets_a_role_for_readers_may_read_its_path_alone(install, chart_copy, namespace, role, path, others):
    install(chart_copy("0.1.0"))
    name = f"{namespace}-{namespace}-serin-{role}"
    kubectl("create", "clusterrolebinding", name, f"--clusterrole={name}", "--user=reader")
    try:
        eventually(lambda: may("reader", "get", path, namespace))
        assert [other for other in others if may("reader", "get", other, namespace)] == []
    finally:
        kubectl("delete", "clusterrolebinding", name)


def test_with_watched_namespaces_it_may_work_only_there(install, chart_copy, namespace):
    account = install(chart_copy("0.1.0"), "--set", f"watchNamespaces={{{namespace}}}")
    assert eventually(lambda: may(account, "create", "replicasets.apps", namespace))
    assert [a for a in ALLOWED if may(account, *a, "default")] == []
    assert [r for r in REVIEWS if not may(account, "create", r, namespace)] == [], "tokens are of the whole cluster"


def test_without_authorization_of_metrics_it_may_review_nobody(install, chart_copy, namespace):
    account = install(chart_copy("0.1.0"), "--set", "metrics.authorization=false")
    assert eventually(lambda: may(account, "list", "pods", namespace))
    assert [r for r in REVIEWS if may(account, "create", r, namespace)] == []


def test_the_clusters_own_roles_learn_of_model_deployments(install, chart_copy):
    install(chart_copy("0.1.0"))

    def verbs(role):
        rules = kubectl_json("get", "clusterrole", role)["rules"]
        return {v for r in rules if GROUP in r.get("apiGroups", []) and "modeldeployments" in r["resources"]
                for v in r["verbs"]}

    eventually(lambda: verbs("view") == {"get", "list", "watch"})
    for role in ("edit", "admin"):
        eventually(lambda: {"create", "patch", "delete", "list"} <= verbs(role))


def previous(chart_copy):
    """The chart as an older version: its CRD does not know `history` yet."""
    chart = chart_copy("0.0.9")
    file = chart / "files" / "modeldeployments.serin.dev.yaml"
    crd = yaml.safe_load(file.read_text())
    del crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]["spec"]["properties"]["history"]
    name = crd["metadata"].pop("name")
    # The template finds the place for its annotation by the line of the name.
    text = yaml.safe_dump({k: v for k, v in crd.items() if k != "metadata"})
    file.write_text(f"metadata:\n  name: {name}\n{text}")
    return chart


def stored_properties():
    crd = kubectl_json("get", "crd", CRD)
    return crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]["spec"]["properties"]


def test_an_upgrade_brings_the_new_crd_and_an_uninstall_keeps_it(install, helm, chart_copy, namespace):
    install(previous(chart_copy))
    kubectl("wait", "--for=condition=Established", f"crd/{CRD}", "--timeout=30s")
    assert "history" not in stored_properties()
    example = (CHART / "../../crds/examples/valid/minimum.yaml").read_text()
    example = example.replace("apiVersion: serin.dev/", f"apiVersion: {GROUP}/")
    eventually(lambda: kubectl("apply", "-n", namespace, "-f", "-", stdin=example))
    assert "history" not in kubectl_json("get", CRD, "fraud", "-n", namespace)["spec"]

    install(chart_copy("0.1.0"))
    assert "history" in stored_properties()
    eventually(lambda: kubectl_json("get", CRD, "fraud", "-n", namespace)["spec"].get("history") == 10)
    status = json.loads(helm.run("status", namespace, "--namespace", namespace, "-o", "json"))
    assert status["info"]["status"] == "deployed" and status["version"] == 2

    helm.run("uninstall", namespace, "--namespace", namespace)
    assert kubectl("get", "deployment,service,role,serviceaccount", "-n", namespace, "-o", "name",
                   "-l", f"app.kubernetes.io/instance={namespace}") == ""
    assert kubectl_json("get", CRD, "fraud", "-n", namespace)["metadata"]["name"] == "fraud"
    # And the same release finds its CRD again.
    install(chart_copy("0.1.0-again"))


def test_what_the_notes_tell_to_type_is_a_valid_model_deployment(install, helm, chart_copy, namespace):
    chart = chart_copy("0.1.0")
    install(chart)
    kubectl("wait", "--for=condition=Established", f"crd/{CRD}", "--timeout=30s")
    notes = helm.run("get", "notes", namespace, "--namespace", namespace)
    assert f"rollout status deployment/{namespace}-serin" in notes
    example = textwrap.dedent(notes.split("<<END\n")[1].split("END\n")[0])
    example = example.replace("apiVersion: serin.dev/", f"apiVersion: {GROUP}/")
    eventually(lambda: kubectl("create", "--dry-run=server", "--validate=strict", "-n", namespace, "-f", "-",
                               stdin=example))


def test_the_packaged_chart_installs(install, helm, chart_copy, tmp_path):
    helm.run("package", chart_copy("0.1.0"), "--destination", tmp_path)
    install(tmp_path / "serin-0.1.0.tgz")
    shutil.rmtree(tmp_path / "0.1.0")
