"""Serin's own reader of model sources, and servers on loopback."""

import json
import os
import pathlib
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = ROOT / "build" / "dev" / "operator" / "serin-source"
FETCH = ROOT / "build" / "dev" / "operator" / "serin-fetch"


class Refused(Exception):
    """What serin-source says when it does not do it."""


def serin_source(*words, credentials=None):
    """What the program prints, as bytes. It sees no credentials but these."""
    environment = {"PATH": os.environ["PATH"], **(credentials or {})}
    done = subprocess.run([PROGRAM, *map(str, words)], capture_output=True, env=environment, timeout=60)
    if done.returncode:
        raise Refused(done.stderr.decode())
    return done.stdout


class Source:
    """One source as a ModelDeployment states it."""

    def __init__(self, uri, *options, credentials=None):
        self.uri, self.options, self.credentials = uri, options, credentials

    def _ask(self, command, *more):
        return serin_source(command, self.uri, *more, *self.options, credentials=self.credentials)

    def resolve(self):
        return json.loads(self._ask("resolve"))

    def files(self, identity):
        return json.loads(self._ask("files", "--id", identity))

    def content(self, identity, path):
        return self._ask("cat", "--id", identity, "--path", path)

    def manifest(self, *more):
        return self._ask("manifest", *more).decode()


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Server:
    """A program that serves HTTP on loopback, in a process group of its own."""

    def __init__(self, folder, port, command, environment):
        self.port = port
        self.log = folder / "log"
        with open(self.log, "w") as log:
            self.process = subprocess.Popen([str(word) for word in command], stdout=log, stderr=log, cwd=folder,
                                            env={"PATH": os.environ["PATH"], "HOME": str(folder), **environment},
                                            start_new_session=True)

    def wait_for_answer(self, path, seconds):
        end = time.monotonic() + seconds
        while True:
            assert self.process.poll() is None and time.monotonic() < end, self.log.read_text()
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=2):
                    return
            except urllib.error.HTTPError:
                return
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                time.sleep(0.05)

    def wait_until_listening(self, seconds):
        end = time.monotonic() + seconds
        while True:
            assert self.process.poll() is None and time.monotonic() < end, self.log.read_text()
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=2).close()
                return
            except OSError:
                time.sleep(0.05)

    def stop(self):
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
