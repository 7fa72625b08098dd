"""Native histograms: what a real Prometheus made of them is what the pods observed."""

import pytest


@pytest.fixture
def looker(native_world):
    native_world.scraped()
    result = native_world.looker("a", "b")
    assert result.look() is None
    return result


def up_to(pod, edge):
    latency = pod["latency"]
    return sum(latency["buckets"][:latency["edges"].index(edge) + 1])


def test_counts_what_was_observed_at_the_fixed_edges(native_world, looker):
    native_world.pods["a"].count(good=50, slow=(40, 9, 1))  # of 0.05, 0.5 and 5 s
    native_world.scraped()
    stratum = looker.look()
    assert stratum["troubles"] == []
    a, b = stratum["pods"]["a"], stratum["pods"]["b"]
    assert (a["errors"]["total"], a["latency"]["total"]) == (50, 50)
    assert len(a["latency"]["edges"]) == 35
    assert [up_to(a, edge) for edge in (2 ** -5, 2 ** -4, 0.25, 0.5, 4, 8)] == [0, 40, 40, 49, 49, 50]
    assert sum(b["latency"]["buckets"]) == 0


def test_counts_on_when_a_client_lowers_its_resolution_and_when_it_begins_anew(native_world, looker):
    pod = native_world.pods["a"]
    pod.count(slow=(5, 0, 0))
    native_world.scraped("a")
    assert looker.look()["pods"]["a"]["latency"]["total"] == 5
    pod.schema = 0
    pod.count(slow=(0, 3, 0))
    native_world.scraped("a")
    a = looker.look()["pods"]["a"]
    assert (a["latency"]["total"], len(a["latency"]["edges"])) == (3, 18)
    assert [up_to(a, edge) for edge in (2 ** -4, 0.25, 0.5)] == [0, 0, 3]
    pod.schema = 3
    pod.restart()
    pod.count(slow=(2, 2, 0))
    native_world.scraped("a")
    a = looker.look()["pods"]["a"]
    assert (a["latency"]["total"], len(a["latency"]["edges"]), a["restarts"]) == (4, 35, 1)
    assert [up_to(a, edge) for edge in (2 ** -4, 0.25, 0.5)] == [2, 2, 4]
