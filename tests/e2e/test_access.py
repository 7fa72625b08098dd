"""The numbers come from a Prometheus that asks who is there: Serin reads one Secret once somebody lets it."""

import json
import shlex

import pytest

from harness.cluster import CLUSTER
from harness.prometheus import NAME, USER, Prometheus

SECRET, AUTHORITY = "prometheus-reader", "internal-ca"


@pytest.fixture
def prometheus(ns):
    with Prometheus(ns.name, guarded=True) as running:
        ns.kubectl("create", "configmap", AUTHORITY, f"--from-file=ca.crt={running.authority.certificate}")
        yield running


def guarded(prometheus):
    return {"from": {"prometheus": {
        "address": prometheus.address, "scrapeInterval": "1s", "credentials": {"secretName": SECRET},
        "tls": {"ca": {"configMap": {"name": AUTHORITY}}, "serverName": NAME}}}, "holdAtMost": "10m", "deadline": "20m"}


def keep_password(ns, password):
    made = ns.kubectl("create", "secret", "generic", SECRET, f"--from-literal=username={USER}",
                      f"--from-literal=password={password}", "--dry-run=client", "-o", "yaml")
    ns.kubectl("apply", "-f", "-", stdin=made)


def unreadable(fraud, words, timeout=90):
    """The message of MetricsReachable, once it is False for a reason with these words."""
    def why(_):
        condition = fraud.condition("MetricsReachable")
        return condition.get("status") == "False" and words in condition["message"] and condition["message"]
    return fraud.wait(why, timeout, f"MetricsReachable is False: {words}")


def commands(message):
    return [shlex.split(command) for command in message.partition("grant it: ")[2].split(" && ")]


def grant(ns, fraud):
    """Does what the status says."""
    told = commands(unreadable(fraud, "may not be read"))
    assert [words[:3] for words in told] == [["kubectl", "create", "role"], ["kubectl", "create", "rolebinding"]]
    for words in told:
        CLUSTER.kubectl(*words[1:])


def everything_told(ns, fraud):
    """All that Serin wrote or says where more people read than a Secret has."""
    log = CLUSTER.kubectl("-n", ns.operator, "logs", "-l", "app.kubernetes.io/name=serin", "--tail=-1")
    return json.dumps(fraud.statuses()) + json.dumps(fraud.events()) + log


def test_secret_that_may_not_be_read_is_told_with_the_commands_that_let_the_rollout_go_on(ns, prometheus):
    keep_password(ns, prometheus.password)
    fraud = ns.deploy(version="1", analysis=guarded(prometheus))
    load = ns.load(fraud, rate=60)
    fraud.apply(version="2", analysis=guarded(prometheus))
    grant(ns, fraud)
    fraud.wait_stable("2", timeout=240)
    assert fraud.history()[0] == ("2", "Promoted")
    assert prometheus.password not in everything_told(ns, fraud)
    load.check_none_failed()


def test_what_is_missing_is_told_with_the_way_to_make_it(ns, prometheus):
    fraud = ns.deploy(version="1", analysis=guarded(prometheus))
    ns.load(fraud, rate=60)
    fraud.apply(version="2", analysis=guarded(prometheus))
    grant(ns, fraud)
    unreadable(fraud, f"create it: kubectl create secret generic -n {ns.name} {SECRET} ")
    ns.kubectl("create", "secret", "generic", SECRET, "--from-literal=passwd=something-private")
    message = unreadable(fraud, "has passwd; put there the key token, or username and password")
    assert "something-private" not in message
    assert fraud.status()["stable"]["version"] == "1", "nothing was promoted meanwhile"


def test_password_that_is_changed_while_a_rollout_is_judged_is_read_again(ns, prometheus):
    keep_password(ns, prometheus.password)
    fraud = ns.deploy(version="1", analysis=guarded(prometheus))
    load = ns.load(fraud, rate=60)
    fraud.apply(version="2", analysis=guarded(prometheus), steps=[{"weight": 50, "hold": "3m"}])
    grant(ns, fraud)
    fraud.wait(lambda _: fraud.condition("MetricsReachable").get("status") == "True", 120, "it is read")
    prometheus.change_password()
    fraud.wait(lambda status: "HTTP 401" in status.get("message", ""), 120, "the rollout holds for that")
    keep_password(ns, prometheus.password)
    fraud.wait(lambda status: "Holding" not in status["phase"] and "HTTP 401" not in status["message"], 150,
               "it is read again")
    load.check_none_failed()
