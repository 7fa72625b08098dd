"""What the pods may do: those that Serin makes where only restricted ones are admitted, and Serin's own."""

import pytest

from conftest import OPERATOR_NAMESPACE
from harness.cluster import CLUSTER
from harness.manifests import RESTRICTED_CONTAINER, RESTRICTED_POD
from harness.operator import Operator


def test_where_only_restricted_pods_are_admitted_versions_roll_all_the_same(ns):
    CLUSTER.kubectl("label", "namespace", ns.name, "pod-security.kubernetes.io/enforce=restricted")
    fraud = ns.deploy(version="1", pod=RESTRICTED_POD, container=RESTRICTED_CONTAINER, metrics=[])
    fraud.apply(version="2", pod=RESTRICTED_POD, container=RESTRICTED_CONTAINER, metrics=[])
    fraud.wait_stable("2")
    assert fraud.history()[0] == ("2", "Promoted")


def test_a_pod_that_the_namespace_does_not_admit_is_refused_in_its_words(ns):
    CLUSTER.kubectl("label", "namespace", ns.name, "pod-security.kubernetes.io/enforce=restricted")
    fraud = ns.deployment()
    fraud.apply(version="1")
    fraud.wait(lambda s: "violates PodSecurity" in s.get("message", ""), 40, "the namespace's words in the message")
    assert not fraud.pods()


@pytest.mark.disruptive
def test_the_operator_has_no_capability_no_new_privilege_and_no_shell():
    operator = Operator(OPERATOR_NAMESPACE)
    pod = operator.pods()[0]
    process = operator.process(pod)
    said = dict(line.split(":\t", 1) for line in (process / "status").read_text().splitlines() if ":\t" in line)
    assert {said[kind] for kind in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")} == {"0000000000000000"}
    assert said["NoNewPrivs"] == "1" and said["Seccomp"] == "2", "filtered system calls"
    assert set(said["Uid"].split()) == {"65532"} == set(said["Gid"].split())
    [root] = [line for line in (process / "mounts").read_text().splitlines() if line.split()[1] == "/"]
    assert "ro" in root.split()[3].split(",")
    programs = [p.name for folder in ("bin", "sbin", "usr/bin", "usr/sbin", "usr/local/bin")
                if (process / "root" / folder).is_dir() for p in (process / "root" / folder).iterdir()]
    assert sorted(programs) == ["serin-judge", "serin-operator"]
    done = CLUSTER.kubectl("-n", OPERATOR_NAMESPACE, "exec", pod["metadata"]["name"], "--", "sh", check=False)
    assert done.returncode != 0 and "not found" in done.stderr, done.stderr
