"""An answer that a server holds back in its middle until the test lets it go on."""

import threading

PATIENCE = 60


class Hold:
    """`at`: after how many bytes."""

    def __init__(self, at):
        self.at = at
        self._reached, self._released = threading.Event(), threading.Event()

    def pause(self):
        """Of the server, once so many bytes are sent."""
        self._reached.set()
        self._released.wait(PATIENCE)

    def wait(self):
        """Of the test: until the server waits."""
        assert self._reached.wait(PATIENCE), "nobody asked the server"

    def release(self):
        self._released.set()
