import asyncio
import os
import signal
import subprocess

from stage import PODS, Stage, play


def rule(do, verb="create", **when):
    return {"when": {"verb": verb, **when}, "do": do}


def test_without_a_plan_all_passes_unchanged_on_one_connection():
    async def scene():
        async with Stage() as stage:
            client = stage.client()
            status, _, body = await client.ask("POST", PODS, {"metadata": {"name": "p"}})
            assert (status, body["got"]) == (200, '{"metadata": {"name": "p"}}')
            assert (await client.ask())[2]["metadata"]["resourceVersion"] == "10"
            assert stage.asked == [("POST", PODS), ("GET", PODS)]
    play(scene())


def test_the_log_says_who_asked_what_and_what_came_of_it():
    async def scene():
        async with Stage() as stage:
            await stage.client().ask("PATCH", PODS + "/p", {"metadata": {"uid": "u", "resourceVersion": "7"}})
            record = stage.requests()[0]
            assert {key: record[key] for key in ("verb", "resource", "namespace", "name", "agent", "status", "version",
                                                 "asked", "uid", "forwarded")} == {
                "verb": "patch", "resource": "pods", "namespace": "ns", "name": "p", "agent": "op (pod-1)",
                "status": 200, "version": "11", "asked": "7", "uid": "u", "forwarded": True}
    play(scene())


def test_a_dropped_request_never_arrives_and_a_dropped_answer_does():
    async def scene():
        async with Stage(rule("drop"), rule("drop", "patch", moment="after")) as stage:
            assert await stage.client().ask("POST", PODS, {}) is None
            assert stage.asked == []
            assert await stage.client().ask("PATCH", PODS + "/p", {}) is None
            assert stage.asked == [("PATCH", PODS + "/p")]
            assert [(record["forwarded"], record["sent"]) for record in stage.requests()] == [(False, None), (True, None)]
    play(scene())


def test_an_answer_of_the_plan_has_the_servers_form():
    async def scene():
        async with Stage(rule({"answer": 429, "retryAfter": 3})) as stage:
            client = stage.client()
            status, headers, body = await client.ask("POST", PODS, {})
            assert (status, headers["retry-after"], body["kind"], body["reason"], body["code"]) == (
                429, "3", "Status", "TooManyRequests", 429)
            assert stage.asked == []
            assert (await client.ask("POST", PODS, {}))[0] == 200, "the connection goes on"
    play(scene())


def test_an_answer_after_forwarding_hides_a_success():
    async def scene():
        async with Stage(rule({"answer": 500}, moment="after")) as stage:
            assert (await stage.client().ask("POST", PODS, {}))[0] == 500
            assert len(stage.asked) == 1
    play(scene())


def test_actions_are_done_in_order():
    async def scene():
        async with Stage(rule([{"delay": "10ms"}, {"answer": 503}])) as stage:
            assert (await stage.client().ask("POST", PODS, {}))[0] == 503
            assert stage.faults() == ["delay", "answer"]
    play(scene())


def test_a_request_that_hangs_gets_no_answer():
    async def scene():
        async with Stage(rule({"hang": "10ms"})) as stage:
            assert await stage.client().ask("POST", PODS, {}) is None
            assert stage.asked == []
    play(scene())


def test_refused_connections_come_back_on_the_same_port():
    async def scene():
        async with Stage(rule({"refuse": "200ms"})) as stage:
            assert await stage.client().ask("POST", PODS, {}) is None
            try:
                await stage.client().ask()
                raise AssertionError("it was let in")
            except ConnectionError:
                pass
            while True:
                try:
                    answer = await stage.client().ask()
                    break
                except ConnectionError:
                    await asyncio.sleep(0.02)
            assert answer[0] == 200
    play(scene())


def sleeper():
    return subprocess.Popen(["sleep", "60"])


def test_the_operator_is_dead_before_its_answer_could_come():
    async def scene():
        victim = sleeper()
        async with Stage(rule("kill", moment="after")) as stage:
            stage.way.victim.pid = victim.pid
            assert await stage.client().ask("POST", PODS, {}) is None
            assert victim.poll() == -signal.SIGKILL and len(stage.asked) == 1
    play(scene())


def test_killed_before_forwarding_nothing_arrives():
    async def scene():
        victim = sleeper()
        async with Stage(rule("kill")) as stage:
            stage.way.victim.pid = victim.pid
            assert await stage.client().ask("POST", PODS, {}) is None
            assert victim.poll() == -signal.SIGKILL and stage.asked == []
    play(scene())


def test_the_clocks_file_says_how_far_it_is_off(tmp_path):
    async def scene():
        async with Stage(rule({"clock": "+1h"}), rule({"clock": "-90s"}, nth=2)) as stage:
            stage.way.victim.clock = tmp_path / "clock"
            for shown in ("+3600\n", "-90\n"):
                assert (await stage.client().ask("POST", PODS, {}))[0] == 200
                assert (tmp_path / "clock").read_text() == shown
    play(scene())


def test_a_paused_operator_goes_on_by_itself():
    async def scene():
        victim = sleeper()
        try:
            async with Stage(rule({"pause": "100ms"})) as stage:
                stage.way.victim.pid = victim.pid
                await stage.client().ask("POST", PODS, {})
                # The kernel tells the parent of a child that goes on only if it had been stopped.
                told = await asyncio.to_thread(os.waitid, os.P_PID, victim.pid, os.WCONTINUED)
                assert told.si_code == os.CLD_CONTINUED and victim.poll() is None
        finally:
            victim.kill()
            victim.wait()
    play(scene())


def test_a_lists_version_can_be_made_old():
    async def scene():
        async with Stage(rule({"resourceVersion": "1"}, "watch")) as stage:
            stage.put(None)
            await stage.client().watch(PODS + "?watch=1&resourceVersion=10&timeoutSeconds=3")
            assert stage.asked == [("GET", PODS + "?watch=1&timeoutSeconds=3&resourceVersion=1")]
    play(scene())
