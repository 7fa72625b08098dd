import pathlib
import random
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

from authority import Authority  # noqa: E402
from fault_server import FaultServer  # noqa: E402
from git_server import GitServer, Repository  # noqa: E402
from rig import fetch, start  # noqa: E402


@pytest.fixture(scope="session")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="session")
def certificate(authority):
    return authority.sign("IP:127.0.0.1")


@pytest.fixture(scope="session")
def small():
    return random.Random(1).randbytes(3_000_000)


@pytest.fixture(scope="session")
def large():
    """Three parts: two of 32 MiB and a rest."""
    return random.Random(2).randbytes(80_000_000)


@pytest.fixture
def web(certificate):
    """A server with TLS, for https:// sources."""
    server = FaultServer(certificate)
    yield server
    server.stop()


@pytest.fixture
def other_web(certificate):
    server = FaultServer(certificate)
    yield server
    server.stop()


@pytest.fixture
def registry():
    """A tracking server, without TLS."""
    server = FaultServer()
    yield server
    server.stop()


@pytest.fixture
def server(tmp_path, certificate):
    """Git's own, with TLS."""
    folder = tmp_path / "repositories"
    folder.mkdir()
    server = GitServer(folder, certificate, "127.0.0.1")
    yield server
    server.stop()


@pytest.fixture
def repository(server):
    return Repository(server)


@pytest.fixture
def into(tmp_path):
    return tmp_path / "models"


@pytest.fixture
def get(web, authority, into):
    """Fetches https://…/NAME from `web`."""
    def run(name, *flags, **environment):
        return fetch("--uri", f"{web.url}/{name}", "--into", into, "--ca", authority.certificate, *flags, **environment)
    return run


@pytest.fixture
def pull(registry, into):
    """Fetches version 3 of the model `fraud` from `registry`."""
    def run(*flags, begin=fetch, **environment):
        return begin("--uri", "mlflow://fraud/3", "--endpoint", registry.url, "--into", into, *flags, **environment)
    run.start = lambda *flags, **environment: run(*flags, begin=start, **environment)
    return run
