"""What a real Prometheus answers to a query of a person's own: a number, or the reason why there is none."""

import pytest
from rig import free_port


@pytest.fixture
def ask(world, looker):
    """What a query is answered; `pod="a"` and job "pods" tell the series of one page from the others."""
    world.scraped()
    return lambda query: looker.look(query)["query"]


def test_answers_a_number(world, ask):
    good = world.pods["a"].requests["200", "serve"]
    assert ask(f'requests_total{{pod="a",job="pods",code="200",exported_job="serve"}} / {good}') == 1
    assert ask('count(up{namespace="ml"})') == 4
    assert ask("1.5 * 4") == 6
    assert ask('sum(rate(requests_total{pod="a",job="pods"}[20s])) * 0 - 2') == -2
    # Prometheus remarks that this is no counter; the number is one all the same.
    assert ask('sum(rate(process_start_time_seconds{job="pods"}[20s]))') == 0


def test_no_series_is_no_number(ask):
    words = "it answered with no series; is it asked for what exists, and are there two scrapes or more in each range?"
    assert ask("sum(requests_of_nobody)").endswith(words)
    assert ask('sum(rate(requests_total{job="pods"}[500ms]))').endswith(words)


def test_several_series_are_no_number(ask):
    said = ask('up{namespace="ml",job="pods"}')
    assert 'it answered with 2 series, such as {__name__="up",' in said
    assert said.endswith("}; aggregate them, such as with sum()")


def test_what_is_not_finite_is_no_number(ask):
    assert ask("0 / 0").endswith("it answered NaN, as 0/0 is: was nothing counted in the range?")
    assert ask('sum(up) / sum(up * 0)').endswith(
        "it answered +Inf, as a division by 0 is: was nothing counted in the range?")


def test_another_type_is_no_number(ask):
    assert ask('up{pod="a"}[20s]').endswith(
        "it answered with a range (a matrix) instead of a number; put a function around it, such as rate()")
    assert ask('"twelve"').endswith('it answered with a "string" instead of a number')


def test_a_mistake_is_told_in_prometheus_own_words(world, ask):
    said = ask("sum(requests_total")
    assert said.startswith(f"Prometheus at {world.prometheus.address}: HTTP 400, ")
    assert "unclosed left parenthesis (bad_data)" in said


def test_a_query_of_nobody_leaves_the_pods_numbers_as_they_are(world, looker):
    world.pods["a"].count(good=5)
    world.scraped("a")
    stratum = looker.look("sum(")
    assert stratum["troubles"] == []
    assert stratum["pods"]["a"]["errors"]["total"] == 5


def test_says_when_nobody_listens(world):
    port = free_port()
    looker = world.looker("a", address=f"http://127.0.0.1:{port}")
    looker.look()
    assert looker.look("1")["query"] == (
        f"Prometheus at http://127.0.0.1:{port}: cannot connect to 127.0.0.1 port {port}: Connection refused")
