"""Packets that vanish: what one operator sends to pods, and nothing else, never arrives."""

import contextlib

from . import surroundings


@contextlib.contextmanager
def of_scrapes(operator):
    """The kubelet's probes and the clients' requests go on: the rule is for the operator's user alone."""
    rule = ("OUTPUT", "-p", "tcp", "-d", surroundings.POD_CIDR, "-m", "owner", "--uid-owner", operator.user, "-j", "DROP")
    surroundings.run(*surroundings.inside("iptables", "-w", "-I", *rule))
    try:
        yield
    finally:
        surroundings.run(*surroundings.inside("iptables", "-w", "-D", *rule))
