"""What serin-fetch tells of itself while it runs."""

import os
import re
import socket
import time
import urllib.request

import pytest

from git_server import GitServer, Repository
from rig import finish, start


@pytest.fixture
def port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def ask(port):
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
        text = answer.read().decode()
    values = [re.search(rf"^{name} (\d+)$", text, re.M) for name in ("serin_fetch_bytes", "serin_fetch_bytes_expected")]
    return [value and int(value[1]) for value in values]


def watch(port, process, seconds=30):
    """Everything that was told until it ended."""
    told = []
    end = time.monotonic() + seconds
    while process.poll() is None and time.monotonic() < end:
        try:
            told.append(ask(port))
        except OSError:
            pass  # before it listens, or after
        time.sleep(0.1)
    return told


def test_how_far_it_is_can_be_asked_while_it_runs(pull, registry, port, small):
    registry.put("fraud/model.bin", small).harm = [{"delay": 0.3}]
    process = pull.start("--progress-port", port, "--connections", 1)
    told = [pair for pair in watch(port, process) if pair[1]]
    ended = finish(process)
    assert ended.code == 0, ended.text
    assert {of for _, of in told} == {len(small)}
    bytes_told = [bytes_ for bytes_, _ in told]
    assert bytes_told == sorted(bytes_told) and 0 < bytes_told[-1] <= len(small) and len(set(bytes_told)) >= 2


def test_of_a_commit_it_tells_bytes_and_not_of_how_many(authority, certificate, tmp_path, into, port):
    (tmp_path / "repositories").mkdir()
    server = GitServer(tmp_path / "repositories", certificate, "127.0.0.1")
    try:
        repository = Repository(server)
        repository.put({f"model-{i}": os.urandom(400_000) for i in range(20)})
        server.delay = 0.2
        process = start("--uri", repository.uri, "--into", into, "--ca", authority.certificate, "--progress-port", port)
        told = [pair for pair in watch(port, process) if pair[0]]
        ended = finish(process)
    finally:
        server.stop()
    assert ended.code == 0, ended.text
    assert {of for _, of in told} == {None}
    bytes_told = [bytes_ for bytes_, _ in told]
    assert bytes_told == sorted(bytes_told) and len(set(bytes_told)) >= 3
    assert 0 < bytes_told[0] < bytes_told[-1] <= 8_100_000
    assert re.search(r"^git: receiving objects: \d+ %, [\d.]+ MB(, [\d.]+ .?B/s)?$", ended.text, re.M), ended.text


def test_a_port_that_is_taken_does_not_stop_it(pull, registry, into, small):
    registry.put("fraud/model.bin", small)
    with socket.socket(socket.AF_INET6) as taken:
        taken.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        taken.bind(("::", 0))
        taken.listen()
        ended = pull(SERIN_FETCH_PROGRESS_PORT=str(taken.getsockname()[1]))
    assert ended.code == 0, ended.text
    assert "nobody is told how far it is: cannot listen on port" in ended.text
