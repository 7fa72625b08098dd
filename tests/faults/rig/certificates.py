"""Authorities that sign what proxies show, made by openssl; good since yesterday, for operators whose clock is late."""

import authority as signing

from . import surroundings
from .clock import YESTERDAY


class Authority:
    """A self-signed authority and one certificate of it for 127.0.0.1."""

    def __init__(self, name):
        folder = surroundings.FOLDER / f"tls-{name}"
        folder.mkdir()
        signer = signing.Authority(folder, name, before=YESTERDAY)
        self.ca = signer.certificate
        self.certificate, self.key = signer.sign("IP:127.0.0.1")


@surroundings.once
def authority():
    """The one that all proxies of this process start with."""
    return Authority("first")
