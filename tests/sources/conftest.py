import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

from azure_server import AzureServer  # noqa: E402
from gcs_server import GcsServer  # noqa: E402
from hub import Hub  # noqa: E402
from mlflow_server import MlflowServer  # noqa: E402
from s3_server import S3Server  # noqa: E402


def running(server):
    """The server from when it answers, for as long as the fixture lives."""
    try:
        server.wait_until_ready()
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="session")
def mlflow_server(tmp_path_factory):
    yield from running(MlflowServer(tmp_path_factory.mktemp("mlflow")))


@pytest.fixture(scope="session")
def s3_server(tmp_path_factory):
    yield from running(S3Server(tmp_path_factory.mktemp("s3")))


@pytest.fixture(scope="session")
def azure_server(tmp_path_factory):
    yield from running(AzureServer(tmp_path_factory.mktemp("azure")))


@pytest.fixture(scope="session")
def gcs_server(tmp_path_factory):
    yield from running(GcsServer(tmp_path_factory.mktemp("gcs")))


@pytest.fixture
def hub():
    server = Hub()
    try:
        yield server
    finally:
        server.stop()
