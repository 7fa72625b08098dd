"""One namespace with an operator behind a proxy: where a story is played."""

from harness.namespace import Namespace, name_of_test
from harness.wait import wait_for

from . import account, certificates, monitor
from .invariants import broken
from .operator import Operator
from .proxy import Proxy


class Trial:
    """Use as a context manager. `proxies` and `operators` are lists: a standby has its own of each. `options` are the
    operators'."""

    def __init__(self, name, standby=False, **options):
        self.name = name_of_test("faults", name)
        self.authority = certificates.authority()
        self._options = options
        self.ns = Namespace(self.name, self.name, record=monitor.recorder)
        self.proxies, self.operators = [], []
        try:
            account.install(self.name)
            for number in range(2 if standby else 1):
                self.add(f"serin-{number}")
        except BaseException:
            self.close()
            raise

    def add(self, pod):
        proxy = Proxy(self.authority)
        self.proxies.append(proxy)
        self.operators.append(Operator(self.name, proxy, self.authority, pod, **self._options))

    @property
    def proxy(self):
        return self.proxies[0]

    @property
    def operator(self):
        return self.operators[0]

    def wait_rest(self, patience=1):
        """Until a process leads that finds nothing more to write."""
        wait_for(lambda: any(operator.leads() for operator in self.operators), 30 * patience, "a process that leads")
        for proxy in self.proxies:
            proxy.wait_silence(3, 30 * patience)

    def records(self):
        return self.ns.recorder.records()

    def broken(self):
        return broken(self.records(), self.proxies)

    def report(self):
        parts = [self.ns.report()]
        for proxy, operator in zip(self.proxies, self.operators):
            parts += [f"----- {operator.pod}: faults", *map(str, proxy.faults()[:50]),
                      f"----- {operator.pod}: writes", *map(_line, proxy.writes()[-80:]),
                      f"----- {operator.pod}: log ({len(operator.starts)} starts)", operator.log()[-12000:]]
        return "\n".join(parts)

    def close(self, keep=False):
        for operator in self.operators:
            operator.close()
        for proxy in self.proxies:
            proxy.close()
        if not keep:
            self.ns.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def _line(record):
    return (f"{record['at']:.2f} {record['verb']} {record['resource']} {record['name']} asked {record['asked']} "
            f"-> {record['status']} told {record['sent']} version {record['version']}")
