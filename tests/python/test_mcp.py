"""`luthier mcp`: a real client of the protocol, agents written as loops, and peers that misbehave."""

import contextlib
import functools
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import time

import anyio
import mcp
import pytest
from mcp.client.stdio import StdioServerParameters, stdio_client

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.environ["LUTHIER_PROGRAM"]
PYTHON = sys.executable
EXAMPLE = str(ROOT / "examples/03_python_script/train.py")
BUSY = "import sys, time\nwhile True:\n    print('loss=' + sys.argv[1], flush=True)\n    time.sleep(0.05)\n"


# ---- a real client

@contextlib.asynccontextmanager
async def connected(mode="auto"):
    server = StdioServerParameters(command=PROGRAM, args=["mcp"], cwd=os.getcwd(), env={"PATH": os.environ["PATH"]})
    async with mcp.Client(stdio_client(server), mode=mode) as client:
        yield client


async def call(client, tool, **arguments):
    """The structure of an answer, which is also its text."""
    answer = await client.call_tool(tool, arguments)
    assert not answer.is_error, answer.content[0].text
    assert json.loads(answer.content[0].text) == answer.structured_content
    return answer.structured_content


async def refused(client, tool, **arguments):
    answer = await client.call_tool(tool, arguments)
    assert answer.is_error
    assert answer.structured_content == {"error": answer.content[0].text}
    return answer.content[0].text


def with_client(test):
    """Runs an asynchronous test, with both ways of beginning a conversation."""
    @pytest.mark.parametrize("mode", ["legacy", "auto"])
    @functools.wraps(test)
    def run(mode):
        async def main():
            with anyio.fail_after(240):
                async with connected(mode) as client:
                    await test(client)
        anyio.run(main)
    del run.__wrapped__  # its parameters are not those of the test
    return run


async def watched(client, experiment):
    """As an agent waits: call by call, until nothing runs."""
    while True:
        seen = await call(client, "watch", experiment=experiment, wait=5)
        if seen["experiment"]["state"] != "running":
            return seen


def busy(number="{x}"):
    pathlib.Path("busy.py").write_text(BUSY)
    return [PYTHON, "busy.py", number]


def processes(marker):
    found = []
    for entry in pathlib.Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                if marker in (entry / "cmdline").read_bytes().decode(errors="replace") and \
                        os.readlink(entry / "cwd") == os.getcwd():
                    found.append(int(entry.name))
    return found


def wait_until(condition, what, seconds=60):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return
        time.sleep(0.1)
    pytest.fail(f"{what} did not happen within {seconds} s")


# ---- agents

@with_client
async def test_an_agent_tunes_example_03_within_a_budget(client):
    experiment = {"command": [PYTHON, EXAMPLE, "--lr", "{lr}", "--decay", "{decay}", "--epochs", "3"],
                  "space": {"lr": "loguniform(1e-4, 1)", "decay": ["1e-6", 1e-4, 0.01]}, "min": "val_loss"}
    checked = await call(client, "dry_run", samples=5, **experiment)
    assert checked["experiment"]["objectives"] == [{"metric": "val_loss", "mode": "min"}]
    tried = (await call(client, "try", **experiment))["trial"]
    assert tried["outcome"] == "returned" and tried["iterations"] == 3
    started = await call(client, "start", samples=5, time="10m", jobs=2, seed=1, scheduler="asha:max_t=3",
                         **experiment, **{"trial-timeout": "5m"})
    name = started["experiment"]["experiment"]
    assert name == checked["experiment"]["name"] or name.startswith("train")
    ended = await watched(client, name)
    assert ended["experiment"]["state"] == "finished" and ended["summary"].startswith(f"experiment '{name}' is finished")
    trials = (await call(client, "trials", experiment=name))["trials"]
    assert len(trials) == 5 == sum(ended["experiment"]["trials"].values())
    best, = (await call(client, "best", experiment=name))["trials"]
    assert best["best"] == min(each["best"] for each in trials) < tried["metrics"]["val_loss"] + 1
    decisions = (await call(client, "explain", experiment=name, trial=best["trial"]))["decisions"]
    assert decisions and all(each["reason"] and each["by"] == "asha" for each in decisions)
    more = await call(client, "extend", experiment=name, samples=1)
    assert more["experiment"]["experiment"] == name
    assert sum((await watched(client, name))["experiment"]["trials"].values()) == 6
    lines = (await call(client, "logs", experiment=name, trial=0, limit=1))
    assert lines["truncated"] and lines["lines"][0]["line"].startswith("epoch=3 ")


@with_client
async def test_an_agent_stops_a_bad_run(client):
    await call(client, "start", command=busy("nan"), space={"x": "uniform(0, 1)"}, min="loss", samples=1000, jobs=2, name="bad", grace="1s")
    for _ in range(20):
        seen = await call(client, "watch", experiment="bad", wait=1)
        running = [each for each in seen["recent"] if each["state"] == "running"]
        if running and all(each["iterations"] > 3 and each["best"] is None for each in running):
            break
    else:
        pytest.fail("no trial reported")
    stopped = await call(client, "stop", experiment="bad", trial=running[0]["trial"])
    assert stopped["request"]["trial"] == running[0]["trial"]
    await call(client, "stop", experiment="bad")
    assert (await watched(client, "bad"))["experiment"]["state"] != "running"
    assert "no trial of 'bad' has reported" in await refused(client, "best", experiment="bad")
    await anyio.to_thread.run_sync(lambda: wait_until(lambda: not processes("busy.py"), "the end of the trials"))


@with_client
async def test_two_experiments_are_compared(client):
    for name, x in (("one", 1), ("two", 2)):
        await call(client, "start", command=["sh", "-c", "echo loss={x}"], space={"x": x}, min="loss", samples=3, name=name)
        await watched(client, name)
    answer = await call(client, "compare", experiments=["one", "two"], by="experiment")
    finals = {each["group"]: each["final"]["centre"] for each in answer["comparison"]["groups"]}
    assert finals == {"one": 1, "two": 2} and "curves" not in json.dumps(answer)
    assert [each["experiment"] for each in (await call(client, "list"))["experiments"]] == ["two", "one"]
    assert (await call(client, "list", limit=1))["truncated"]


@with_client
async def test_watch_reports_progress_and_answers_after_some_trials(client):
    heard = []

    async def progress(done, total, message):
        heard.append((done, total, message))

    await call(client, "start", command=["sh", "-c", "sleep 0.2; echo loss={x}"], space={"x": "uniform(0, 1)"}, min="loss",
               samples=30, jobs=1, name="slow")
    answer = await client.call_tool("watch", {"experiment": "slow", "trials": 2, "wait": 60}, progress_callback=progress)
    assert 2 <= answer.structured_content["experiment"]["trials"]["completed"]
    assert heard == sorted(heard) and all(total == 30 and "slow" in message for _, total, message in heard)
    await call(client, "stop", experiment="slow")


# ---- what is refused

@with_client
async def test_errors_say_what_to_give(client):
    program = {"command": ["true"], "space": {"x": "uniform(0, 1)"}, "min": "loss"}
    for sentence, tool, arguments in [
            ("start needs a budget: give 'samples'", "start", program),
            ("dry_run needs 'space'", "dry_run", {"command": ["true"]}),
            ("'command' must be a list of texts", "dry_run", {**program, "command": "true"}),
            ("'command' must be a text", "dry_run", {**program, "command": [["true"]]}),
            ("'space' must be an object", "dry_run", {**program, "space": "x"}),
            ("parameter 'x' of 'space' must be", "dry_run", {**program, "space": {"x": {"a": 1}}}),
            ("uniform", "dry_run", {**program, "space": {"x": "unifrom(0, 1)"}}),
            ("did you mean 'samples'", "dry_run", {**program, "sample": 3}),
            ("'samples' must be a whole number", "dry_run", {**program, "samples": -1}),
            ("'samples' must be a whole number", "dry_run", {**program, "samples": "many"}),
            ("asha", "dry_run", {**program, "scheduler": "ahsa"}),
            ("'wait' must be a number", "watch", {"experiment": "e", "wait": "long"}),
            ("no experiment", "watch", {"experiment": "absent"}),
            ("extend needs a budget", "extend", {"experiment": "absent"}),
            ("'experiments' must be a list", "compare", {"experiments": "one"})]:
        if arguments.get("experiment") == "absent" and tool == "extend":
            pathlib.Path("luthier-results").mkdir(exist_ok=True)
        said = await refused(client, tool, **arguments)
        assert sentence in said or "no experiment" in said, (sentence, said)
    with pytest.raises(mcp.MCPError, match="there is no tool 'rm'; known: dry_run"):
        await client.call_tool("rm", {})
    assert not list(pathlib.Path("luthier-results").iterdir())


@with_client
async def test_experiments_are_names_within_the_results(client):
    pathlib.Path("outside").mkdir()
    other = pathlib.Path("outside/secret")
    subprocess.run([PROGRAM, "run", "--results", "outside", "--name", "secret", "--min", "loss", "-q", "--", "echo", "loss=1"], check=True)
    assert other.is_dir()
    pathlib.Path("luthier-results").mkdir()
    pathlib.Path("luthier-results/link").symlink_to(other.resolve())
    for name in ["../outside/secret", str(other.resolve()), "./x", ".", "..", "", "-h", "--results=outside", "link", "lin", "last", "a\0b"]:
        for tool, more in [("watch", {}), ("best", {}), ("stop", {}), ("logs", {"trial": 0}), ("extend", {"samples": 1})]:
            said = await refused(client, tool, experiment=name, **more)
            assert "secret" not in said.replace(name, "") or "outside of the results" in said
        assert await refused(client, "compare", experiments=[name])
    for name in ["../escaped", "/escaped", "-h"]:
        said = await refused(client, "start", name=name, command=["echo", "loss=1"], space={"x": 1}, min="loss", samples=1)
        assert "name" in said
    assert not pathlib.Path("escaped").exists()


@with_client
async def test_a_program_that_cannot_start_is_an_answer(client):
    said = await refused(client, "start", command=["no-such-program"], space={"x": "uniform(0, 1)"}, min="loss", samples=2)
    assert "no-such-program" in said
    answer = await call(client, "start", command=["sh", "-c", "echo broken >&2; exit 3"], space={"x": "uniform(0, 1)"}, min="loss",
                        samples=9, jobs=1, name="broken")
    answer = await watched(client, "broken")
    assert answer["experiment"]["trials"]["failed"] == 3 and any("exit" in each for each in answer["messages"])
    lines = (await call(client, "logs", experiment="broken", trial=0, stderr=True))["lines"]
    assert [each["line"] for each in lines] == ["broken"]


@with_client
async def test_answers_are_bounded(client):
    await call(client, "start", command=["sh", "-c", "seq 100000; echo loss={x}"], space={"x": "uniform(0, 1)"}, min="loss",
               samples=30, jobs=2, name="talkative")
    await watched(client, "talkative")
    for tool, arguments in [("logs", {"trial": 0}), ("trials", {})]:
        few = await call(client, tool, experiment="talkative", **arguments)
        many = await call(client, tool, experiment="talkative", limit=10**9, **arguments)
        assert few["truncated"] and len(json.dumps(few)) < 70_000 and len(json.dumps(many)) < 70_000
    lines = (await call(client, "logs", experiment="talkative", trial=0, limit=2))["lines"]
    assert lines[0]["line"] == "100000"
    long = "x" * 100_000
    said = await refused(client, "dry_run", command=["echo", long], space={"x": "uniform(0, 1)"}, min="loss")
    assert "larger than 64 KiB" in said


# ---- the protocol

@with_client
async def test_tools_have_schemas_and_the_skill_is_served(client):
    tools = {tool.name: tool for tool in (await client.list_tools()).tools}
    assert {"start", "watch", "explain", "stop", "extend", "compare", "best", "dry_run"} <= set(tools)
    page = (ROOT / "docs/mcp.md").read_text()
    for name, tool in tools.items():
        assert f"| `{name}` |" in page
        assert tool.description and tool.input_schema["additionalProperties"] is False
        assert all(each["description"] for each in tool.input_schema["properties"].values())
        assert set(tool.input_schema["required"]) <= set(tool.input_schema["properties"])
    assert {name for name, tool in tools.items() if not tool.annotations.read_only_hint} == {"start", "try", "stop", "extend", "resume"}
    skill = (ROOT / "docs/skills/tune_a_program.md").read_text()
    prompt, = (await client.list_prompts()).prompts
    assert (await client.get_prompt(prompt.name)).messages[0].content.text == skill
    resource, = (await client.list_resources()).resources
    assert (await client.read_resource(resource.uri)).contents[0].text == skill
    for tool in re.findall(r"`(\w+)`", skill):
        assert tool in tools or tool in json.dumps([each.input_schema for each in tools.values()]) or \
            tool in ("understanding", "wall_s", "seen", "luthier", "loguniform"), tool


class Raw:
    """A client that writes whatever it likes."""

    def __init__(self, *words):
        self.process = subprocess.Popen([PROGRAM, "mcp", *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def send(self, message):
        text = message if isinstance(message, (str, bytes)) else json.dumps({"jsonrpc": "2.0", **message})
        self.process.stdin.write((text if isinstance(text, bytes) else text.encode()) + b"\n")
        self.process.stdin.flush()

    def ask(self, message):
        self.send(message)
        return json.loads(self.process.stdout.readline())

    def greet(self, version="2025-11-25"):
        answer = self.ask({"id": 0, "method": "initialize", "params": {"protocolVersion": version, "capabilities": {},
                                                                       "clientInfo": {"name": "raw", "version": "1"}}})
        self.send({"method": "notifications/initialized"})
        return answer

    def call(self, number, tool, **arguments):
        return {"id": number, "method": "tools/call", "params": {"name": tool, "arguments": arguments}}

    def end(self, seconds=20):
        self.process.stdin.close()
        assert self.process.wait(seconds) == 0
        return self.process.stdout.read()


@pytest.fixture
def raw():
    client = Raw()
    yield client
    client.process.kill()
    client.process.wait()


@pytest.mark.parametrize("asked, got", [("2024-11-05", "2024-11-05"), ("2025-03-26", "2025-03-26"), ("2025-06-18", "2025-06-18"),
                                        ("2025-11-25", "2025-11-25"), ("1999-01-01", "2025-11-25"), ("2099-01-01", "2025-11-25")])
def test_versions_are_negotiated(raw, asked, got):
    answer = raw.greet(asked)
    assert answer["result"]["protocolVersion"] == got
    assert raw.ask({"id": "p", "method": "ping"}) == {"jsonrpc": "2.0", "id": "p", "result": {}}
    assert raw.end() == b""


def test_a_request_can_carry_its_version(raw):
    meta = {"_meta": {"io.modelcontextprotocol/protocolVersion": "2026-07-28"}}
    answer = raw.ask({"id": 1, "method": "tools/list", "params": meta})
    assert answer["result"]["resultType"] == "complete" and answer["result"]["tools"]
    meta = {"_meta": {"io.modelcontextprotocol/protocolVersion": "2099-01-01"}}
    answer = raw.ask({"id": 2, "method": "tools/list", "params": meta})
    assert answer["error"]["code"] == -32022 and answer["error"]["data"]["supported"] == ["2026-07-28"]


def test_the_first_request_begins_the_conversation(raw):
    assert "initialize" in raw.ask(raw.call(1, "list"))["error"]["message"]
    assert raw.ask({"id": 2, "method": "ping"})["result"] == {}
    assert raw.ask({"id": 3, "method": "initialize", "params": {}})["error"]["code"] == -32602
    assert "initialize" in raw.ask({"id": 4, "method": "tools/list"})["error"]["message"]


@pytest.mark.parametrize("line, code, number", [
    ("nonsense", -32700, None), ("{", -32700, None), ("[" * 1000, -32700, None), ('{"a": "\ud800"}'.encode("utf-8", "surrogatepass"), -32600, None),
    ("[]", -32600, None), ("3", -32600, None), ("null", -32600, None), ("{}", -32600, None), ('{"jsonrpc": "2.0", "id": {}, "method": "ping"}', -32600, None),
    ('{"jsonrpc": "2.0", "id": true, "method": "ping"}', -32600, None), ('{"id": 5, "method": "ping"}', -32600, 5),
    ('{"jsonrpc": "2.0", "id": 6}', -32600, 6), ('{"jsonrpc": "2.0", "id": 7, "method": "ping", "params": [1]}', -32602, 7),
    ('{"jsonrpc": "2.0", "id": 8, "method": "tools/destroy"}', -32601, 8),
    ('{"jsonrpc": "2.0", "id": 9, "method": "tools/call"}', -32602, 9),
    ('{"jsonrpc": "2.0", "id": 9, "method": "tools/call", "params": {"name": 7}}', -32602, 9),
    ('{"jsonrpc": "2.0", "id": 9, "method": "tools/call", "params": {"name": "list", "arguments": []}}', -32602, 9),
    ('{"jsonrpc": "2.0", "id": 10, "method": "prompts/get", "params": {"name": "x"}}', -32602, 10),
    ('{"jsonrpc": "2.0", "id": 11, "method": "resources/read", "params": {"uri": "file:///etc/passwd"}}', -32002, 11),
    ("x" * (1 << 21), -32600, None), ('{"jsonrpc": "2.0", "id": 12, "method": "ping", "params": {"x": "' + "y" * (1 << 20) + '"}}', -32600, None)])
def test_a_malformed_message_gets_an_error_and_the_conversation_continues(raw, line, code, number):
    raw.greet()
    answer = raw.ask(line)
    assert (answer["error"]["code"], answer["id"]) == (code, number) and len(answer["error"]["message"]) < 500
    assert raw.ask({"id": 1, "method": "ping"})["result"] == {}
    assert raw.end() == b""


def test_a_long_line_within_the_limit_is_read(raw):
    raw.greet()
    assert raw.ask({"id": 1, "method": "ping", "params": {"x": "y" * 1_000_000}})["result"] == {}


def test_notifications_and_answers_get_no_answer(raw):
    raw.greet()
    for message in [{"method": "notifications/roots/list_changed"}, {"method": "unknown"}, {"id": 3, "result": {}},
                    {"id": 4, "error": {"code": 1, "message": "x"}}, {"method": "notifications/cancelled"},
                    {"method": "notifications/cancelled", "params": {"requestId": "nobody"}}, "", "  "]:
        raw.send(message)
    assert raw.ask({"id": 1, "method": "ping"})["id"] == 1


def start_busy(raw, name="busy", number=1):
    answer = raw.ask(raw.call(number, "start", command=busy(), space={"x": 1}, min="loss", samples=1, time="10m", name=name, grace="1s"))
    assert answer["result"]["isError"] is False, answer
    return answer["result"]["structuredContent"]


def test_a_cancelled_call_gets_no_answer_and_others_go_on(raw):
    raw.greet()
    start_busy(raw)
    raw.send(raw.call(2, "watch", experiment="busy", wait=300))
    raw.send(raw.call(3, "try", command=busy("7"), space={"x": 1}, min="loss"))
    assert raw.ask(raw.call(4, "list"))["id"] == 4
    wait_until(lambda: len([pid for pid in processes("busy.py") if pid]) >= 2, "two programs")
    for number in (2, 3):
        raw.send({"method": "notifications/cancelled", "params": {"requestId": number}})
    wait_until(lambda: not processes("busy.py\x007"), "the end of the cancelled program")
    assert raw.ask(raw.call(5, "watch", experiment="busy", wait=0))["result"]["structuredContent"]["experiment"]["state"] == "running"
    assert raw.ask(raw.call(6, "stop", experiment="busy"))["id"] == 6
    wait_until(lambda: not processes("busy.py"), "the end of the experiment")
    assert raw.end() == b""


def test_calls_are_bounded(raw):
    raw.greet()
    start_busy(raw)
    for number in range(100, 116):
        raw.send(raw.call(number, "watch", experiment="busy", wait=300))
    assert raw.ask(raw.call(1000, "list"))["error"]["code"] == -32000
    raw.send({"method": "notifications/cancelled", "params": {"requestId": 100}})

    def freed():
        return "result" in raw.ask(raw.call(1001, "list"))
    wait_until(freed, "room for a call")
    assert "under way" in raw.ask(raw.call(101, "list"))["error"]["message"]
    raw.ask(raw.call(1002, "stop", experiment="busy"))
    assert {json.loads(line)["id"] for line in raw.process.stdout if b"\n" in line and not raw.process.stdin.close()} <= set(range(101, 116))


@pytest.mark.parametrize("how", ["closes", "is killed", "gets SIGTERM", "gets SIGKILL"])
def test_an_experiment_outlives_the_server_and_a_program_that_is_tried_does_not(raw, how):
    raw.greet()
    start_busy(raw)
    raw.send(raw.call(2, "try", command=busy("7"), space={"x": 1}, min="loss", time="20s"))
    wait_until(lambda: processes("busy.py\x007"), "the program that is tried")
    if how == "closes":
        assert raw.end() == b""
    elif how == "is killed":
        raw.process.stdout.close()
        raw.process.stdin.close()
        assert raw.process.wait(20) == 0
    else:
        raw.process.send_signal(signal.SIGTERM if how == "gets SIGTERM" else signal.SIGKILL)
        assert raw.process.wait(20) == (0 if how == "gets SIGTERM" else -signal.SIGKILL)
    wait_until(lambda: not processes("busy.py\x007"), "the end of the program that was tried")
    next_one = Raw()
    next_one.greet()
    seen = next_one.ask(next_one.call(1, "watch", experiment="busy", wait=0))["result"]["structuredContent"]
    assert seen["experiment"]["state"] == "running"
    next_one.ask(next_one.call(2, "stop", experiment="busy"))
    wait_until(lambda: not processes("busy.py"), "the end of the experiment")
    next_one.end()


def test_a_client_that_does_not_read_holds_nothing_up(raw):
    raw.greet()
    for number in range(3000):
        try:
            os.set_blocking(raw.process.stdin.fileno(), False)
            raw.process.stdin.write(json.dumps({"jsonrpc": "2.0", "id": number, "method": "tools/list"}).encode() + b"\n")
            raw.process.stdin.flush()
        except BlockingIOError:
            break
    else:
        pytest.fail("the server read without end")
    status = pathlib.Path(f"/proc/{raw.process.pid}/status").read_text()
    assert int(re.search(r"VmRSS:\s+(\d+) kB", status)[1]) < 100_000
    raw.process.terminate()
    assert raw.process.wait(20) == 0


def test_the_server_works_in_the_directory_it_is_given(tmp_path):
    (tmp_path / "project").mkdir()
    client = Raw("--directory", "project")
    client.greet()
    answer = client.ask(client.call(1, "try", command=["sh", "-c", "echo loss=$(pwd | wc -c); pwd"], space={"x": 1}, min="loss"))
    assert answer["result"]["structuredContent"]["trial"]["metrics"]["loss"] == len(str(tmp_path / "project")) + 1
    client.end()
    assert subprocess.run([PROGRAM, "mcp", "--directory", "absent"], capture_output=True).returncode == 2


# ---- the page

def agrees(part, whole):
    if isinstance(part, dict):
        return isinstance(whole, dict) and all(key in whole and agrees(value, whole[key]) for key, value in part.items())
    if isinstance(part, list):
        return isinstance(whole, list) and len(part) == len(whole) and all(map(agrees, part, whole))
    return part == whole


@with_client
async def test_the_conversation_of_the_page(client):
    page = (ROOT / "docs/mcp.md").read_text()
    said = re.findall(r"^> (\w+) (.*)\n< (.*)$", page, re.M)
    assert len(said) >= 8
    for tool, arguments, expected in said:
        answer = await client.call_tool(tool, json.loads(arguments))
        expected = json.loads(expected)
        if isinstance(expected, str) and answer.is_error:
            assert answer.content[0].text == expected
        elif isinstance(expected, str):
            assert expected in answer.content[0].text
        else:
            assert not answer.is_error and agrees(expected, answer.structured_content), answer.content[0].text
