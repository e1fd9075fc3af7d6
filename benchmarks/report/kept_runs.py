"""Runs kept in a file of JSON lines, so that an interrupted benchmark continues where it stopped."""

import json


class KeptRuns:
    """`key_of(run)` is what a run's result depends on; the last of several runs with the same key counts."""

    def __init__(self, path, key_of):
        lines = [json.loads(text) for text in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []
        self._key_of = key_of
        self._runs = {key_of(run): run for run in lines}
        self._file = open(path, "a", encoding="utf-8")

    def find(self, key):
        return self._runs.get(key)

    def add(self, run):
        self._runs[self._key_of(run)] = run
        print(json.dumps(run), file=self._file, flush=True)
