"""Models that registries' own clients push into a real one, as Serin reads and fetches them."""

import hashlib
import json
import os
import pathlib
import subprocess

import pytest
from oci_registry import HASH, IDENTITY_TOKEN, ISSUER, PASSWORD, SECRET, SERVICE, USER, OciRegistry, Tokens, layout

from rig import FETCH, Refused


@pytest.fixture(scope="module")
def tokens(tmp_path_factory):
    server = Tokens(tmp_path_factory.mktemp("tokens"))
    yield server
    server.stop()


@pytest.fixture(scope="module")
def registry(tokens, tmp_path_factory):
    server = OciRegistry(tmp_path_factory.mktemp("registry"), {
        "token": {"realm": tokens.realm, "service": SERVICE, "issuer": ISSUER, "rootcertbundle": str(tokens.bundle)}})
    try:
        server.wait_until_ready()
        yield server
    finally:
        server.stop()


@pytest.fixture
def model(tmp_path):
    folder = tmp_path / "model"
    (folder / "onnx").mkdir(parents=True)
    (folder / "config.json").write_text("{}")
    (folder / "onnx" / "model.onnx").write_bytes(b"weights" * 1000)
    return folder


def content(folder):
    return {str(path.relative_to(folder)): os.readlink(path) if path.is_symlink() else path.read_bytes()
            for path in sorted(folder.rglob("*"))
            if (path.is_file() or path.is_symlink()) and path.name != ".serin-complete"}


def fetch(registry, reference, identity, into, *options, credentials=SECRET):
    environment = {"PATH": os.environ["PATH"], **credentials}
    done = subprocess.run([FETCH, "--uri", f"oci://registry.example/{reference}", "--endpoint", registry.address,
                           "--id", identity, "--into", into, *options], capture_output=True, env=environment,
                          timeout=60, text=True)
    return done.returncode, done.stderr


def fetched(*arguments, **more):
    code, words = fetch(*arguments, **more)
    assert code == 0, words
    return content(pathlib.Path(arguments[3]))


def test_an_artifact_of_oras_is_its_files_and_its_folders(registry, model, tmp_path):
    digest = registry.push_files("ml/fraud:13", model, ["config.json", "onnx"])
    source = registry.source("ml/fraud:13")
    resolved = source.resolve()
    assert resolved["id"] == f"oci:registry.example/ml/fraud@{digest}"
    assert resolved["version"].startswith("13-")
    assert resolved["files"][0]["path"] == "config.json"
    assert source.content(resolved["id"], "config.json") == b"{}"
    assert fetched(registry, "ml/fraud:13", resolved["id"], tmp_path / "into") == \
        {"config.json": b"{}", "onnx/model.onnx": b"weights" * 1000}


def test_a_tag_that_moves_is_another_id_and_the_old_bytes_stay(registry, model, tmp_path):
    registry.push_files("ml/moves:prod", model, ["config.json"])
    source = registry.source("ml/moves:prod")
    before = source.resolve()
    (model / "config.json").write_text('{"version": 2}')
    registry.push_files("ml/moves:prod", model, ["config.json"])
    assert source.resolve()["id"] != before["id"]
    assert fetched(registry, "ml/moves:prod", before["id"], tmp_path / "into") == {"config.json": b"{}"}
    by_digest = "ml/moves@" + before["id"].split("@")[1]
    assert registry.source(by_digest).resolve()["id"] == before["id"]


def test_credentials_open_what_is_closed_and_are_not_needed_for_what_is_open(registry, tokens, model):
    registry.push_files("open/fraud:1", model, ["config.json"])
    assert registry.source("open/fraud:1", credentials={}).resolve()["files"]
    registry.push_files("ml/closed:1", model, ["config.json"])
    with pytest.raises(Refused, match="or it is private and no credentials are stated"):
        registry.source("ml/closed:1", credentials={}).resolve()
    wrong = {"OCI_USERNAME": USER, "OCI_PASSWORD": "not-the-password"}
    with pytest.raises(Refused, match="UNAUTHORIZED: wrong password") as refused:
        registry.source("ml/closed:1", credentials=wrong).resolve()
    assert "not-the-password" not in str(refused.value)
    entry = {"username": USER, "password": PASSWORD}
    docker = {"SERIN_DOCKER_CONFIG": json.dumps({"auths": {"registry.example": entry}}, indent=1)}
    assert registry.source("ml/closed:1", credentials=docker).resolve()["files"]


def test_an_identity_token_of_a_login_opens_what_is_closed(registry, model):
    registry.push_files("ml/login:1", model, ["config.json"])

    def docker(token):
        # The name stands for nobody, as Azure's logins have it.
        entry = {"auth": "MDAwMDAwMDAtMDAwMC0wMDAwLTAwMDAtMDAwMDAwMDAwMDAwOg==", "identitytoken": token}
        return {"SERIN_DOCKER_CONFIG": json.dumps({"auths": {"registry.example": entry}})}
    source = registry.source("ml/login:1", credentials=docker(IDENTITY_TOKEN))
    assert source.content(source.resolve()["id"], "config.json") == b"{}"
    with pytest.raises(Refused, match="UNAUTHORIZED: identity token is none") as refused:
        registry.source("ml/login:1", credentials=docker("another/token+of=tests")).resolve()
    assert "another" not in str(refused.value)


def test_a_token_is_asked_for_once_a_look_and_anew_when_it_ends(registry, tokens, model, tmp_path):
    for number in range(6):
        (model / f"{number}.bin").write_bytes(b"x" * (number + 1))
    registry.push_files("ml/many:1", model, [f"{number}.bin" for number in range(6)])
    source = registry.source("ml/many:1")
    tokens.asked.clear()
    identity = source.resolve()["id"]
    assert tokens.asked == ["repository:ml/many:pull"]
    tokens.asked.clear()
    assert len(fetched(registry, "ml/many:1", identity, tmp_path / "once")) == 6
    assert len(tokens.asked) == 1
    tokens.seconds = 0
    try:
        assert len(fetched(registry, "ml/many:1", identity, tmp_path / "anew")) == 6
    finally:
        tokens.seconds = 300
    assert len(tokens.asked) > 3


def test_a_blob_that_was_corrupted_never_appears(registry, model, tmp_path):
    registry.push_files("ml/broken:1", model, ["config.json"])
    identity = registry.source("ml/broken:1").resolve()["id"]
    digest = hashlib.sha256(b"{}").hexdigest()
    blob = registry.log.parent / "blobs/docker/registry/v2/blobs/sha256" / digest[:2] / digest / "data"
    blob.write_bytes(b"[]")
    try:
        code, words = fetch(registry, "ml/broken:1", identity, tmp_path / "into")
    finally:
        blob.write_bytes(b"{}")
    assert code == 1 and f"should be {digest}" in words
    assert not (tmp_path / "into" / "config.json").exists()


def test_what_does_not_exist_is_told(registry, model):
    registry.push_files("ml/fraud:13", model, ["config.json"])
    with pytest.raises(Refused, match="answered 404: MANIFEST_UNKNOWN: manifest unknown"):
        registry.source("ml/fraud:no-such-tag").resolve()


def test_a_registry_that_wants_a_password_gets_it(model, tmp_path):
    words = tmp_path / "words"
    words.write_text(f"{USER}:{HASH}\n")
    server = OciRegistry(tmp_path, {"htpasswd": {"realm": "of the tests", "path": str(words)}})
    try:
        server.wait_until_ready()
        server.push_image("ml/fraud:1", layout(tmp_path / "layout", [{"model.bin": b"weights"}]))
        identity = server.source("ml/fraud:1").resolve()["id"]
        assert fetched(server, "ml/fraud:1", identity, tmp_path / "into") == {"model.bin": b"weights"}
        with pytest.raises(Refused, match="answered 401: UNAUTHORIZED"):
            server.source("ml/fraud:1", credentials={}).resolve()
    finally:
        server.stop()


LAYERS = [
    {"etc/": None, "etc/mtab": "/proc/mounts", "models/": None, "models/a.bin": b"a1", "models/b.bin": b"b1",
     "models/old/": None, "models/old/x": b"x1", "models/cache/": None, "models/cache/y": b"y1"},
    {"models/a.bin": b"a2", "models/.wh.b.bin": b"", "models/old/.wh..wh..opq": b"", "models/old/z": b"z2",
     "models/.wh.cache": b"", "models/latest": "a.bin"},
]


@pytest.mark.parametrize("packing", [[], ["--dest-compress-format=gzip"], ["--dest-compress-format=zstd"],
                                     ["--format=v2s2"]])
def test_an_image_is_what_its_layers_make_of_each_other(registry, tmp_path, packing):
    registry.push_image("ml/image:1", layout(tmp_path / "layout", LAYERS), *packing)
    source = registry.source("ml/image:1")
    identity = source.resolve()["id"]
    assert fetched(registry, "ml/image:1", identity, tmp_path / "into", "--include", "models/**") == \
        {"models/a.bin": b"a2", "models/latest": "a.bin", "models/old/z": b"z2"}
    code, words = fetch(registry, "ml/image:1", identity, tmp_path / "all")
    assert code == 1 and 'entry "etc/mtab" is refused: it is a link, and it leads to an absolute path' in words


def test_layers_of_an_image_that_lead_out_are_refused(registry, tmp_path):
    for number, (entries, words) in enumerate([
            ({"../evil": b"x"}, 'it has ".."'),
            ({"l": "models", "models/": None, "l/evil": b"x"}, "on the way is a link"),
            ({"a": b"1", "a/b": b"2"}, "is a link or a file")]):
        registry.push_image(f"ml/evil:{number}", layout(tmp_path / f"layout-{number}", [{"models/a": b"a"}, entries]))
        identity = registry.source(f"ml/evil:{number}").resolve()["id"]
        code, said = fetch(registry, f"ml/evil:{number}", identity, tmp_path / f"into-{number}")
        assert code == 1 and words in said, said
        assert not (tmp_path / "evil").exists()
