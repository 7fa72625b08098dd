"""kubectl as a function. Environment: SERIN_KUBECTL (a command, default kubectl) and KUBECONFIG."""

import json
import os
import shlex
import subprocess
import time


class Failed(AssertionError):
    """kubectl ended with an error; `text` is what it printed."""

    def __init__(self, arguments, text):
        super().__init__(f"kubectl {' '.join(arguments)}\n{text}")
        self.text = text


def kubectl(*arguments, stdin=None):
    """Runs kubectl and returns what it printed to standard output. `stdin`: text, or a value to send as JSON."""
    if stdin is not None and not isinstance(stdin, str):
        stdin = json.dumps(stdin)
    command = shlex.split(os.environ.get("SERIN_KUBECTL", "kubectl"))
    done = subprocess.run([*command, *arguments], input=stdin or "", text=True, capture_output=True, timeout=120)
    if done.returncode != 0:
        raise Failed(arguments, done.stdout + done.stderr)
    return done.stdout


def kubectl_json(*arguments, stdin=None):
    return json.loads(kubectl(*arguments, "-o", "json", stdin=stdin))


def refusal(*arguments, stdin=None):
    """Runs kubectl, which must fail, and returns the error's text."""
    try:
        out = kubectl(*arguments, stdin=stdin)
    except Failed as error:
        return error.text
    raise AssertionError(f"kubectl {' '.join(arguments)} was not refused:\n{out}")


def eventually(what, seconds=30):
    """Calls `what` until it neither raises nor returns a false value; returns its value."""
    end = time.monotonic() + seconds
    while True:
        try:
            value = what()
            if value:
                return value
            error = AssertionError(f"still {value!r} after {seconds} s")
        except Failed as failed:
            error = failed
        if time.monotonic() > end:
            raise error
        time.sleep(0.2)
