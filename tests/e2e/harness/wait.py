"""Waiting for what the cluster is to show."""

import time


class TimeOver(AssertionError):
    pass


# Times are written for a machine of its own; a busy one gets this many times as much. No test passes by waiting longer.
PATIENCE = 3


def wait_for(condition, timeout, describe, interval=0.25):
    """Calls `condition` until it answers something true, and returns that. `describe`: what is waited for, in words,
    or a function that says so and what is seen instead."""
    timeout *= PATIENCE
    end = time.monotonic() + timeout
    while True:
        answer = condition()
        if answer:
            return answer
        if time.monotonic() > end:
            raise TimeOver(f"not within {timeout} s: {describe() if callable(describe) else describe}")
        time.sleep(interval)


def stays(condition, seconds, describe, interval=0.25):
    """Checks that `condition` holds all the while."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        assert condition(), f"did not stay so for {seconds} s: {describe() if callable(describe) else describe}"
        time.sleep(interval)
