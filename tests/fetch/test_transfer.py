"""Connections that break, servers that answer otherwise than they were asked."""

import os
import re
import signal
import time

import pytest
from rig import fetch, finish, tree


def test_a_file_comes_whole_and_the_mark_says_so(get, web, into, small):
    web.put("model.bin", small)
    ended = get("model.bin")
    assert ended.code == 0, ended.text
    assert tree(into) == {"model.bin": small}
    assert (into / ".serin-complete").read_text().startswith("serin-fetch/1\n")
    assert re.search(r"^fetched 1 file, 3\.0 MB in .*/s\), into ", ended.lines[-1])
    assert not (into / ".serin-partial").exists()


def test_a_large_file_comes_in_parts_at_once(get, web, into, large):
    web.put("model.bin", large)
    ended = get("model.bin")
    assert ended.code == 0, ended.text
    assert tree(into) == {"model.bin": large}
    ranges = sorted(headers["range"] for headers in web.gets("model.bin"))
    assert ranges == ["bytes=0-33554431", "bytes=33554432-67108863", "bytes=67108864-79999999"]
    assert all(headers["if-match"] == '"one"' for headers in web.gets("model.bin"))


def test_a_broken_connection_is_gone_on_with_where_it_broke(get, web, into, small):
    web.put("model.bin", small).harm = [{"cut": 1_000_000}, {"cut": 500_000}]
    ended = get("model.bin")
    assert ended.code == 0, ended.text
    assert tree(into) == {"model.bin": small}
    first, second, third = web.gets("model.bin")
    assert "range" not in first
    assert (second["range"], second["if-range"]) == ("bytes=1000000-2999999", '"one"')
    assert third["range"] == "bytes=1500000-2999999"


def test_a_part_of_a_large_file_is_gone_on_with_too(get, web, into, large):
    web.put("model.bin", large, digest=True).harm = [None, {"cut": 1_000_000}, {"cut": 2_000_000}]
    ended = get("model.bin")
    assert ended.code == 0, ended.text
    assert tree(into) == {"model.bin": large}
    assert len(web.gets("model.bin")) == 5


def test_a_server_that_answers_all_instead_of_the_rest_is_written_from_the_beginning(get, web, into, small):
    web.put("model.bin", small).harm = [{"cut": 1_000_000}, {"whole": True}]
    ended = get("model.bin")
    assert ended.code == 0, ended.text
    assert tree(into) == {"model.bin": small}


def test_a_server_without_ranges_gives_a_large_file_in_one_piece(get, web, into, large):
    web.put("model.bin", large, ranges=False, digest=True)
    ended = get("model.bin")
    assert ended.code == 0, ended.text
    assert "begun anew: the server answered without the range" in ended.text
    assert tree(into) == {"model.bin": large}


def test_a_server_that_answers_no_later_range_gives_a_large_file_in_one_piece(get, web, into, large):
    web.put("model.bin", large).harm = [None, {"whole": True}, {"whole": True}]
    ended = get("model.bin")
    assert ended.code == 0, ended.text
    assert tree(into) == {"model.bin": large}


def test_without_digest_and_tag_a_file_is_begun_anew_and_never_patched(pull, registry, into, small):
    registry.put("fraud/model.bin", small, etag="").harm = [{"cut": 1_000_000}]
    ended = pull()
    assert ended.code == 0, ended.text
    assert tree(into) == {"model.bin": small}
    assert all("range" not in headers for headers in registry.gets("model.bin"))


def test_a_silent_connection_counts_as_broken(get, web, into, small):
    web.put("model.bin", small).harm = [{"stall": 300_000}]
    ended = get("model.bin", "--silence", "1s")
    assert ended.code == 0, ended.text
    assert tree(into) == {"model.bin": small}


def test_a_busy_server_is_asked_again_when_it_says(get, web, into, small):
    web.put("model.bin", small).harm = [{"status": 503, "headers": {"Retry-After": "2"}}, {"status": 429}, {"status": 408}]
    began = time.monotonic()
    ended = get("model.bin")
    assert ended.code == 0, ended.text
    assert time.monotonic() - began >= 2
    assert "it answered 503; again in 2s" in ended.text
    assert tree(into) == {"model.bin": small}


def test_it_gives_up_after_so_many_attempts_without_a_byte(get, web, into, small):
    web.put("model.bin", small).harm = [{"status": 500}] * 9
    ended = get("model.bin", "--attempts", 3)
    assert ended.code == 1
    assert re.search(r"model\.bin: https://.*/model\.bin: it answered 500, 3 times in a row; see that", ended.lines[-1])
    assert tree(into) == {} or "model.bin" not in os.listdir(into)


def test_attempts_that_bring_bytes_are_not_counted(get, web, into, small):
    web.put("model.bin", small).harm = [{"cut": 400_000}] * 5
    ended = get("model.bin", "--attempts", 2)
    assert ended.code == 0, ended.text
    assert tree(into) == {"model.bin": small}


@pytest.mark.parametrize("status, words", [(403, "the credentials may not read it"), (404, "it is not there any more")])
def test_what_does_not_pass_ends_it_at_once(get, web, into, small, status, words):
    web.put("model.bin", small).harm = [{"status": status}] * 2
    ended = get("model.bin")
    assert ended.code == 1
    assert f"it answered {status}; {words}" in ended.lines[-1]
    assert len(web.gets("model.bin")) == 1


def test_a_file_of_another_length_is_another_model(get, web, into, small):
    web.put("model.bin", small).harm = [{"length": 2_000_000}]
    ended = get("model.bin")
    assert ended.code == 1
    assert "the file has 2000000 bytes there, and 3000000 where it was listed" in ended.lines[-1]
    assert "model.bin" not in os.listdir(into)


def test_a_file_that_changed_since_it_was_resolved_is_refused(get, web, authority, into, small):
    web.put("model.bin", small)
    said = get("model.bin")
    model_id = re.search(r" is (https:model\.bin \S+)$", said.lines[0])[1]
    web.put("model.bin", small[::-1], etag='"two"')
    other = into.parent / "other"
    ended = fetch("--uri", f"{web.url}/model.bin", "--into", other, "--id", model_id, "--ca", authority.certificate)
    assert ended.code == 1
    assert "has changed since it was resolved" in ended.lines[-1]
    assert "model.bin" not in os.listdir(other)


def test_killed_in_the_middle_it_goes_on_with_the_parts_that_were_complete(pull, registry, into, large):
    file = registry.put("fraud/model.bin", large)
    registry.put("fraud/MLmodel", b"flavors: {}\n")
    slow = {"delay": 0.2}
    file.harm = [None, slow, slow]
    process = pull.start()
    deadline = time.monotonic() + 30
    while not any(b"\n0\n" in path.read_bytes() for path in into.glob(".serin-partial/logs/*")):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    finish(process)
    assert "model.bin" not in os.listdir(into)
    file.harm = []
    before = len(registry.gets("model.bin"))
    ended = pull()
    assert ended.code == 0, ended.text
    assert tree(into) == {"model.bin": large, "MLmodel": b"flavors: {}\n"}
    again = [headers["range"] for headers in registry.gets("model.bin")[before:]]
    assert sorted(again) == ["bytes=33554432-67108863", "bytes=67108864-79999999"]


def test_a_second_run_asks_nobody_anything(pull, registry, into, small):
    registry.put("fraud/model.bin", small)
    said = pull()
    model_id = re.search(r" is (mlflow:fraud/3 \S+)$", said.lines[0])[1]
    before = len(registry.asked)
    ended = pull("--id", model_id)
    assert ended.code == 0, ended.text
    assert ended.lines == [f"all of {model_id} is in {into} already"]
    assert len(registry.asked) == before


def test_a_second_run_sees_that_a_file_is_gone(pull, registry, into, small):
    registry.put("fraud/model.bin", small)
    assert pull().code == 0
    (into / "model.bin").unlink()
    assert pull().code == 0
    assert tree(into) == {"model.bin": small}


def test_globs_choose_files(pull, registry, into, small):
    registry.put("fraud/model.bin", small)
    registry.put("fraud/config.json", b"{}")
    registry.put("fraud/deep/other.json", b"[]")
    ended = pull(SERIN_SOURCE_INCLUDE="*.json\n", SERIN_SOURCE_EXCLUDE="deep/")
    assert ended.code == 0, ended.text
    assert tree(into) == {"config.json": b"{}"}


def test_another_model_takes_the_place_of_the_one_before(pull, registry, into, small):
    registry.put("fraud/old/model.bin", small)
    assert pull().code == 0
    registry.files.clear()
    registry.put("fraud/model.bin", small[:1000])
    assert pull().code == 0
    assert tree(into) == {"model.bin": small[:1000]}
    assert not (into / "old").exists()


def test_memory_does_not_grow_with_the_files(pull, registry, into, large):
    registry.put("fraud/model.bin", large).harm = [{"delay": 0.02}] * 3
    process, most = pull.start(), 0
    while process.poll() is None:
        try:
            status = open(f"/proc/{process.pid}/status").read()
        except ProcessLookupError:
            break
        most = max([most, *map(int, re.findall(r"VmHWM:\s+(\d+) kB", status))])
        time.sleep(0.02)
    assert finish(process).code == 0
    assert 1_000 < most < 64_000, f"{most} kB"


def test_progress_is_said_every_few_seconds(get, web, small):
    web.put("model.bin", small).harm = [{"delay": 0.5}]
    ended = get("model.bin")
    assert ended.code == 0, ended.text
    assert re.search(r"^fetched \d\.\d of 3\.0 MB \(\d+ %\), \d+ kB/s, about \ds left$", ended.text, re.M), ended.text


def test_a_wrong_command_line_ends_with_2_and_help_with_0():
    wrong = fetch("--uri", "nonsense://x", "--into", "x")
    assert wrong.code == 2 and wrong.lines[0].startswith("serin-fetch: --uri: ") and wrong.lines[-1] == "Try --help."
    asked = fetch("--help")
    assert asked.code == 0 and asked.output.startswith("serin-fetch: ")


def test_two_at_once_do_not_share_a_folder(pull, registry, into, small):
    registry.put("fraud/model.bin", small).harm = [{"delay": 0.5}]
    first = pull.start()
    while not (into / ".serin-partial" / "plan").exists():
        assert first.poll() is None
        time.sleep(0.02)
    second = pull()
    assert second.code == 1 and "another serin-fetch works in it" in second.lines[-1]
    assert finish(first).code == 0
