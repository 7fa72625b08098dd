"""Digests, redirects, credentials, space, and what archives may do."""

import gzip
import http.server
import os
import tarfile
import threading

import pytest
from archives import link, tar, zipped
from rig import fetch, tree


def test_a_byte_that_was_corrupted_on_the_way_is_fetched_anew(get, web, into, large):
    web.put("model.bin", large, digest=True).harm = [{"corrupt": 4_000_000}]
    ended = get("model.bin")
    assert ended.code == 0, ended.text
    assert "its SHA-256 is " in ended.text
    assert tree(into) == {"model.bin": large}


def test_a_file_with_another_digest_never_appears(get, web, into, small):
    web.put("model.bin", small, digest="ab" * 32)
    ended = get("model.bin")
    assert ended.code == 1
    assert f"and should be {'ab' * 32}, also when it was fetched anew" in ended.lines[-1]
    assert "model.bin" not in os.listdir(into)


def test_credentials_do_not_follow_to_another_port(get, web, other_web, into, small):
    other_web.put("elsewhere", small)
    web.put("model.bin", small).harm = [{"redirect": f"{other_web.url}/elsewhere?signature=hush"}]
    ended = get("model.bin", HTTPS_TOKEN="secret-of-the-test")
    assert ended.code == 0, ended.text
    assert web.gets("model.bin")[0]["authorization"] == "Bearer secret-of-the-test"
    [elsewhere] = other_web.gets()
    assert not {"authorization", "if-match"} & set(elsewhere)
    assert "secret-of-the-test" not in ended.text and "hush" not in ended.text


def test_credentials_go_along_on_the_same_server(get, web, into, small):
    web.put("moved", small)
    web.put("model.bin", small).harm = [{"redirect": "/moved"}]
    ended = get("model.bin", HTTPS_TOKEN="secret-of-the-test")
    assert ended.code == 0, ended.text
    assert web.gets("moved")[0]["authorization"] == "Bearer secret-of-the-test"


def test_what_a_redirected_url_is_signed_with_is_in_no_message(get, web, other_web, small):
    other_web.put("elsewhere", small).harm = [{"status": 403}]
    web.put("model.bin", small).harm = [{"redirect": f"{other_web.url}/elsewhere?signature=hush"}]
    ended = get("model.bin")
    assert ended.code == 1
    assert "/elsewhere: it answered 403" in ended.lines[-1] and "hush" not in ended.text


def test_a_redirect_from_https_to_http_is_not_followed(get, web, registry, small):
    registry.put("model.bin", small)
    web.put("model.bin", small).harm = [{"redirect": f"{registry.url}/model.bin"}]
    ended = get("model.bin")
    assert ended.code == 1
    assert "from https to http, which is not followed" in ended.lines[-1]
    assert registry.asked == []


def test_redirects_in_a_circle_end(get, web, small):
    web.put("model.bin", small).harm = [{"redirect": "/model.bin"}] * 30
    ended = get("model.bin")
    assert ended.code == 1
    assert "is the end of more than 10 redirects" in ended.lines[-1]
    assert len(web.gets("model.bin")) == 11


def test_a_certificate_of_an_unknown_authority_is_not_trusted(web, into, small):
    web.put("model.bin", small)
    ended = fetch("--uri", f"{web.url}/model.bin", "--into", into, "--attempts", 1)
    assert ended.code == 1
    assert "SSL certificate problem" in ended.lines[-1]


def test_too_little_space_is_said_before_anything_is_fetched(get, web, into, small):
    file = web.put("model.bin", small)
    file.data = _Huge()
    ended = get("model.bin")
    assert ended.code == 1
    assert " free, and 1.0 PB are needed; give the volume more room" in ended.lines[-1]
    assert web.gets("model.bin") == []


class _Huge(bytes):
    def __len__(self):
        return 10**15


def test_the_last_error_is_the_termination_message(get, web, tmp_path, small):
    log = tmp_path / "termination-log"
    log.write_text("")
    web.put("model.bin", small).harm = [{"status": 404}]
    ended = get("model.bin", "--termination-log", log)
    assert ended.code == 1
    assert log.read_text() == ended.lines[-1].removeprefix("serin-fetch: ")


def test_no_termination_message_is_made_where_there_is_no_file(get, web, tmp_path, small):
    web.put("model.bin", small).harm = [{"status": 404}]
    assert get("model.bin", "--termination-log", tmp_path / "none").code == 1
    assert not (tmp_path / "none").exists()


def test_what_others_put_into_the_folder_is_not_overwritten(get, web, into, small):
    into.mkdir()
    (into / "model.bin").write_text("mine")
    web.put("model.bin", small)
    ended = get("model.bin")
    assert ended.code == 1
    assert "is there already and serin-fetch did not put it there" in ended.lines[-1]
    assert (into / "model.bin").read_text() == "mine"


@pytest.mark.parametrize("name, pack", [("m.tar", tar), ("m.tar.gz", lambda *e: tar(*e, mode="w:gz")),
                                        ("m.tgz", lambda *e: tar(*e, mode="w:gz")), ("m.zip", zipped)])
def test_an_archive_is_unpacked_and_not_kept(get, web, into, small, name, pack):
    web.put(name, pack(("./deep/model.bin", small), ("config.json", b"{}")))
    ended = get(name)
    assert ended.code == 0, ended.text
    assert tree(into) == {"deep/model.bin": small, "config.json": b"{}"}
    assert get(name).lines[-1].endswith("already")


def test_of_an_archive_globs_mean_what_is_in_it(get, web, into, small):
    web.put("m.tar", tar(("deep/model.bin", small), ("config.json", b"{}")))
    ended = get("m.tar", "--exclude", "*.bin")
    assert ended.code == 0, ended.text
    assert tree(into) == {"config.json": b"{}"}


def test_links_within_an_archive_are_kept(get, web, into):
    web.put("m.tar", tar(("a/model.bin", b"model"), link("b/latest", "../a/model.bin"),
                         link("same.bin", "a/model.bin", tarfile.LNKTYPE)))
    ended = get("m.tar")
    assert ended.code == 0, ended.text
    assert tree(into) == {"a/model.bin": b"model", "b/latest": "../a/model.bin", "same.bin": b"model"}


BAD = {
    "a path that leads out": (tar(("../evil", b"x")), 'it has ".."'),
    "an absolute path": (tar(("/tmp/evil", b"x")), "it is absolute"),
    "an absolute link": (tar(link("a", "/etc/passwd")), "it leads to an absolute path"),
    "a link that leads out": (tar(link("a/b", "../../evil")), "it leads out of the folder"),
    "a link by way of a link": (tar(link("p/q", "../s"), link("z", "p/q/../../evil")), 'has ".." after a name'),
    "a file behind a link": (tar(("d", None), link("l", "d"), ("l/evil", b"x")), "on the way is a link"),
    "a hard link to a symbolic one": (tar(("x", b"x"), link("a/b/c", "../../x"), link("d", "a/b/c", tarfile.LNKTYPE)),
                                      "no file that was unpacked before"),
    "a hard link that leads out": (tar(link("a", "../evil", tarfile.LNKTYPE)), 'it has ".."'),
    "a device": (tar(link("a", "", tarfile.CHRTYPE)), "a device, a pipe or a socket"),
    "a pipe": (tar(link("a", "", tarfile.FIFOTYPE)), "a device, a pipe or a socket"),
    "a name that is there twice": (tar(("a", b"1"), ("a", b"2")), "twice"),
    "a file that is a folder too": (tar(("a", b"1"), ("a/b", b"2")), "is a link or a file"),
    "serin-fetch's own names": (tar((".serin-complete", b"x")), "serin-fetch's own"),
    "what is cut off": (tar(("a", b"x" * 100_000))[:50_000], "cannot be read"),
    "nothing": (tar(), "has no files"),
    "what is no archive": (b"not at all" * 1000, "cannot be read"),
    "more than it may become": (tar(("zeros", bytes(1_200_000_000)), mode="w:gz"), "becomes more than 1.1 GB"),
}


@pytest.mark.parametrize("what", BAD)
def test_an_archive_is_refused_for(get, web, into, what):
    data, words = BAD[what]
    web.put("m.tar.gz" if data[:2] == b"\x1f\x8b" else "m.tar", data)
    ended = get("m.tar.gz" if data[:2] == b"\x1f\x8b" else "m.tar")
    assert ended.code == 1
    assert words in ended.lines[-1], ended.text
    assert [name for name in os.listdir(into) if not name.startswith(".serin-")] == []
    assert not (into.parent / "evil").exists()


def test_what_is_left_out_of_an_archive_is_not_unpacked_for_ever(get, web, into):
    """Ten gigabytes of which nothing is wanted, in ten megabytes."""
    chunk = 64 << 20
    head = tar(("model.json", b"{}"))[:1024]
    large = tarfile.TarInfo("zeros")
    large.size = 160 * chunk
    packed = gzip.compress(head + large.tobuf()) + gzip.compress(bytes(chunk)) * 160 + gzip.compress(bytes(1024))
    web.put("m.tar.gz", packed)
    ended = get("m.tar.gz", "--exclude", "zeros")
    assert ended.code == 1
    assert f"m.tar.gz: it becomes more than {max(1 << 30, 100 * len(packed)) / 1e9:.1f} GB" in ended.lines[-1]
    assert "what is left out counted too" in ended.lines[-1]
    assert [name for name in os.listdir(into) if not name.startswith(".serin-")] == []


def test_a_server_that_can_be_opened_in_two_ways_is_opened_by_the_one_that_serin_prefers(into):
    asked = []

    class TwoWays(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_response(401 if self.path.startswith("/v2/") else 403)
            address = "http://{}:{}/token".format(*self.server.server_address)
            for challenge in (f'Bearer realm="{address}",service="registry"', 'Basic realm="registry"'):
                self.send_header("WWW-Authenticate", challenge)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), TwoWays) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        fetch("--uri", "oci://registry.example/fraud:1", "--endpoint", f"http://127.0.0.1:{server.server_port}",
              "--into", into, "--attempts", "1")
        server.shutdown()
    assert asked[1].startswith("/token?service=registry&")
