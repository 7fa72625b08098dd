#!/usr/bin/env python3
"""serin-fetch beside curl: the same file from the same server on loopback into memory, in turns; and what memory it takes.

measure.py [MEGABYTES [ROUNDS]]; the program is that of the release build."""

import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent))

import fault_server  # noqa: E402

PROGRAM = pathlib.Path(__file__).resolve().parents[2] / "build" / "release" / "operator" / "serin-fetch"
AIM = 0.9
MEMORY_AIM = 64


class _FromFile(fault_server._Handler):
    """Bodies go from the file to the socket within the kernel, so that the server is no part of what is measured."""

    def send_body(self, data, begin, length, harm):
        self.wfile.flush()
        with open(data.path, "rb") as file:
            self.connection.sendfile(file, begin, length)


class Stored:
    def __init__(self, path):
        self.path = path

    def __len__(self):
        return os.path.getsize(self.path)


def timed(*command):
    """Seconds, processor seconds and megabytes of a command."""
    began = time.monotonic()
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL, env={"PATH": os.environ["PATH"]})
    _, status, usage = os.wait4(process.pid, 0)
    assert status == 0, f"{command} failed"
    return time.monotonic() - began, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1000


def main():
    megabytes, rounds = (int(word) for word in (sys.argv[1:] + ["2000", "5"][len(sys.argv) - 1:]))
    folder = pathlib.Path(tempfile.mkdtemp(dir="/dev/shm"))
    try:
        block = os.urandom(1_000_000)
        with open(folder / "source", "wb") as out:
            for _ in range(megabytes):
                out.write(block)
        server = fault_server.FaultServer()
        server._server.RequestHandlerClass = type("Handler", (_FromFile,), {"server_of_tests": server})
        server.put("fraud/model.bin", Stored(folder / "source"))
        url = f"{server.url}/api/2.0/mlflow-artifacts/artifacts/fraud/model.bin"
        results = {"curl": [], "serin-fetch": [], "serin-fetch, one connection": []}
        for _ in range(rounds):
            results["curl"].append(timed("curl", "-sS", "--fail", "-o", folder / "by-curl", url))
            os.remove(folder / "by-curl")
            for name, connections in (("serin-fetch", 4), ("serin-fetch, one connection", 1)):
                results[name].append(timed(PROGRAM, "--uri", "mlflow://fraud/3", "--endpoint", server.url, "--into",
                                           folder / "into", "--connections", str(connections)))
                assert os.path.getsize(folder / "into" / "model.bin") == megabytes * 1_000_000
                shutil.rmtree(folder / "into")
        server.stop()
    finally:
        shutil.rmtree(folder)
    by_curl = statistics.median(seconds for seconds, _, _ in results["curl"])
    for name, runs in results.items():
        seconds = statistics.median(one[0] for one in runs)
        memory = max(one[2] for one in runs)
        print(f"{name}: {megabytes / seconds:.0f} MB/s, {by_curl / seconds:.2f} of curl, "
              f"{statistics.median(one[1] for one in runs):.2f} s of processor, {memory:.0f} MB of memory")
    ratio = by_curl / statistics.median(one[0] for one in results["serin-fetch"])
    print(f"aims: {AIM} of curl: {'met' if ratio >= AIM else 'missed'}; "
          f"{MEMORY_AIM} MB: {'met' if max(one[2] for one in results['serin-fetch']) <= MEMORY_AIM else 'missed'}")


main()
