"""Stores that a service account's token opens: servers of tokens that check it, before the stores' real servers."""

import json
import os
import subprocess

import pytest
from azure.storage.blob import BlobServiceClient

from authority import Authority
from azure_server import ACCOUNT, KEY, AzureServer
from rig import FETCH, Refused, Source
from s3_server import KEYS
from workload import SUBJECT, Cluster, Google, Login, Sts

FILES = {"config.json": b"{}", "sub/weights.bin": b"w" * 100_000, "tokenizer.json": b"[]"}


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    return Cluster(tmp_path_factory.mktemp("cluster"))


def serving(cloud):
    try:
        yield cloud
    finally:
        cloud.stop()


class Store:
    """A store with FILES below models/fraud. `variables`: how the clouds' webhooks describe the workload."""

    def __init__(self, cloud, uri, endpoint, options=(), variables=None):
        self.cloud, self.uri, self.options = cloud, uri, ("--endpoint", endpoint, *options)
        self.variables = variables

    def source(self, environment):
        return Source(self.uri, *self.options, credentials=environment)


@pytest.fixture
def s3(cluster, s3_server, request, tmp_path):
    bucket = request.node.name.split("[")[0].replace("_", "-")[-40:].strip("-")
    s3_server.client.create_bucket(Bucket=bucket)
    for path, content in FILES.items():
        s3_server.client.put_object(Bucket=bucket, Key=f"models/fraud/{path}", Body=content)
    for sts in serving(Sts(cluster, s3_server.address, KEYS)):
        yield Store(sts, f"s3://{bucket}/models/fraud", sts.address,
                    variables={**sts.environment, "AWS_WEB_IDENTITY_TOKEN_FILE": str(tmp_path / "token")})
    for entry in s3_server.client.list_objects_v2(Bucket=bucket)["Contents"]:
        s3_server.client.delete_object(Bucket=bucket, Key=entry["Key"])
    s3_server.client.delete_bucket(Bucket=bucket)


@pytest.fixture(scope="module")
def azure_over_tls(tmp_path_factory):
    """Azurite takes tokens over TLS alone."""
    folder = tmp_path_factory.mktemp("azure-tls")
    authority = Authority(folder)
    certificate, key = authority.sign("IP:127.0.0.1")
    server = AzureServer(folder, "--oauth", "basic", "--cert", certificate, "--key", key)
    server.authority = authority.certificate
    server.address = server.address.replace("http://", "https://")
    server.client = BlobServiceClient(f"{server.address}/{ACCOUNT}", credential=KEY,
                                      connection_verify=str(authority.certificate))
    try:
        server.wait_until_listening(60)
        yield server
    finally:
        server.stop()


@pytest.fixture
def azure(cluster, azure_over_tls, request, tmp_path):
    name = request.node.name.split("[")[0].replace("_", "-")[-40:].strip("-")
    container = azure_over_tls.client.create_container(name)
    for path, content in FILES.items():
        container.upload_blob(f"models/fraud/{path}", content)
    for login in serving(Login(cluster)):
        yield Store(login, f"azureblob://{ACCOUNT}/{name}/models/fraud", azure_over_tls.address,
                    ("--ca", azure_over_tls.authority),
                    {**login.environment, "AZURE_FEDERATED_TOKEN_FILE": str(tmp_path / "token")})
    container.delete_container()


@pytest.fixture
def google(cluster, gcs_server, request, tmp_path):
    name = request.node.name.split("[")[0].replace("_", "-")[-40:].strip("-")
    bucket = gcs_server.client.create_bucket(name)
    for path, content in FILES.items():
        bucket.blob(f"models/fraud/{path}").upload_from_string(content)
    for cloud in serving(Google(cluster, gcs_server.address)):
        account = tmp_path / "account.json"
        account.write_text(json.dumps(cloud.file(tmp_path / "token")))
        yield Store(cloud, f"gs://{name}/models/fraud", cloud.address,
                    variables={"GOOGLE_APPLICATION_CREDENTIALS": str(account)})
    bucket.delete(force=True)


@pytest.fixture(params=["s3", "azure", "google"])
def store(request):
    return request.getfixturevalue(request.param)


@pytest.fixture
def token(tmp_path):
    """The file of the token, as the kubelet writes it."""
    return tmp_path / "token"


def fetch(store, into, token, **environment):
    """As in a pod."""
    return subprocess.run(
        [FETCH, "--uri", store.uri, "--into", into, *store.options], capture_output=True, text=True, timeout=60,
        env={"PATH": os.environ["PATH"], "SERIN_SOURCE_IDENTITY": json.dumps(store.cloud.identity),
             "SERIN_SOURCE_IDENTITY_TOKEN": str(token), **environment})


def test_it_opens_by_the_names_that_the_clouds_own_webhooks_use(store, cluster, token):
    token.write_text(cluster.token(store.cloud.audience) + "\n")
    source = store.source(store.variables)
    resolved = source.resolve()
    assert {file["path"]: file["size"] for file in resolved["files"]} == \
        {path: len(content) for path, content in FILES.items()}
    assert source.content(resolved["id"], "sub/weights.bin") == FILES["sub/weights.bin"]
    assert store.cloud.asked == [SUBJECT, SUBJECT]  # one exchange for each of the two processes


def test_nobody_in_particular_is_not_let_in(store):
    with pytest.raises(Refused, match="answered 40[134]"):
        store.source({}).resolve()


def test_a_pod_fetches_by_the_token_of_its_service_account(store, cluster, token, tmp_path):
    token.write_text(cluster.token(store.cloud.audience))
    done = fetch(store, tmp_path / "models", token)
    assert done.returncode == 0, done.stderr
    for path, content in FILES.items():
        assert (tmp_path / "models" / path).read_bytes() == content, path
    assert store.cloud.asked == [SUBJECT]
    assert "eyJ" not in done.stderr


def test_keys_that_have_ended_are_renewed_during_a_fetch(s3, cluster, token, tmp_path):
    """Here they end as they come, and S3's clock is late."""
    s3.cloud.seconds, s3.cloud.gate.late = 0, 60
    token.write_text(cluster.token(s3.cloud.audience))
    done = fetch(s3, tmp_path / "models", token)
    assert done.returncode == 0, done.stderr
    assert len(s3.cloud.asked) > len(FILES)


@pytest.mark.parametrize("wrong", ["subject", "audience", "ended"])
def test_a_token_that_the_cloud_does_not_trust_is_told_and_not_repeated(store, cluster, token, wrong, tmp_path):
    token.write_text(cluster.token("https://kubernetes.default.svc" if wrong == "audience" else store.cloud.audience,
                                   "system:serviceaccount:ml:other" if wrong == "subject" else SUBJECT,
                                   -60 if wrong == "ended" else 600))
    done = fetch(store, tmp_path / "models", token)
    assert done.returncode == 1
    last = done.stderr.splitlines()[-1]
    assert f"POST {store.cloud.address}" in last and "answered 40" in last, done.stderr
    assert "eyJ" not in done.stderr
    assert store.cloud.asked == []


def test_a_file_of_the_token_that_is_missing_or_empty_has_its_own_sentence(store, token, tmp_path):
    done = fetch(store, tmp_path / "models", token)
    assert done.returncode == 1
    assert f"the workload's token is not to be had: there is no file {token}; see that" in done.stderr
    token.write_text("\n")
    done = fetch(store, tmp_path / "models", token)
    assert done.returncode == 1
    assert f"the file {token} with the workload's token is empty" in done.stderr


def test_what_was_damaged_on_its_way_is_fetched_anew_once(google, cluster, token, tmp_path):
    """By the MD5 that the store keeps of each object."""
    token.write_text(cluster.token(google.cloud.audience))
    google.cloud.damage = 1
    done = fetch(google, tmp_path / "models", token)
    assert done.returncode == 0, done.stderr
    assert "its MD5 is " in done.stderr and "it is fetched anew" in done.stderr
    for path, content in FILES.items():
        assert (tmp_path / "models" / path).read_bytes() == content, path
    google.cloud.damage = 100
    done = fetch(google, tmp_path / "again", token)
    assert done.returncode == 1 and "also when it was fetched anew" in done.stderr
    assert not any((tmp_path / "again" / path).exists() for path in FILES)


def test_of_keys_and_a_role_the_keys_count(s3, s3_server):
    source = Source(s3.uri, "--endpoint", s3_server.address, credentials={**s3.variables, **KEYS})
    assert len(source.resolve()["files"]) == len(FILES)
    assert s3.cloud.asked == []


def test_a_roles_session_has_the_name_of_the_service_account_or_its_own(s3, cluster, token, tmp_path):
    token.write_text(cluster.token(s3.cloud.audience))
    assert fetch(s3, tmp_path / "models", token).returncode == 0
    s3.source({**s3.variables, "AWS_ROLE_SESSION_NAME": "night@batch"}).resolve()
    assert s3.cloud.names == ["serin-fraud", "night@batch"]


def test_googles_token_may_be_a_field_of_json_and_needs_no_service_account_of_googles(google, cluster, token, tmp_path):
    token.write_text(json.dumps({"id_token": cluster.token(google.cloud.audience)}))
    account = google.cloud.file(token, format={"type": "json", "subject_token_field_name": "id_token"})
    del account["service_account_impersonation_url"]
    (tmp_path / "account.json").write_text(json.dumps(account))
    assert len(google.source(google.variables).resolve()["files"]) == len(FILES)


def test_an_external_account_within_a_key_names_no_file(google, cluster, token, tmp_path):
    token.write_text(cluster.token(google.cloud.audience))
    with pytest.raises(Refused, match="names a file of the machine where it is read"):
        google.source({"GOOGLE_APPLICATION_CREDENTIALS_JSON": (tmp_path / "account.json").read_text()}).resolve()
    assert google.cloud.asked == []
