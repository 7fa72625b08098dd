"""The wall clock of one process, which a test sets; its monotonic clocks stay as they are."""

import pathlib

from faultproxy.victim import write_clock

LIBRARY = "/usr/$LIB/faketime/libfaketimeMT.so.1"  # the loader knows the machine's folder
YESTERDAY = ("faketime", "-f", "-1d")  # before a command that is to take its time for now


def environment(file):
    """Of a process whose clock is off by what the file says, as `{"clock": …}` of a plan writes it."""
    write_clock(file, 0)
    return {"LD_PRELOAD": LIBRARY, "FAKETIME_TIMESTAMP_FILE": str(file), "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1", "NO_FAKE_STAT": "1"}


def clear(pid):
    """What libfaketime leaves of a process that was killed."""
    for name in (f"faketime_shm_{pid}", f"sem.faketime_sem_{pid}"):
        (pathlib.Path("/dev/shm") / name).unlink(missing_ok=True)
