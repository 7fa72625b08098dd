"""What is read from a real Prometheus is what the pages of the pods counted, to the last request."""

import pytest
from page_server import PageServer
from rig import free_port, wait_for


def errors(pod):
    return pod["errors"]["total"], pod["errors"]["bad"]


def buckets(pod):
    return pod["latency"]["edges"], pod["latency"]["buckets"]


def test_counts_what_the_pages_counted(world, looker):
    world.pods["a"].count(good=50, probes=7, slow=(40, 9, 1))
    world.pods["b"].count(good=30, bad=3, slow=(33, 0, 0))
    world.scraped()
    stratum = looker.look()
    assert stratum["troubles"] == []
    assert stratum["spread"] == 0
    a, b = stratum["pods"]["a"], stratum["pods"]["b"]
    assert (errors(a), errors(b)) == ((50, 0), (33, 3))
    assert (buckets(a), buckets(b)) == (([0.1, 1.0], [40, 9, 1]), ([0.1, 1.0], [33, 0, 0]))
    assert a["counted"] and a["restarts"] == a["lost"] == 0
    world.pods["a"].count(bad=1)
    world.scraped("a")
    stratum = looker.look()
    assert (errors(stratum["pods"]["a"]), errors(stratum["pods"]["b"])) == ((1, 1), (0, 0))


@pytest.mark.parametrize("exports_start", [True, False])
def test_counts_what_a_counter_rose_to_before_and_after_it_fell(world, looker, exports_start):
    pod = world.pods["a"]
    if not exports_start:
        with pod.lock:
            pod.exports_start = False
        pod.count()
        world.scraped("a")
        looker.look()
    pod.count(good=5, bad=1, slow=(6, 0, 0))
    world.scraped("a")
    pod.restart()
    pod.count(good=7, bad=2, slow=(0, 9, 0))
    world.scraped("a")
    pod.count(good=2000, bad=20, slow=(2000, 20, 0))  # past the numbers that were there before
    world.scraped("a")
    a = looker.look()["pods"]["a"]
    assert errors(a) == (5 + 1 + 7 + 2 + 2020, 1 + 2 + 20)
    assert buckets(a)[1] == [6 + 2000, 9 + 20, 0]
    assert a["restarts"] == 1
    with pod.lock:
        pod.exports_start = True
    pod.count()


def test_loses_no_request_of_a_target_that_vanishes_and_comes_back(world, looker):
    before = world.pods["b"]
    before.stop()
    world.pods["a"].count(good=4)

    def lost():
        stratum = looker.look()
        return stratum if stratum["troubles"] else None

    stratum = wait_for(lost, 20, "b is lost")
    assert stratum["troubles"] == ["pod b: Prometheus could not scrape it at its last attempts (up is 0)"]
    assert stratum["pods"]["a"]["counted"] and not stratum["pods"]["b"]["counted"]
    assert stratum["pods"]["b"]["lost"] == 1
    after = PageServer(before.port)
    after.requests, after.buckets, after.started = before.requests, before.buckets, before.started
    after.count(good=11, bad=2)
    world.pods["b"] = after
    world.scraped("b")
    stratum = looker.look()
    assert stratum["troubles"] == []
    assert errors(stratum["pods"]["b"]) == (13, 2)


def test_survives_a_prometheus_that_is_killed_and_restarted(world, looker):
    world.prometheus.kill()
    world.pods["a"].count(good=20, bad=1)
    stratum = looker.look()
    address, port = world.prometheus.address, world.prometheus.port
    assert stratum["troubles"] == [
        f"Prometheus at {address}: cannot connect to 127.0.0.1 port {port}: Connection refused"]
    assert not stratum["pods"]["a"]["counted"] and not stratum["pods"]["b"]["counted"]
    world.pods["a"].count(good=5)
    world.prometheus.start()
    for pod in world.pods.values():
        pod.count()
    world.scraped()
    stratum = looker.look()
    assert stratum["troubles"] == []
    assert errors(stratum["pods"]["a"]) == (26, 1)
    assert errors(stratum["pods"]["b"]) == (0, 0)


def test_refuses_a_number_that_is_none_and_counts_on_afterwards(world, looker):
    pod = world.pods["a"]
    with pod.lock:
        pod.nan = True
    pod.count(good=3)
    world.scraped("a")
    assert looker.look()["troubles"] == ["pod a: requests_total is nan, which is no count"]
    with pod.lock:
        pod.nan = False
    pod.count(good=4)
    world.scraped("a")
    stratum = looker.look()
    assert stratum["troubles"] == []
    assert errors(stratum["pods"]["a"]) == (7, 0)


def test_says_what_a_person_can_do_when_there_is_nothing_to_read(world):
    def trouble(*pods, **options):
        looker = world.looker(*pods, **options)
        looker.look()
        return looker.look()["troubles"]

    address = world.prometheus.address
    [words] = trouble("a", space="elsewhere")
    assert words.startswith(f'Prometheus at {address} has no series for {{__name__=~"up|')
    assert words.endswith('; does it scrape these pods, and do their series carry the labels namespace and pod?')
    assert trouble("a", "c") == ["pod c: Prometheus has no series of it; does it scrape this pod?"]
    wrong = address.replace("/prom", "")
    assert trouble("a", address=wrong) == [f"Prometheus at {wrong}: HTTP 404; is its API at that path?"]
    nobody = f"http://127.0.0.1:{world.pods['a'].port}"
    assert trouble("a", address=nobody)[0] == f"Prometheus at {nobody}: HTTP 501"
    closed = free_port()
    assert trouble("a", address=f"https://127.0.0.1:{closed}")[0].endswith("Connection refused")
