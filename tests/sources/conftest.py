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


@pytest.fixture(scope="session")
def mlflow_server(tmp_path_factory):
    server = MlflowServer(tmp_path_factory.mktemp("mlflow"))
    try:
        server.wait_until_ready()
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="session")
def s3_server(tmp_path_factory):
    server = S3Server(tmp_path_factory.mktemp("s3"))
    try:
        server.wait_until_ready()
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="session")
def azure_server(tmp_path_factory):
    server = AzureServer(tmp_path_factory.mktemp("azure"))
    try:
        server.wait_until_ready()
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="session")
def gcs_server(tmp_path_factory):
    server = GcsServer(tmp_path_factory.mktemp("gcs"))
    try:
        server.wait_until_ready()
        yield server
    finally:
        server.stop()


@pytest.fixture
def hub():
    server = Hub()
    try:
        yield server
    finally:
        server.stop()
