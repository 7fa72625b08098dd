"""A copy of the CRD under a group of its own on a real API server, so that no operator that may be running there
touches the objects of these tests, and a CRD that Helm installed stays as it is."""

import os
import pathlib
import sys

import pytest
import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))

from kubectl import eventually, kubectl, kubectl_json  # noqa: E402

CRD_FILE = ROOT / "crds" / "modeldeployments.serin.dev.yaml"


class Resource:
    """The copied kind and a namespace for its objects."""

    def __init__(self, group, namespace):
        self.group = group
        self.namespace = namespace
        self.name = f"modeldeployments.{group}"
        self.version = f"{group}/v1alpha1"
        self.url = f"/apis/{group}/v1alpha1/namespaces/{namespace}/modeldeployments"

    def load(self, file):
        """The object in `file`, in the copy's group and the tests' namespace."""
        text = pathlib.Path(file).read_text().replace("apiVersion: serin.dev/", f"apiVersion: {self.group}/")
        value = yaml.safe_load(text)
        value["metadata"]["namespace"] = self.namespace
        return value

    def create(self, value):
        """Really creates it; Strict, as kubectl does by itself."""
        return kubectl_json("create", "--validate=strict", "-f", "-", stdin=value)

    def try_create(self, value, validation="strict"):
        """What the API server would store."""
        return kubectl_json("create", "--dry-run=server", f"--validate={validation}", "-f", "-", stdin=value)


@pytest.fixture(scope="session")
def crd():
    return yaml.safe_load(CRD_FILE.read_text())


@pytest.fixture(scope="session")
def resource(crd):
    mark = f"crdtest{os.getpid()}"
    group = f"{mark}.serin.dev"
    copy = yaml.safe_load(CRD_FILE.read_text())
    copy["metadata"]["name"] = f"modeldeployments.{group}"
    copy["spec"]["group"] = group
    result = Resource(group, mark)
    kubectl("create", "namespace", mark)
    try:
        kubectl("create", "-f", "-", stdin=copy)
        # A CRD that is so new that it has no conditions yet is an error to `kubectl wait`.
        eventually(lambda: kubectl("wait", "--for=condition=Established", f"crd/{result.name}", "--timeout=30s") or True)
        eventually(lambda: kubectl("get", result.name, "-n", mark) or True)
        yield result
    finally:
        kubectl("delete", f"crd/{result.name}", "--ignore-not-found")
        kubectl("delete", "namespace", mark, "--wait=false", "--ignore-not-found")


@pytest.fixture
def minimum(resource):
    """The smallest valid object, under a name that is free."""
    value = resource.load(ROOT / "crds" / "examples" / "valid" / "minimum.yaml")
    yield value
    kubectl("delete", resource.name, value["metadata"]["name"], "-n", resource.namespace, "--ignore-not-found")
