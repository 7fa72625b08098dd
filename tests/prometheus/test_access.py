"""A real Prometheus that asks who is there, with a certificate of an authority of its own."""

import base64

import pytest
from authority import Authority
from page_server import PageServer
from rig import Looker, Prometheus, wait_for

NAME = "prometheus.example.com"
USER, PASSWORD = "reader", "open sesame"
# bcrypt of the password.
HASH = "$2b$04$abcdefghijklmnopqrstuu/LVz6MZlItEy42I2juLihZ66HnQx/cy"


def basic(user, password):
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


class Guarded:
    """A pod, and a Prometheus that tells of it to one user alone."""

    def __init__(self, folder):
        self.authority = Authority(folder)
        certificate, key = self.authority.sign(f"DNS:{NAME}")
        self.pod = PageServer()
        self.pod.count(good=1000, bad=10, slow=(900, 100, 10))
        web = {"tls_server_config": {"cert_file": str(certificate), "key_file": str(key)},
               "basic_auth_users": {USER: HASH}}
        self.prometheus = Prometheus(folder, {"a": self.pod}, web=web, authorization=basic(USER, PASSWORD))
        self.prometheus.start()
        self._lookers = []

    def looker(self, authorization=basic(USER, PASSWORD), ca=None, name=NAME, address=None):
        options = ["--ca", str(ca or self.authority.certificate)]
        options += ["--authorization", authorization] if authorization else []
        options += ["--server-name", name] if name else []
        self._lookers.append(Looker(address or self.prometheus.address, "a", options=options))
        return self._lookers[-1]

    def trouble(self, **options):
        """Of the second look: the first has nothing to compare with."""
        [words] = wait_for(self.looker(**options).look, 20, "a second look")["troubles"]
        return words

    def close(self):
        for looker in self._lookers:
            looker.close()
        self.prometheus.kill()
        self.pod.stop()


@pytest.fixture(scope="module")
def guarded(tmp_path_factory):
    result = Guarded(tmp_path_factory.mktemp("guarded"))
    try:
        yield result
    finally:
        result.close()


def scraped(pod):
    wait_for(lambda: pod.scrapes >= 2, 20, "two scrapes")


def test_is_read_with_the_right_password_and_its_authority(guarded):
    scraped(guarded.pod)
    looker = guarded.looker()
    assert looker.look() is None
    guarded.pod.count(good=50, bad=3)
    scraped(guarded.pod)
    stratum = looker.look()
    assert stratum["troubles"] == []
    assert (stratum["pods"]["a"]["errors"]["total"], stratum["pods"]["a"]["errors"]["bad"]) == (53, 3)


@pytest.mark.parametrize("authorization", [None, basic(USER, "wrong"), basic("nobody", PASSWORD), "Bearer abc"])
def test_says_that_it_does_not_accept_the_credentials_and_does_not_repeat_them(guarded, authorization):
    assert guarded.trouble(authorization=authorization) == (
        f"Prometheus at {guarded.prometheus.address}: HTTP 401; state credentials for this Prometheus in "
        "the spec, or renew what their Secret holds")


def test_is_shown_nothing_unless_its_certificate_is_of_the_authority_and_for_the_name(guarded, tmp_path):
    begin = f"Prometheus at {guarded.prometheus.address}: cannot connect to 127.0.0.1 port {guarded.prometheus.port}: "
    assert guarded.trouble(ca=Authority(tmp_path, "another").certificate) == (
        f"{begin}unable to get local issuer certificate (checked for {NAME}, by the stated authorities)")
    for name in (None, "other.example.com"):
        assert guarded.trouble(name=name) == (
            f"{begin}the certificate is for another host name (checked for {name or '127.0.0.1'}, by the stated "
            "authorities)")


def test_is_not_asked_with_credentials_over_plain_http(guarded):
    address = guarded.prometheus.address.replace("https://", "http://")
    assert guarded.trouble(address=address) == (
        f"Prometheus at {address}: credentials are not sent over plain HTTP")
