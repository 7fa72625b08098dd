import pytest

from faultproxy import plan
from faultproxy.api_request import understand
from faultproxy.matching import Matcher

STATUS = "/apis/serin.dev/v1alpha1/namespaces/ns/modeldeployments/fraud/status?force=true"
LEASE = "/apis/coordination.k8s.io/v1/namespaces/ns/leases/l"


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


def matcher(when, clock=None):
    return Matcher(plan.from_json({"rules": [{"when": when, "do": "drop" if "verb" in when else "duplicate"}]}),
                   clock or Clock())


def request(method="PATCH", target=STATUS, body=b""):
    return understand(method, target, {}, body)


@pytest.mark.parametrize("method, target, body, expected", [
    ("GET", "/api/v1/namespaces/ns/services?labelSelector=a%3Db", b"", ("list", "services", "ns", "")),
    ("GET", "/api/v1/services?watch=1", b"", ("watch", "services", "", "")),
    ("GET", "/apis/apps/v1/namespaces/ns/replicasets/x", b"", ("get", "replicasets", "ns", "x")),
    ("POST", "/api/v1/namespaces/ns/services", b'{"metadata": {"name": "new"}}', ("create", "services", "ns", "new")),
    ("PATCH", STATUS, b"", ("patch", "modeldeployments/status", "ns", "fraud")),
    ("PUT", LEASE, b"{}", ("update", "leases", "ns", "l")),
    ("DELETE", "/api/v1/namespaces/ns/services/s", b"", ("delete", "services", "ns", "s")),
    ("DELETE", "/api/v1/namespaces/ns/services", b"", ("deletecollection", "services", "ns", "")),
    ("GET", "/api/v1/namespaces/ns", b"", ("get", "namespaces", "", "ns")),
    ("GET", "/version", b"", ("get", "", "", "/version")),
])
def test_requests_are_understood(method, target, body, expected):
    seen = request(method, target, body)
    assert (seen.verb, seen.resource, seen.namespace, seen.name) == expected


def test_only_the_nth_is_hit():
    rules = matcher({"verb": "patch", "nth": 2})
    assert [len(rules.request(request())) for _ in range(4)] == [0, 1, 0, 0]


def test_times_counts_on_from_the_nth():
    rules = matcher({"verb": "patch", "nth": 2, "times": 2})
    assert [len(rules.request(request())) for _ in range(5)] == [0, 1, 1, 0, 0]


def test_always_has_no_end():
    rules = matcher({"verb": "patch", "times": "always"})
    assert [len(rules.request(request())) for _ in range(3)] == [1, 1, 1]


def test_for_runs_from_the_first_hit():
    clock = Clock()
    rules = matcher({"verb": "patch", "for": "5s"}, clock)
    clock.now = 100.0
    assert rules.request(request())
    clock.now = 105.0
    assert rules.request(request())
    clock.now = 105.1
    assert not rules.request(request())


def test_names_and_resources_are_globs():
    assert matcher({"verb": "patch", "resource": "modeldeployments/*", "name": "fr*"}).request(request())
    assert not matcher({"verb": "patch", "resource": "modeldeployments"}).request(request())
    assert not matcher({"verb": "patch", "name": "x*"}).request(request())


def test_leases_are_meant_only_when_named():
    renewal = request("PUT", LEASE, b"{}")
    assert not matcher({"verb": "write"}).request(renewal)
    assert matcher({"verb": "write", "resource": "leases"}).request(renewal)


def test_write_is_every_verb_that_writes():
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        assert matcher({"verb": "write"}).request(request(method))
    assert not matcher({"verb": "write"}).request(request("GET"))


def test_frames_are_matched_by_kind_and_name():
    rules = matcher({"frame": "DELETED", "resource": "services", "name": "a"})
    assert not rules.frame("services", "ADDED", "a")
    assert not rules.frame("pods", "DELETED", "a")
    assert rules.frame("services", "DELETED", "a")
    assert not rules.request(request())


def test_several_rules_count_each_for_itself():
    both = Matcher(plan.from_json({"rules": [
        {"when": {"verb": "patch", "nth": 2}, "do": "drop"}, {"when": {"verb": "any"}, "do": {"delay": "1s"}}]}))
    assert [[index for index, _, _ in both.request(request())] for _ in range(2)] == [[1], [0]]
