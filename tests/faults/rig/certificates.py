"""Authorities that sign what proxies show, made by openssl; good since yesterday, for operators whose clock is late."""

from . import surroundings
from .clock import YESTERDAY

CURVE = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2")


class Authority:
    """A self-signed authority and one certificate of it for 127.0.0.1."""

    def __init__(self, name):
        folder = surroundings.FOLDER / f"tls-{name}"
        folder.mkdir()
        self.ca, self.certificate, self.key = folder / "ca.crt", folder / "server.crt", folder / "server.key"
        surroundings.run(*YESTERDAY, "openssl", "req", "-x509", *CURVE, "-subj", f"/CN={name}", "-keyout", folder / "ca.key", "-out",
                         self.ca)
        surroundings.run("openssl", "req", *CURVE, "-subj", "/CN=proxy", "-keyout", self.key, "-out", folder / "csr")
        (folder / "ext").write_text("subjectAltName=IP:127.0.0.1\nextendedKeyUsage=serverAuth\n")
        surroundings.run(*YESTERDAY, "openssl", "x509", "-req", "-in", folder / "csr", "-CA", self.ca, "-CAkey", folder / "ca.key",
                         "-CAcreateserial", "-days", "2", "-out", self.certificate, "-extfile", folder / "ext")


@surroundings.once
def authority():
    """The one that all proxies of this process start with."""
    return Authority("first")
