"""Tokens that end and authorities that change while the operator runs."""

import time

from harness.cluster import CLUSTER
from harness.wait import wait_for
from rig import learned, stories
from rig.certificates import Authority
from rig.proxy import Proxy

RECOVERS = 70  # seconds


def answers(proxy, status, since):
    return [record for record in proxy.records("request") if record["status"] == status and record["at"] > since]


def test_an_ended_token_costs_nothing_once_the_file_is_replaced(trial):
    """The token is bound to a Secret; with the Secret gone the API server itself answers 401."""
    CLUSTER.kubectl("-n", trial.name, "create", "secret", "generic", "binding")
    trial.operator.renew_token("--bound-object-kind=Secret", "--bound-object-name=binding")
    trial.proxy.arm()
    trial.operator.signal(9)
    trial.operator.wait_leading()
    load = stories.PROMOTE.before(trial)
    begin = time.time()
    CLUSTER.kubectl("-n", trial.name, "delete", "secret", "binding")
    stories.PROMOTE.under(trial)
    wait_for(lambda: answers(trial.proxy, 401, begin), 40, "the first 401")
    time.sleep(12)  # the lease is lost meanwhile, and a new process comes that has the old token too
    replaced = time.time()
    trial.operator.renew_token()
    wait_for(lambda: [r for r in trial.proxy.writes(replaced) if r["status"] and r["status"] < 300], RECOVERS / 3,
             "an accepted write with the new token")
    stories.promoted(trial, 2)
    trial.wait_rest(2)
    assert not answers(trial.proxy, 401, replaced + RECOVERS)
    assert load.check_none_failed()["errors"] == 0
    assert [outcome for version, outcome in stories.fraud_of(trial).history() if version == "2"] == ["Promoted"]


def test_another_authority_is_trusted_once_its_file_is_replaced(trial):
    load = stories.PROMOTE.before(trial)
    trial.proxy.arm({"when": {"verb": "write", "nth": 7, "moment": "after"}, "do": {"refuse": "1s"}})
    stories.PROMOTE.under(trial)
    trial.proxy.wait_fault(40)
    other, port = Authority(f"second-{trial.name}"), trial.proxy.port
    trial.proxy.victim(None)
    trial.proxy.close()
    trial.proxies.append(Proxy(other, port))
    trial.operator.proxy = trial.proxies[-1]
    trial.operator.proxy.victim(trial.operator.pid)
    time.sleep(5)
    assert not trial.proxies[-1].records("request"), "nobody speaks to a server of an unknown authority"
    trial.operator.ca_file.write_bytes(other.ca.read_bytes())
    swapped = time.time()
    wait_for(lambda: trial.proxies[-1].writes(swapped), RECOVERS / 3, "a write over the new connection")
    stories.promoted(trial, 2)
    trial.wait_rest(2)
    assert load.check_none_failed()["errors"] == 0
    assert [outcome for version, outcome in stories.fraud_of(trial).history() if version == "2"] == ["Promoted"]
