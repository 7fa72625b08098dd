import asyncio
import json

import pytest
from stage import PODS, Stage, event, play


def rule(do, frame="MODIFIED", **when):
    return {"when": {"frame": frame, **when}, "do": do}


def seen(lines):
    return [json.loads(line)["object"]["metadata"]["resourceVersion"] for line in lines]


def run(*rules, events=(11, 12, 13)):
    """What a client sees of these events; the stream ends after them."""
    result = []

    async def scene():
        async with Stage(*rules) as stage:
            stage.put(*(event(version) for version in events), None)
            client = stage.client()
            await client.watch()
            result.extend(await client.lines())
    play(scene())
    return result


def test_frames_pass_as_they_are():
    lines, orderly = run()
    assert seen(lines) == ["11", "12", "13"] and orderly


@pytest.mark.parametrize("do, expected", [
    ("dropFrame", ["11", "13"]), ("duplicate", ["11", "12", "12", "13"]), ("swap", ["11", "13", "12"]),
    ("split", ["11", "12", "13"])])
def test_frames_are_dropped_doubled_and_exchanged(do, expected):
    lines, orderly = run(rule(do, nth=2))
    assert seen(lines) == expected and orderly


def test_two_swapped_in_a_row_come_after_the_third():
    assert seen(run(rule("swap", times=2))[0]) == ["13", "11", "12"]


def test_a_truncated_frame_is_no_json_and_ends_the_stream_in_order():
    lines, orderly = run(rule("truncate", nth=2))
    assert seen(lines[:1]) == ["11"] and len(lines) == 2 and orderly
    with pytest.raises(ValueError):
        json.loads(lines[1])


def test_a_cut_stream_ends_inside_a_frame_and_a_letter():
    async def scene():
        async with Stage(rule("cut")) as stage:
            stage.put(event(11))
            client = stage.client()
            await client.watch()
            lines, orderly = await client.lines()
            assert len(lines) == 1 and not orderly
    play(scene())


def test_garbage_comes_before_the_frame():
    lines, _ = run(rule("garbage"), events=(11,))
    assert len(lines) == 2 and b"no json" in lines[0] and seen(lines[1:]) == ["11"]


def test_a_big_frame_is_the_same_object():
    lines, _ = run(rule({"big": 1}), events=(11,))
    assert len(lines[0]) > 1 << 20 and seen(lines) == ["11"]


def test_gone_is_an_error_frame_with_410():
    lines, orderly = run(rule("gone", nth=2))
    error = json.loads(lines[1])
    assert error["type"] == "ERROR" and error["object"]["code"] == 410 and error["object"]["reason"] == "Expired"
    assert orderly


def test_a_frozen_watch_is_silent_while_lists_flow():
    async def scene():
        async with Stage({"when": {"verb": "create"}, "do": {"freeze": "300ms"}}) as stage:
            watcher, other = stage.client(), stage.client()
            await watcher.watch()
            await other.ask("POST", PODS, {})
            stage.put(event(11), None)
            reading = asyncio.create_task(watcher.lines())
            assert (await other.ask())[0] == 200
            assert not reading.done()
            assert seen((await reading)[0]) == ["11"]
    play(scene())


def test_a_freeze_may_be_of_one_resource():
    async def scene():
        async with Stage({"when": {"verb": "create"}, "do": {"freeze": "10s", "resource": "services"}}) as stage:
            watcher = stage.client()
            await watcher.watch()
            await stage.client().ask("POST", PODS, {})
            stage.put(event(11), None)
            assert seen((await watcher.lines())[0]) == ["11"]
    play(scene())


def test_ended_watches_are_cut_and_other_requests_are_not():
    async def scene():
        async with Stage({"when": {"verb": "create"}, "do": "endWatches"}) as stage:
            watcher = stage.client()
            await watcher.watch()
            assert (await stage.client().ask("POST", PODS, {}))[0] == 200
            assert await watcher.lines() == ([], False)
    play(scene())


def test_time_travel_shows_the_marked_past_and_then_goes_on_from_it():
    async def scene():
        async with Stage({"when": {"verb": "create", "name": "mark"}, "do": "mark"},
                         {"when": {"verb": "create", "name": "travel"}, "do": {"travel": "300ms"}}) as stage:
            client, watcher = stage.client(), stage.client()
            await client.ask()
            await watcher.watch()
            stage.put(event(11), None)
            await watcher.lines()
            await client.ask("POST", PODS, {"metadata": {"name": "mark"}})
            await watcher.watch(PODS + "?watch=1&resourceVersion=11")
            stage.put(event(12), None)
            await watcher.lines()
            await client.ask("POST", PODS, {"metadata": {"name": "travel"}})
            stage.asked.clear()
            assert (await client.ask())[2]["metadata"]["resourceVersion"] == "10"
            assert stage.asked == [], "the list came from the past"
            late = stage.client()
            await late.watch()
            stage.put(event(12), event(13), None)
            assert seen((await late.lines())[0]) == ["11", "12", "13"]
            assert stage.asked == [("GET", PODS + "?watch=1&resourceVersion=11")]
            assert (await client.ask())[0] == 200 and stage.asked[-1] == ("GET", PODS)
    play(scene())
