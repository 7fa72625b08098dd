"""What Serin writes back to a real MLflow, as its own client sees it."""

import mlflow
import pytest

from rig import Refused, serin_source


@pytest.fixture
def client(mlflow_server):
    """Three versions of `told` without artifacts, which nobody reads here."""
    mlflow.set_tracking_uri(mlflow_server.address)
    client = mlflow.MlflowClient()
    client.create_registered_model("told")
    for _ in range(3):
        client.create_model_version("told", "s3://bucket/model")
    yield client
    client.delete_registered_model("told")


def report(server, *words, uri="mlflow://told@champion"):
    serin_source("report", uri, "--endpoint", server.address, *words)


def tags(client, version):
    return client.get_model_version("told", version).tags


def alias(client, name):
    return client.get_model_version_by_alias("told", name).version


def test_tags_are_set_and_written_over(mlflow_server, client):
    report(mlflow_server, "--model-version", 2, "--stage", "canary", "--outcome", "Pending", "--reason", "attempt 1")
    assert tags(client, "2")["serin.stage"] == "canary"
    report(mlflow_server, "--model-version", 2, "--stage", "rolled-back", "--outcome", "RolledBack",
           "--reason", 'it errs 4.1 % \u2014 "much"\nmore', uri="mlflow://told/3")
    assert tags(client, "2") == {
        "serin.stage": "rolled-back", "serin.outcome": "RolledBack", "serin.reason": 'it errs 4.1 % \u2014 "much" more',
        "serin.evidence": "serin-source report", "serin.deployment": "serin-source report"}
    assert not tags(client, "1")


def test_an_alias_is_made_and_moved(mlflow_server, client):
    for version in ("1", "2"):
        report(mlflow_server, "--model-version", version, "--alias", "champion")
        assert alias(client, "champion") == version


def test_an_alias_is_put_back_only_from_where_it_may(mlflow_server, client):
    client.set_registered_model_alias("told", "champion", "2")
    report(mlflow_server, "--model-version", 1, "--alias", "champion", "--from", 2)
    assert alias(client, "champion") == "1"
    client.set_registered_model_alias("told", "champion", "3")  # a person was quicker
    report(mlflow_server, "--model-version", 1, "--alias", "champion", "--from", 2)
    assert alias(client, "champion") == "3"
    report(mlflow_server, "--model-version", 1, "--alias", "nobody", "--from", 2)
    with pytest.raises(mlflow.exceptions.MlflowException, match="alias nobody not found"):
        alias(client, "nobody")


def test_what_is_gone_is_told_in_mlflows_words(mlflow_server, client):
    with pytest.raises(Refused, match="answered 404: .*not found"):
        report(mlflow_server, "--model-version", 99, "--stage", "stable")
    with pytest.raises(Refused, match="answered 404: .*not found"):
        report(mlflow_server, "--model-version", 99, "--alias", "champion")
    client.delete_model_version("told", "3")
    with pytest.raises(Refused, match="answered 404: .*not found"):
        report(mlflow_server, "--model-version", 3, "--stage", "superseded")


def test_an_alias_that_serin_lets_nobody_state_is_refused_by_mlflow_too(mlflow_server, client):
    for reserved in ("latest", "v13"):
        with pytest.raises(Refused, match="answered 400: .*reserved"):
            report(mlflow_server, "--model-version", 1, "--alias", reserved)
