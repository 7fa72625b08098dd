"""The operator's account in a test's namespace, with the rights that the chart gives it."""

from harness.cluster import CLUSTER

from . import surroundings

PLACE = "serin-faults-place"
NAME = "serin"


@surroundings.once
def _rights():
    return surroundings.run(
        surroundings.HELM, "template", NAME, surroundings.CHECKOUT / "charts/serin", "--namespace", PLACE,
        "--set", f"watchNamespaces={{{PLACE}}}", "--show-only", "templates/rbac.yaml",
        "--show-only", "templates/serviceaccount.yaml")


def install(namespace):
    CLUSTER.kubectl("apply", "-f", "-", stdin=_rights().replace(PLACE, namespace))


def token(namespace, *options):
    return CLUSTER.kubectl("-n", namespace, "create", "token", NAME, "--duration=2h", *options).strip()
