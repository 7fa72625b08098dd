"""The manifest that serin-source prints of a model in a store: sha256sum takes it, and so does serin-fetch."""

import hashlib
import os
import subprocess

import pytest

from authority import Authority
from hub import REPOSITORY
from rig import FETCH, PROGRAM, Refused, Source
from web_server import WebServer

FILES = {"MLmodel": b"flavors: {}\n", "data/weights 1.bin": bytes(range(256)) * 5000, "empty": b"",
         "sub/ünï code.txt": b"u"}
LARGE = ["data/weights 1.bin"]


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def fetch(source, into, *options):
    done = subprocess.run([FETCH, "--uri", source.uri, *source.options, "--into", into, *options],
                          capture_output=True, env={"PATH": os.environ["PATH"], **(source.credentials or {})},
                          timeout=60, text=True)
    return done.returncode, done.stderr


def checked_by_sha256sum(folder, manifest):
    return subprocess.run(["sha256sum", "--check", "--strict", "--quiet"], cwd=folder, input=manifest, text=True,
                          capture_output=True)


@pytest.fixture
def model(hub):
    hub.commit(FILES, LARGE)
    return Source(f"hf://{REPOSITORY}", "--endpoint", hub.address)


def test_sha256sum_accepts_it_and_prints_the_same(model, tmp_path):
    manifest = model.manifest()
    assert fetch(model, tmp_path / "into")[0] == 0
    done = checked_by_sha256sum(tmp_path / "into", manifest)
    assert done.returncode == 0, done.stdout + done.stderr
    printed = subprocess.run("find . -type f ! -path './.serin-*' -printf '%P\\0' | LC_ALL=C sort -z | xargs -0 sha256sum",
                             shell=True, cwd=tmp_path / "into", capture_output=True, text=True, check=True).stdout
    assert manifest == printed
    (tmp_path / "into" / "MLmodel").write_text("another\n")
    assert "MLmodel: FAILED" in checked_by_sha256sum(tmp_path / "into", manifest).stdout


def test_serin_fetch_takes_it_and_its_own_digest_and_no_other_bytes(model, hub, tmp_path):
    manifest = model.manifest()
    for name, stated in (("lines", manifest), ("digest", sha256(manifest.encode()))):
        code, words = fetch(model, tmp_path / name, "--sha256", stated)
        assert code == 0, words
    hub.commit({**FILES, "MLmodel": b"flavors: []\n"}, LARGE)
    code, words = fetch(model, tmp_path / "other", "--sha256", manifest)
    assert code == 1 and sha256(b"flavors: []\n") in words and sha256(FILES["MLmodel"]) in words, words


def test_what_the_store_says_is_not_read_and_the_rest_is(model, hub):
    hub.seen.clear()
    manifest = model.manifest()
    assert f"{sha256(FILES[LARGE[0]])}  {LARGE[0]}\n" in manifest
    assert not [path for _, path, _ in hub.seen if "weights" in path]
    assert [path for _, path, _ in hub.seen if path.endswith("/MLmodel")]


def test_it_is_of_the_id_that_is_stated(model, hub):
    before, manifest = model.resolve()["id"], model.manifest()
    hub.commit({**FILES, "MLmodel": b"flavors: []\n"}, LARGE)
    assert model.manifest("--id", before) == manifest != model.manifest()


def test_globs_choose_its_lines(model):
    lines = model.manifest("--include", "data/").splitlines()
    assert lines == [f"{sha256(FILES[LARGE[0]])}  {LARGE[0]}"]


@pytest.mark.parametrize("command", [["manifest"], ["resolve"]])
def test_an_output_that_takes_nothing_is_told(model, command):
    with open("/dev/full", "w") as full:
        done = subprocess.run([PROGRAM, *command, model.uri, *model.options], stdout=full, stderr=subprocess.PIPE,
                              text=True, env={"PATH": os.environ["PATH"]}, timeout=60)
    assert done.returncode == 1 and "to the standard output" in done.stderr, done.stderr
    assert "which may stand for them" not in done.stderr


@pytest.mark.parametrize("uri, identity", [("git+https://example.com/a/b.git", "git:example.com/a/b.git@" + "a" * 40),
                                           ("https://example.com/model.tar.gz", "https:x"), ("pvc://claim", "pvc:claim")])
def test_of_what_is_unpacked_elsewhere_it_prints_the_commands_also_with_an_id(uri, identity):
    with pytest.raises(Refused, match=r"sha256sum --$"):
        Source(uri).manifest("--id", identity)


def test_it_can_be_signed_again_beside_the_one_before(model, hub):
    hub.commit({**FILES, "SHA256SUMS": model.manifest().encode(), "SHA256SUMS.sig": b"old"}, LARGE)
    assert "SHA256SUMS" in model.manifest()
    assert "SHA256SUMS" not in model.manifest("--verified")


def test_objects_of_a_bucket_are_read(s3_server):
    s3_server.client.create_bucket(Bucket="manifest")
    for path, data in FILES.items():
        s3_server.client.put_object(Bucket="manifest", Key=f"fraud/{path}", Body=data)
    manifest = s3_server.source("s3://manifest/fraud").manifest()
    assert f"{sha256(FILES['MLmodel'])}  MLmodel\n" in manifest and len(manifest.splitlines()) == len(FILES)


@pytest.fixture
def web(tmp_path):
    authority = Authority(tmp_path)
    server = WebServer(*authority.sign("DNS:localhost"))
    server.authority = authority.certificate
    yield server
    server.stop()


def test_one_file_of_a_web_server_is_one_line(web):
    source = Source(f"https://localhost:{web.server_port}/fraud.onnx", "--ca", web.authority)
    assert source.manifest() == f"{sha256(b'model')}  fraud.onnx\n"


def test_an_archive_is_refused_with_the_commands(web):
    source = Source(f"https://localhost:{web.server_port}/fraud.tar.gz", "--ca", web.authority)
    with pytest.raises(Refused, match=r"is known where they are unpacked; fetch it, .*serin-fetch --uri .*sha256sum"):
        source.manifest()


def test_what_the_store_refuses_is_told(web):
    web.authorization = "Bearer of the tests"
    with pytest.raises(Refused, match="answered 401"):
        Source(f"https://localhost:{web.server_port}/fraud.onnx", "--ca", web.authority).manifest()
    with pytest.raises(Refused, match="cannot read"):
        Source(f"https://localhost:{web.server_port}/fraud.onnx", "--ca", "/nowhere").manifest()
