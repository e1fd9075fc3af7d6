"""Runs kept in a file of JSON lines, so that an interrupted benchmark goes on where it stopped."""

import json


class Kept:
    def __init__(self, path, fresh):
        if fresh:
            path.unlink(missing_ok=True)
        lines = [json.loads(text) for text in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []
        self._lines = {self.key(line): line for line in lines}
        self._file = open(path, "a", encoding="utf-8")

    @staticmethod
    def key(run):
        """What a run's result depends on."""
        return tuple(run[field] for field in ("algorithm", "version", "data", "task", "workers", "seed"))

    def find(self, run):
        return self._lines.get(self.key(run))

    def reaches(self, run, until):
        """Whether the kept run went on until this share of the time."""
        line = self.find(run)
        return line is not None and line["until"] >= until

    def add(self, line):
        self._lines[self.key(line)] = line
        print(json.dumps(line), file=self._file, flush=True)
        return self.key(line)
