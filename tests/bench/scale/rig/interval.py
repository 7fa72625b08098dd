"""What happens in a while."""

import time

from .audit import AuditLog
from .process import processors


class Interval:
    """From its making on."""

    def __init__(self, operator=None):
        self.audit, self.began, self._operator = AuditLog(), time.time(), operator
        self._used = processors(operator)

    def processors(self):
        """CPU seconds of the cluster's processes, and of the operator's."""
        return {name: round(seconds - self._used[name], 2) for name, seconds in processors(self._operator).items()}
