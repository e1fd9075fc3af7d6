"""The client protocol while the engine runs an experiment, as a client in any language speaks it."""

import json
import os
import subprocess

import pytest


class Client:
    def __init__(self):
        self.process = subprocess.Popen([os.environ["LUTHIER_PROGRAM"], "client"], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)
        self.ask("hello", protocol=1)

    def send(self, word, number=0, **arguments):
        self.process.stdin.write(json.dumps({"id": number, "do": word, **arguments}) + "\n")
        self.process.stdin.flush()

    def line(self):
        return json.loads(self.process.stdout.readline())

    def ask(self, word, number=0, **arguments):
        self.send(word, number, **arguments)
        answer = self.line()
        assert answer["id"] == number
        return answer

    def close(self):
        self.process.stdin.close()
        assert self.process.wait(timeout=30) == 0


@pytest.fixture
def client():
    client = Client()
    yield client
    client.close()


@pytest.mark.parametrize("session", [{"results": "results"}, {"store": "memory"}])
def test_reading_during_a_run(client, session):
    experiment = {"schema": 1, "name": "e", "space": {"parameters": {"x": "uniform(0, 1)"}, "constraints": []},
                  "objectives": [{"metric": "loss", "mode": "min"}], "samples": 3, "executor": "process",
                  "command": ["sh", "-c", "sleep 60"]}
    client.send("run", 1, session={"jobs": 2, "verbosity": 0, **session}, experiment=experiment)
    for _ in range(300):  # an answer comes in about 100 ms
        read = client.ask("read", 2, what="trials")["result"]
        if [trial["state"] for trial in read["trials"]] == ["running", "running"]:
            break
    assert [trial["state"] for trial in read["trials"]] == ["running", "running"]
    assert client.ask("read", 3, what="summary")["result"]["finished"] is False
    events = client.ask("read", 4, what="events", count=2)["result"]["events"]
    assert [event["event"] for event in events] == ["experiment_created", "controller_started"]
    assert "'first'" in client.ask("read", 5, what="trials", first=-1)["error"]["message"]
    assert "only read, interrupt" in client.ask("ask", 6)["error"]["message"]
    client.send("interrupt", 7)
    client.send("read", 8, what="summary")  # answered before the run ends or after it
    answers = {}
    while not {1, 7, 8} <= answers.keys():
        answer = client.line()
        answers[answer["id"]] = answer["result"]
    assert answers[1]["reason"] == "interrupted"
    assert len(client.ask("read", 9, what="trials")["result"]["trials"]) == 2


def test_a_second_interrupt_ends_a_run_whose_question_is_open(client):
    experiment = {"schema": 1, "name": "e", "space": {"parameters": {"x": "uniform(0, 1)"}, "constraints": []},
                  "objectives": [{"metric": "loss", "mode": "min"}], "executor": "process",
                  "command": ["true"], "searcher": "Mine"}
    client.send("run", 1, session={"results": "results", "verbosity": 0, "own_searcher": {"name": "Mine"}},
                experiment=experiment)
    assert client.line()["call"] == "searcher.suggest"
    client.ask("interrupt", 2)
    client.ask("interrupt", 3)
    assert "can be resumed" in client.line()["error"]["message"]
    loaded = client.ask("load", 4, name="e", session={"results": "results"})["result"]
    assert loaded["finished"] is False and "question" in loaded["reason"]


def test_many_facts_are_told_in_parts(client):
    text = "constant('" + 20000 * "a" + "')"
    space = {"parameters": {"x": "uniform(0, 1)", "text": text}, "constraints": []}
    experiment = {"schema": 1, "name": "e", "space": space, "samples": 0, "searcher": "random",
                  "objectives": [{"metric": "loss", "mode": "min"}], "scheduler": "fifo"}
    client.ask("start", 1, session={"store": "memory", "own_stop": True}, experiment=experiment)
    client.send("ask", 2, count=100)  # 100 configurations of 20 KB are more than 1 MB
    parts = 0
    while "question" in (message := client.line()):
        assert message["call"] is None and message["facts"]
        parts += 1
        client.process.stdin.write(json.dumps({"answer": message["question"]}) + "\n")
        client.process.stdin.flush()
    assert parts >= 1 and len(message["result"]["trials"]) == 100


def test_a_client_that_sends_before_it_reads_is_not_waited_for(client):
    """More than the buffers of a pipe hold, in both directions."""
    for number in range(4000):
        client.process.stdin.write(json.dumps({"id": number, "do": "read", "pad": 100 * "x"}) + "\n")
    client.process.stdin.flush()
    assert [client.line()["id"] for _ in range(4000)] == list(range(4000))
