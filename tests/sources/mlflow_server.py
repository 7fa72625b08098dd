"""A real MLflow tracking server that hands artifacts out, and its own client."""

import contextlib
import os
import sqlite3
import sys

from rig import Server, Source, free_port

os.environ.update(MLFLOW_DISABLE_TELEMETRY="true", MLFLOW_HTTP_REQUEST_MAX_RETRIES="2", GIT_PYTHON_REFRESH="quiet")


class MlflowServer(Server):
    def __init__(self, folder):
        port = free_port()
        self.artifacts, self._database = folder / "artifacts", folder / "mlflow.db"
        command = [sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", port, "--workers", 1,
                   "--backend-store-uri", f"sqlite:///{self._database}", "--serve-artifacts",
                   "--artifacts-destination", self.artifacts]
        super().__init__(folder, port, command, {"MLFLOW_DISABLE_TELEMETRY": "true",
                                                 "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"})
        self.address = f"http://127.0.0.1:{port}"

    def wait_until_ready(self):
        self.wait_for_answer("/health", 90)

    def source(self, uri, *options):
        return Source(uri, "--endpoint", self.address, *options)

    @contextlib.contextmanager
    def status_of(self, name, version, status):
        """A version is not ready for as long as its files are copied; no client can make it stay so."""
        self._set_status(name, version, status)
        try:
            yield
        finally:
            self._set_status(name, version, "READY")

    def _set_status(self, name, version, status):
        with contextlib.closing(sqlite3.connect(self._database)) as database, database:
            changed = database.execute("UPDATE model_versions SET status = ? WHERE name = ? AND version = ?",
                                       (status, name, version))
            assert changed.rowcount == 1
