"""The pods serve their metrics over TLS, of an authority of their own, to who shows a token."""

import sys

import pytest

from conftest import ROOT
from harness.manifests import PORT, server_container
from test_access import everything_told, grant

sys.path.insert(0, str(ROOT / "tests" / "support"))

from authority import Authority  # noqa: E402

METRICS_PORT = 8443
NAME = "fraud.example.com"  # in the certificate, which all pods have
CERTIFICATE, AUTHORITY, READER, TOKEN = "pods-certificate", "internal-ca", "metrics-reader", "a-token-that-pods-know"
RUNTIME = {"ports": {"http": PORT, "metrics": METRICS_PORT},
           "metrics": {"scheme": "https", "credentials": {"secretName": READER},
                       "tls": {"ca": {"configMap": {"name": AUTHORITY}}, "serverName": NAME}}}


@pytest.fixture
def trusted(ns, tmp_path):
    """Makes the pods' certificate and the Secrets; returns the authority that signed it."""
    authority = Authority(tmp_path)
    certificate, key = authority.sign(f"DNS:{NAME}")
    ns.kubectl("create", "secret", "tls", CERTIFICATE, f"--cert={certificate}", f"--key={key}")
    ns.kubectl("create", "secret", "generic", READER, f"--from-literal=token={TOKEN}")
    return authority


def trust(ns, authority):
    ns.kubectl("create", "configmap", AUTHORITY, f"--from-file=ca.crt={authority.certificate}")


def over_tls(version, settings="", **options):
    """Of Namespace.deploy and Deployment.apply: a version whose metrics are served so."""
    environment = server_container(version, settings)["env"] + [
        {"name": "METRICS_PORT", "value": str(METRICS_PORT)},
        {"name": "METRICS_CERTIFICATE", "value": "/certificate/tls.crt"},
        {"name": "METRICS_KEY", "value": "/certificate/tls.key"},
        {"name": "METRICS_TOKEN", "valueFrom": {"secretKeyRef": {"name": READER, "key": "token"}}}]
    mounted = {"env": environment, "volumeMounts": [{"name": "certificate", "mountPath": "/certificate"}]}
    volumes = {"volumes": [{"name": "certificate", "secret": {"secretName": CERTIFICATE}}]}
    return {"version": version, "container": mounted, "pod": volumes, "runtime": RUNTIME,
            "analysis": {"holdAtMost": "10m", "deadline": "20m"}, **options}


def test_pods_that_serve_their_metrics_over_tls_are_judged_by_them(ns, trusted):
    trust(ns, trusted)
    fraud = ns.deploy(**over_tls("1"))
    load = ns.load(fraud, rate=60)
    fraud.apply(**over_tls("2"))
    grant(ns, fraud)
    fraud.wait_stable("2", timeout=240)
    assert fraud.history()[0] == ("2", "Promoted")
    fraud.apply(**over_tls("3", "errors=0.5"))
    fraud.wait_over("RolledBack", timeout=120)
    assert TOKEN not in everything_told(ns, fraud)
    load.check_none_failed()


def test_certificate_of_another_authority_holds_the_rollout_and_is_named(ns, trusted, tmp_path):
    trust(ns, Authority(tmp_path, "another"))
    fraud = ns.deploy(**over_tls("1"))
    load = ns.load(fraud, rate=60)
    fraud.apply(**over_tls("2"))
    grant(ns, fraud)
    words = f"unable to get local issuer certificate (checked for {NAME}, by the stated authorities)"
    fraud.wait(lambda _: words in fraud.condition("MetricsReachable").get("message", ""), 120, "the certificate is named")
    assert fraud.condition("MetricsReachable")["status"] == "False"
    assert fraud.status()["stable"]["version"] == "1", "nothing was promoted meanwhile"
    load.check_none_failed()
