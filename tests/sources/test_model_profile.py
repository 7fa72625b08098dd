"""A profile that goes with a model of MLflow: of the columns that the model's own signature names, and among its files."""

import json
import pathlib
import sys

import mlflow
import mlflow.sklearn
import numpy
import pandas
from sklearn.linear_model import LogisticRegression

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "deploy" / "profile" / "src"))

from serin_profile import cli, columns_of  # noqa: E402


def test_a_profile_of_the_signatures_columns_is_read_among_the_models_files(mlflow_server, tmp_path):
    """As docs/profiles.md has it."""
    mlflow.set_tracking_uri(mlflow_server.address)
    mlflow.set_experiment("profiles")
    random = numpy.random.default_rng(5)
    x = pandas.DataFrame({"income": random.normal(30, 9, 400).round(2), "age": random.integers(18, 80, 400)})
    y = (x["income"] > 30).astype(int)
    with mlflow.start_run():
        logged = mlflow.sklearn.log_model(LogisticRegression().fit(x, y), name="model", input_example=x[:2],
                                          pip_requirements=["scikit-learn"])  # stated, for guessing takes long
    folder = pathlib.Path(mlflow.artifacts.download_artifacts(logged.model_uri, dst_path=str(tmp_path / "model")))
    assert [(name, column.type) for name, column in columns_of(folder).items()] == [("income", "double"), ("age", "long")]

    x.assign(label=y)[["label", "age", "income"]].to_csv(tmp_path / "train.csv", index_label="row")
    profile = tmp_path / "profile.json"
    assert cli.main([str(tmp_path / "train.csv"), "--mlmodel", str(folder), "-o", str(profile)]) == 0
    assert list(json.loads(profile.read_text())["features"]) == ["income", "age"]

    mlflow.MlflowClient().log_model_artifact(logged.model_id, str(profile))
    version = mlflow.register_model(logged.model_uri, "scored").version
    source = mlflow_server.source(f"mlflow://scored/{version}")
    assert source.content(source.resolve()["id"], "profile.json") == profile.read_bytes()
