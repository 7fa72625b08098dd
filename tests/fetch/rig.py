"""serin-fetch as a process, and what is left of it."""

import os
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = pathlib.Path(os.environ.get("SERIN_FETCH", ROOT / "build" / "dev" / "operator" / "serin-fetch"))


class Ended:
    def __init__(self, code, errors, output):
        self.code, self.text, self.lines, self.output = code, errors, errors.splitlines(), output


def start(*flags, **environment):
    """Variables of the test's own environment stay outside, but for PATH."""
    return subprocess.Popen([PROGRAM, *map(str, flags)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                            env={"PATH": os.environ["PATH"], **environment})


def finish(process, seconds=60):
    try:
        output, errors = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        output, errors = process.communicate()
        raise AssertionError(f"it did not end within {seconds} s:\n{errors}") from None
    return Ended(process.returncode, errors, output)


def fetch(*flags, **environment):
    return finish(start(*flags, **environment))


def tree(folder):
    """Every file and link below, with its bytes or its target, but for the mark."""
    return {str(path.relative_to(folder)): os.readlink(path) if path.is_symlink() else path.read_bytes()
            for path in sorted(folder.rglob("*"))
            if (path.is_symlink() or path.is_file()) and path.name != ".serin-complete"}
