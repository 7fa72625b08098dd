"""Models that MLflow's own client logs and registers, as Serin reads them."""

import hashlib
import pathlib

import mlflow
import mlflow.sklearn
import numpy
import pytest
from sklearn.linear_model import LogisticRegression

from rig import Refused


class Registry:
    """Two versions of `fraud`: champion is the first of them."""

    def __init__(self, server):
        self.server = server
        mlflow.set_tracking_uri(server.address)
        self.client = mlflow.MlflowClient()
        mlflow.set_experiment("fraud")
        self.runs = [self._log(seed) for seed in (1, 2)]
        self.client.set_registered_model_alias("fraud", "champion", "1")

    def _log(self, seed):
        random = numpy.random.default_rng(seed)
        x = random.normal(size=(50, 3))
        model = LogisticRegression().fit(x, (x[:, 0] > 0).astype(int))
        with mlflow.start_run() as run:
            mlflow.set_tag("mlflow.source.git.commit", f"c0ffee{seed}")
            mlflow.sklearn.log_model(model, name="model", registered_model_name="fraud", input_example=x[:2],
                                     pip_requirements=["scikit-learn"])  # stated, for guessing takes long
        return run.info.run_id


@pytest.fixture(scope="session")
def registry(mlflow_server):
    return Registry(mlflow_server)


def test_an_alias_is_its_version_with_the_bytes_that_the_own_client_downloads(registry, tmp_path):
    source = registry.server.source("mlflow://fraud@champion")
    resolved = source.resolve()
    assert resolved["id"].startswith("mlflow:fraud/1 sha256:")
    assert resolved["version"] == "1"
    folder = pathlib.Path(mlflow.artifacts.download_artifacts("models:/fraud@champion", dst_path=str(tmp_path)))
    expected = {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    # The client writes this one beside what it downloads.
    expected.pop("registered_model_meta", None)
    assert {file["path"]: file["size"] for file in resolved["files"]} == \
        {path: len(content) for path, content in expected.items()}
    for path, content in expected.items():
        assert source.content(resolved["id"], path) == content, path
    (mlmodel,) = (file for file in resolved["files"] if file["path"] == "MLmodel")
    assert mlmodel["sha256"] == hashlib.sha256(expected["MLmodel"]).hexdigest()


def test_it_tells_the_run_the_commit_the_signature_and_the_time(registry):
    lineage = registry.server.source("mlflow://fraud/1").resolve()["lineage"]
    assert lineage["run"] == registry.runs[0]
    assert lineage["commit"] == "c0ffee1"
    assert lineage["signature"].startswith("tensor float64 [-1,3] -> tensor int64")
    assert lineage["trainedAt"].endswith("Z")


def test_latest_a_stage_and_a_number_are_versions(registry):
    assert registry.server.source("mlflow://fraud/latest").resolve()["version"] == "2"
    registry.client.transition_model_version_stage("fraud", "1", "Production")
    assert registry.server.source("mlflow://fraud/Production").resolve()["version"] == "1"
    assert registry.server.source("mlflow://fraud/2").resolve()["version"] == "2"


def test_a_model_of_a_run_has_the_files_of_its_version(registry):
    of_run = registry.server.source(f"runs:/{registry.runs[0]}/model").resolve()
    assert of_run["files"] == registry.server.source("mlflow://fraud/1").resolve()["files"]


def test_an_alias_that_moves_is_another_id_and_the_old_one_still_has_its_files(registry):
    source = registry.server.source("mlflow://fraud@moving")
    registry.client.set_registered_model_alias("fraud", "moving", "1")
    before = source.resolve()
    registry.client.set_registered_model_alias("fraud", "moving", "2")
    after = source.resolve()
    assert after["version"] == "2" and after["id"] != before["id"]
    assert source.files(before["id"]) == before["files"]


def test_the_same_version_resolved_twice_is_the_same(registry):
    source = registry.server.source("mlflow://fraud/2")
    assert source.resolve() == source.resolve()


def test_artifacts_that_are_written_over_no_longer_are_the_id(registry):
    registry.runs.append(registry._log(3))
    source = registry.server.source("mlflow://fraud/3")
    before = source.resolve()
    (mlmodel,) = [path for path in registry.server.artifacts.rglob("MLmodel")
                  if registry.runs[-1] in path.read_text()]
    text = mlmodel.read_text()
    mlmodel.write_text(text.replace("utc_time_created: '2", "utc_time_created: '3"))  # of the same length
    assert mlmodel.read_text() != text
    assert source.resolve()["id"] != before["id"]
    with pytest.raises(Refused, match="have changed since they were resolved"):
        source.files(before["id"])


def test_what_does_not_exist_is_told_in_mlflows_words(registry):
    for uri, words in (("mlflow://fraud@nobody", "answered 400: .*alias nobody not found"),
                       ("mlflow://fraud/99", "answered 404: .*99.*not found"),
                       ("mlflow://other/latest", "not found|no such version"),
                       ("mlflow://fraud/Archived", "no such version"),
                       ("runs:/0123456789abcdef0123456789abcdef/model", "answered 404: .*not found")):
        with pytest.raises(Refused, match=words):
            registry.server.source(uri).resolve()


def test_a_version_without_artifacts_is_refused(registry):
    run = registry.runs[0]
    version = registry.client.create_model_version("fraud", f"runs:/{run}/nothing", run_id=run).version
    with pytest.raises(Refused, match="has no files"):
        registry.server.source(f"mlflow://fraud/{version}").resolve()


def test_a_version_that_is_not_ready_is_refused(registry):
    with registry.server.status_of("fraud", 2, "PENDING_REGISTRATION"):
        with pytest.raises(Refused, match="version 2 of fraud is PENDING_REGISTRATION"):
            registry.server.source("mlflow://fraud/2").resolve()
    assert registry.server.source("mlflow://fraud/2").resolve()


def test_artifacts_that_the_server_does_not_hand_out_are_refused_with_the_way_out(registry):
    registry.client.create_registered_model("elsewhere")
    registry.client.create_model_version("elsewhere", "s3://bucket/model")
    with pytest.raises(Refused, match="start it with --serve-artifacts"):
        registry.server.source("mlflow://elsewhere/1").resolve()
