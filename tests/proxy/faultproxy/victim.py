"""The operator's process, as the proxy harms it."""

import asyncio
import os
import signal


class Victim:
    def __init__(self):
        self.pid = None
        self.clock = None  # libfaketime's file

    async def kill(self):
        """SIGKILL; returns when the process runs no more instruction."""
        if self.pid is None:
            raise RuntimeError("the plan kills the operator, but nobody told its pid")
        os.kill(self.pid, signal.SIGKILL)
        while _lives(self.pid):
            await asyncio.sleep(0.002)

    def pause(self, duration):
        """SIGSTOP now, SIGCONT after so many seconds."""
        if self.pid is None:
            raise RuntimeError("the plan pauses the operator, but nobody told its pid")
        pid = self.pid
        os.kill(pid, signal.SIGSTOP)
        asyncio.get_running_loop().call_later(duration, _continue, pid)

    def set_clock(self, ahead):
        """From now on its wall clock is so many seconds ahead of the true time."""
        if self.clock is None:
            raise RuntimeError("the plan sets the operator's clock, but nobody told its file")
        write_clock(self.clock, ahead)

    def end(self):
        """SIGKILL, if it lives at all."""
        if self.pid is not None and _lives(self.pid):
            os.kill(self.pid, signal.SIGKILL)


def write_clock(file, ahead):
    """Into the file from which libfaketime reads how many seconds a clock is ahead of the true time."""
    aside = f"{file}.new"
    with open(aside, "w", encoding="utf-8") as out:
        out.write(f"{ahead:+d}\n")
    os.replace(aside, file)


def _continue(pid):
    if _lives(pid):
        os.kill(pid, signal.SIGCONT)


def _lives(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
            return file.read().rsplit(")", 1)[1].split()[0] not in ("Z", "X")
    except OSError:
        return False
