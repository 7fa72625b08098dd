"""What a model's bytes have to be: stated digests, signed manifests, and folders that are there."""

import hashlib
import io
import os
import subprocess
import tarfile

import pytest
from rig import fetch, tree

MODEL = {"MLmodel": b"flavors: {}\n", "data/config.json": b"{}\n", "data/empty": b"",
         "data/model.bin": b"weights" * 1000}


def digest(data):
    return hashlib.sha256(data).hexdigest()


def manifest(files, sign="  "):
    return "".join(f"{digest(data)}{sign}{path}\n" for path, data in sorted(files.items()))


def register(registry, files):
    for path, data in files.items():
        registry.put(f"fraud/{path}", data)


def untouched(into):
    """Nothing of a model is where the server looks for it."""
    return [name for name in os.listdir(into) if not name.startswith(".serin-")] == []


@pytest.fixture(params=["p256", "p384", "ed25519"])
def keys(request, tmp_path):
    return make_keys(tmp_path, request.param)


@pytest.fixture
def one_key(tmp_path):
    return make_keys(tmp_path, "p256")


def make_keys(folder, kind):
    kinds = {"p256": ["EC", "-pkeyopt", "ec_paramgen_curve:P-256"],
             "p384": ["EC", "-pkeyopt", "ec_paramgen_curve:P-384"], "ed25519": ["ED25519"]}
    private, public = folder / "cosign.key", folder / "cosign.pub"
    run(folder, "genpkey", "-algorithm", *kinds[kind], "-out", private)
    run(folder, "pkey", "-in", private, "-pubout", "-out", public)

    def sign(text, base64=True):
        (folder / "text").write_bytes(text)
        how = (["pkeyutl", "-sign", "-inkey", private, "-rawin", "-in", "text"] if kind == "ed25519"
               else ["dgst", "-sha256", "-sign", private])
        run(folder, *how, "-out", "signature", *([] if kind == "ed25519" else ["text"]))
        if base64:
            run(folder, "base64", "-A", "-in", "signature", "-out", "signature.b64")
        return (folder / ("signature.b64" if base64 else "signature")).read_bytes()
    return public, sign


def run(folder, *arguments):
    subprocess.run(["openssl", *map(str, arguments)], cwd=folder, check=True, capture_output=True)


def signed(files, sign, **how):
    sums = manifest(files).encode()
    return {**files, "SHA256SUMS": sums, "SHA256SUMS.sig": sign(sums, **how)}


# Stated digests.


def test_a_file_whose_digest_is_stated_serves(get, web, into, small):
    web.put("model.bin", small)
    ended = get("model.bin", "--sha256", digest(small))
    assert ended.code == 0, ended.text
    assert tree(into) == {"model.bin": small}


def test_a_file_with_another_digest_than_stated_never_appears(get, web, into, small):
    web.put("model.bin", small)
    ended = get("model.bin", "--sha256", digest(b"another"))
    assert ended.code == 1 and untouched(into)
    assert f"model.bin: its SHA-256 is {digest(small)} and should be {digest(b'another')}" in ended.lines[-1]
    assert "so it never serves" in ended.lines[-1]


def test_a_digest_that_the_store_tells_otherwise_fails_before_anything_is_fetched(get, web, into, small):
    web.put("model.bin", small, digest=True)
    ended = get("model.bin", "--sha256", digest(b"another"))
    assert ended.code == 1
    assert f"model.bin: its SHA-256 is {digest(small)}, and spec.model.source.sha256 says" in ended.lines[-1]
    assert web.gets("model.bin") == []


def test_the_digest_of_several_files_is_that_of_their_manifest(pull, registry, into):
    register(registry, MODEL)
    ended = pull("--sha256", digest(manifest(MODEL).encode()))
    assert ended.code == 0, ended.text
    assert tree(into) == MODEL


def test_another_manifest_than_stated_never_serves(pull, registry, into):
    register(registry, {**MODEL, "extra": b"x"})
    ended = pull("--sha256", digest(manifest(MODEL).encode()))
    assert ended.code == 1 and untouched(into)
    assert "the manifest of the model's 5 files" in ended.lines[-1]


@pytest.mark.parametrize("sign", ["  ", " *", "  ./"])
def test_a_manifest_may_be_stated_itself(pull, registry, into, sign):
    register(registry, MODEL)
    ended = pull(SERIN_SOURCE_SHA256=manifest(MODEL, sign))
    assert ended.code == 0, ended.text
    assert tree(into) == MODEL


@pytest.mark.parametrize("changed, said", [
    ({"data/model.bin": b"tampered"}, f"data/model.bin: its SHA-256 is {digest(b'tampered')} and should be "
                                      f"{digest(MODEL['data/model.bin'])}"),
    ({"extra": b"x"}, "extra is not in spec.model.source.sha256"),
    ({"MLmodel": None}, "MLmodel is missing: spec.model.source.sha256 has its digest"),
])
def test_a_file_that_is_wrong_missing_or_too_many_never_serves(pull, registry, into, changed, said):
    files = {path: data for path, data in {**MODEL, **changed}.items() if data is not None}
    register(registry, {**files, "data/more": b""} if "MLmodel" in changed else files)
    ended = pull(SERIN_SOURCE_SHA256=manifest({**MODEL, **({"data/more": b""} if "MLmodel" in changed else {})}))
    assert ended.code == 1 and untouched(into)
    assert said in ended.lines[-1]


def test_what_was_checked_is_known_by_the_next_start_and_anew_when_more_is_wanted(pull, registry, into):
    register(registry, MODEL)
    assert pull().code == 0
    assert pull(SERIN_SOURCE_SHA256=manifest({**MODEL, "MLmodel": b"x"})).code == 1
    assert pull(SERIN_SOURCE_SHA256=manifest(MODEL)).code == 0
    ended = pull(SERIN_SOURCE_SHA256=manifest(MODEL))
    assert ended.code == 0 and "is in" in ended.lines[-1] and "already" in ended.lines[-1]


def archive(files):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as tar:
        for path, data in files.items():
            info = tarfile.TarInfo(path)
            if data is None:
                info.type, info.linkname = tarfile.SYMTYPE, "MLmodel"
            else:
                info.size = len(data)
            tar.addfile(info, io.BytesIO(data or b""))
    return out.getvalue()


def test_the_digest_of_an_archive_is_of_the_archive_itself(get, web, into):
    packed = archive(MODEL)
    web.put("model.tar.gz", packed)
    ended = get("model.tar.gz", "--sha256", digest(packed))
    assert ended.code == 0, ended.text
    assert tree(into) == MODEL
    ended = get("model.tar.gz", "--sha256", digest(b"another"))
    assert ended.code == 1 and f"model.tar.gz: its SHA-256 is {digest(packed)}" in ended.lines[-1]


def test_the_manifest_of_an_archive_is_of_what_is_in_it(get, web, into):
    web.put("model.tar.gz", archive(MODEL))
    ended = get("model.tar.gz", SERIN_SOURCE_SHA256=manifest(MODEL))
    assert ended.code == 0, ended.text
    assert tree(into) == MODEL


def test_a_link_in_an_archive_is_no_file_of_a_manifest(get, web, into):
    web.put("model.tar.gz", archive({**MODEL, "link": None}))
    ended = get("model.tar.gz", SERIN_SOURCE_SHA256=manifest(MODEL))
    assert ended.code == 1 and untouched(into)
    assert "link is a link" in ended.lines[-1]


# Signatures.


@pytest.mark.parametrize("base64", [True, False])
def test_a_signed_model_serves(pull, registry, into, keys, base64):
    public, sign = keys
    files = signed(MODEL, sign, base64=base64)
    register(registry, files)
    ended = pull("--public-key", public, "--include", "data/", "--include", "MLmodel")
    assert ended.code == 0, ended.text
    assert tree(into) == files


def test_a_file_that_was_changed_after_it_was_signed_never_serves(pull, registry, into, one_key):
    public, sign = one_key
    register(registry, {**signed(MODEL, sign), "data/model.bin": b"tampered"})
    ended = pull("--public-key", public)
    assert ended.code == 1 and untouched(into)
    assert f"data/model.bin: its SHA-256 is {digest(b'tampered')} and should be" in ended.lines[-1]


def test_a_manifest_that_was_changed_fetches_nothing_else(pull, registry, into, one_key):
    public, sign = one_key
    tampered = {**MODEL, "data/model.bin": b"tampered"}
    register(registry, {**signed(MODEL, sign), **tampered, "SHA256SUMS": manifest(tampered).encode()})
    ended = pull("--public-key", public)
    assert ended.code == 1 and untouched(into)
    assert "SHA256SUMS.sig: the signature is not of this text by this key" in ended.lines[-1]
    assert registry.gets("model.bin") == []


def test_a_model_that_is_not_signed_says_how_to_sign_it(pull, registry, into, one_key):
    register(registry, MODEL)
    ended = pull("--public-key", one_key[0])
    assert ended.code == 1 and untouched(into)
    assert "the model has no SHA256SUMS, and spec.model.source.verify wants one" in ended.lines[-1]
    assert "cosign sign-blob" in ended.lines[-1]


def test_a_public_key_that_is_not_there_is_told(pull, registry, into, tmp_path, one_key):
    register(registry, signed(MODEL, one_key[1]))
    ended = pull("--public-key", tmp_path / "none.pub")
    assert ended.code == 1 and untouched(into)
    assert "see the name and the key of spec.model.source.verify.publicKeySecret" in ended.lines[-1]


def test_a_signed_archive_serves_and_a_changed_one_does_not(get, web, into, one_key):
    public, sign = one_key
    files = signed(MODEL, sign)
    web.put("model.tar.gz", archive(files))
    ended = get("model.tar.gz", "--public-key", public)
    assert ended.code == 0, ended.text
    assert tree(into) == files
    web.put("model.tar.gz", archive({**files, "MLmodel": b"tampered"}), etag='"two"')
    ended = get("model.tar.gz", "--public-key", public)
    assert ended.code == 1
    assert f"MLmodel: its SHA-256 is {digest(b'tampered')}, and SHA256SUMS, which is signed, says" in ended.lines[-1]
    assert (into / "MLmodel").read_bytes() == MODEL["MLmodel"]


# Folders that are there.


@pytest.fixture
def folder(tmp_path):
    out = tmp_path / "claim"
    for path, data in MODEL.items():
        (out / path).parent.mkdir(parents=True, exist_ok=True)
        (out / path).write_bytes(data)
    return out


def test_a_folder_is_held_against_what_is_stated(folder):
    right = digest(manifest(MODEL).encode())
    ended = fetch("--check", folder, "--sha256", right)
    assert ended.code == 0 and f"all 4 files of {folder} are what they have to be" in ended.text
    (folder / "data" / "model.bin").write_bytes(b"tampered")
    ended = fetch("--check", folder, "--sha256", right)
    assert ended.code == 1 and "the manifest of the model's 4 files" in ended.lines[-1]
    ended = fetch("--check", folder, SERIN_SOURCE_SHA256=manifest(MODEL))
    assert ended.code == 1
    assert f"data/model.bin: its SHA-256 is {digest(b'tampered')}, and spec.model.source.sha256 says" in ended.lines[-1]


def test_a_folder_is_held_against_its_signature(folder, one_key):
    public, sign = one_key
    for path, data in signed(MODEL, sign).items():
        (folder / path).write_bytes(data)
    assert fetch("--check", folder, "--public-key", public).code == 0
    (folder / "extra").write_bytes(b"")
    ended = fetch("--check", folder, "--public-key", public)
    assert ended.code == 1
    assert f"extra (SHA-256 {digest(b'')}) is not in SHA256SUMS, which is signed," in ended.lines[-1]


def test_a_folder_that_is_not_there_is_told(tmp_path):
    ended = fetch("--check", tmp_path / "none", "--sha256", "a" * 64)
    assert ended.code == 1 and "cannot be read: No such file or directory" in ended.lines[-1]


def test_the_manifest_that_the_documentation_makes_is_the_right_one(folder):
    command = "find . -type f ! -path './SHA256SUMS*' -printf '%P\\0' | LC_ALL=C sort -z | xargs -0 sha256sum"
    text = subprocess.run(command, shell=True, cwd=folder, check=True, capture_output=True).stdout
    assert fetch("--check", folder, "--sha256", digest(text)).code == 0


def test_a_file_of_a_claim_is_held_against_the_one_line_that_is_stated_whatever_it_is_called(tmp_path):
    mounted = tmp_path / "models"
    mounted.write_bytes(b"model")
    assert fetch("--check", mounted, "--sha256", f"{digest(b'model')}  fraud/model.bin").code == 0
    ended = fetch("--check", mounted, "--sha256", f"{digest(b'other')}  fraud/model.bin")
    assert ended.code == 1
    assert f"fraud/model.bin: its SHA-256 is {digest(b'model')}, and" in ended.lines[-1]
    two = f"{digest(b'model')}  model.bin\n{digest(b'x')}  x"
    assert fetch("--check", mounted, "--sha256", two).code == 1
    assert fetch("--check", mounted, "--sha256", f"{digest(b'other')}  SHA256SUMS").code == 1


def test_a_manifest_that_nobody_signed_does_not_escape_what_is_stated(pull, registry, into):
    register(registry, {**MODEL, "SHA256SUMS": b"anything"})
    for flag, value in (("--sha256", digest(manifest(MODEL).encode())), ("--sha256", manifest(MODEL))):
        ended = pull(flag, value)
        assert ended.code == 1 and untouched(into)
    assert "SHA256SUMS is not in spec.model.source.sha256" in ended.lines[-1]


def test_a_secret_that_brought_nothing_asks_nobody(pull, registry):
    register(registry, MODEL)
    ended = pull(SERIN_SOURCE_CREDENTIALS="mlflow")
    assert ended.code == 2 and "the Secret mlflow is not there or has none of the keys" in ended.text
    assert pull(SERIN_SOURCE_CREDENTIALS="mlflow", MLFLOW_TRACKING_TOKEN="t").code == 0
