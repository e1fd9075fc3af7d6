"""Experiments that a stranger has made: paths that lead outside, links, pipes and side files where
files belong, a log that says what no controller says. Every command answers with a sentence, none
touches anything outside, none waits for ever."""

import json
import os
import pathlib
import shutil
import sqlite3
import struct
import subprocess
import sys
import time
import unittest

import stored_log
from luthier_program import LUTHIER, ProgramTest

DAMAGED = 4
READERS = [("show", "x"), ("trials", "x"), ("best", "x"), ("explain", "x", "0"), ("logs", "x", "0"),
           ("doctor", "x"), ("replay", "x"), ("export", "x"), ("ls",), ("compare", "x")]
WRITERS = [("stop", "x"), ("pause", "x", "0"), ("resume", "x"), ("extend", "x", "-n", "1"), ("retry", "x")]


def tree(directory):
    """Everything below, with content: what must stay as it is."""
    found = {}
    for path in sorted(directory.rglob("*")):
        kind = path.lstat().st_mode
        found[str(path.relative_to(directory))] = (kind, path.read_bytes() if path.is_file() else None)
    return found


class HostileStore(ProgramTest):
    def setUp(self):
        super().setUp()
        self.victim = self.home / "victim"
        (self.victim / "folder").mkdir(parents=True)
        (self.victim / "folder" / "precious").write_text("kept")
        (self.victim / "precious").write_text("kept")
        self.before = tree(self.victim)
        self.x = self.home / "luthier-results" / "x"

    def tearDown(self):
        self.assertEqual(tree(self.victim), self.before, "something outside was changed")
        super().tearDown()

    def make(self, *options, samples=2):
        self.succeed(*self.run_words("x", "--log", "csv", *options, samples=samples),
                     *self.train("--epochs", 2))

    def interrupted(self):
        """x as a controller leaves it that was killed before the end, without a running trial."""
        self.make()
        rows = stored_log.read_rows(self.x)
        while rows[-1].tag == 19:
            rows.pop()
        return rows

    def quick(self, *words):
        """A command's result; it may take its time on a busy machine, but it ends."""
        return self.luthier(*words, timeout=60)

    def refused(self, *words, code=DAMAGED):
        done = self.quick(*words)
        self.assertEqual(done.returncode, code, f"{words}: {done.stderr}{done.stdout}")
        self.assertTrue((done.stderr + done.stdout).strip(), words)
        return done


class Paths(HostileStore):
    def test_a_checkpoint_outside_is_no_checkpoint(self):
        rows = self.interrupted()
        for path in [str(self.victim / "folder"), "../../victim/folder", "trials/../../../victim/folder",
                     "trials", ".", "", "trials/00000/checkpoints/..", "trials/00000/checkpoints/../../../..",
                     "trials/00001/checkpoints/000001", "/", "trials/00000/checkpoints/.tmp-1-1-1"]:
            changed = rows + [stored_log.Row(rows[-1].time, stored_log.checkpoint_committed(1, 0, 1, path), 0),
                              stored_log.Row(rows[-1].time, stored_log.checkpoint_committed(
                                  2, 0, 2, "trials/00000/checkpoints/000002"), 0)]
            stored_log.write_rows(self.x, changed, closed=False)
            for words in [("resume", "x"), ("show", "x"), ("replay", "x"), ("stop", "x")]:
                self.refused(*words)
            self.assertTrue((self.x / "trials" / "00000").is_dir(), path)
            self.assertTrue((self.x / "experiment.db").exists())

    def test_links_in_the_place_of_folders(self):
        for name in ["trials", "control", ".loggers"]:
            shutil.rmtree(self.x.parent, ignore_errors=True)
            self.make()
            shutil.rmtree(self.x / name)
            (self.x / name).symlink_to(self.victim / "folder", target_is_directory=True)
            for words in WRITERS:
                self.assertIn(self.quick(*words).returncode, (0, 2, 3, DAMAGED), words)
            self.refused("extend", "x", "-n", "1")

    def test_links_in_the_place_of_a_trial(self):
        self.make()
        link = self.x / "trials" / "00002"
        link.symlink_to(self.victim / "folder", target_is_directory=True)
        self.quick("extend", "x", "-n", "1")
        self.assertIn("symbolic link", self.succeed("explain", "x", "2").stdout)

    def test_links_in_the_place_of_files(self):
        for name in ["experiment.db", "experiment.lock", "experiment.db-wal", "experiment.db-journal",
                     "experiment.db-shm"]:
            shutil.rmtree(self.x.parent, ignore_errors=True)
            self.make()
            database = (self.x / "experiment.db").read_bytes()
            (self.x / name).unlink(missing_ok=True)
            (self.victim / "target").write_bytes(database if name == "experiment.db" else b"")
            self.before = tree(self.victim)
            (self.x / name).symlink_to(self.victim / "target")
            self.refused("extend", "x", "-n", "1")
            for words in READERS + WRITERS:
                self.quick(*words)
        (self.victim / "target").unlink()
        self.before = tree(self.victim)

    def test_a_trials_own_files_as_links(self):
        self.make()
        for name in ["stdout.log", "stderr.log", "params.json", "params.json.new", "metrics.jsonl", "progress.csv",
                     ".progress.csv.new"]:
            path = self.x / "trials" / "00000" / name
            path.unlink(missing_ok=True)
            path.symlink_to(self.victim / "precious")
        self.assertNotIn("kept", self.quick("logs", "x", "0").stdout)
        rows = [row for row in stored_log.read_rows(self.x)]
        stored_log.write_rows(self.x, rows)
        self.quick("extend", "x", "-n", "1")
        self.quick("retry", "x")

    def test_a_link_on_the_way_is_the_users_own(self):
        real = self.home / "elsewhere"
        real.mkdir()
        (self.home / "luthier-results").symlink_to(real, target_is_directory=True)
        self.make()
        self.succeed("extend", "x", "-n", "1")
        self.succeed("replay", "x")


class Blocking(HostileStore):
    def test_pipes_block_nobody(self):
        for name in ["experiment.lock", "experiment.db-wal", "experiment.db-journal", "experiment.db-shm",
                     "experiment.db"]:
            shutil.rmtree(self.x.parent, ignore_errors=True)
            self.make()
            (self.x / name).unlink(missing_ok=True)
            os.mkfifo(self.x / name)
            for words in READERS + WRITERS:
                self.quick(*words)

    def test_a_pipe_as_a_request_is_answered_and_gone(self):
        run = self.start(*self.run_words("x", samples=1), *self.train("--epochs", 40, "--sleep", 0.1))
        self.wait_for_results("x", 1)
        os.mkfifo(self.x / "control" / "1.request")
        (self.x / "control" / "2.request").symlink_to(self.victim / "precious")
        self.wait_until(lambda: not list((self.x / "control").glob("*.request")), "taking the requests")
        self.succeed("stop", "x")
        run.communicate(timeout=60)

    def test_a_trials_pipes_block_nobody(self):
        self.make()
        for name in ["stdout.log", "metrics.jsonl", "metrics.json", "results.csv", "progress.csv"]:
            path = self.x / "trials" / "00000" / name
            path.unlink(missing_ok=True)
            os.mkfifo(path)
        self.quick("logs", "x", "0")
        self.quick("extend", "x", "-n", "1")

    def test_a_pipe_as_a_benchmark(self):
        os.mkfifo(self.home / "table.json")
        done = self.quick("simulate", "--benchmark", "./table.json", "-n", 1)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("table.json", done.stderr)

    def test_a_pipe_as_a_policy(self):
        os.mkfifo(self.home / "policy")
        done = self.quick(*self.run_words("x", "--scheduler", "pbt_replay:policy=policy"), *self.train())
        self.assertNotEqual(done.returncode, 0)


class SideFiles(HostileStore):
    def journal(self, records, super_journal=None):
        """A rollback journal that SQLite would play back."""
        database = (self.x / "experiment.db").read_bytes()
        page = struct.unpack(">H", database[16:18])[0]
        head = bytes.fromhex("d9d505f920a163d7") + struct.pack(
            ">IIIII", len(records), 0, len(database) // page, 512, page)
        out = head.ljust(512, b"\0")
        for number, content in records:
            total = 0
            for i in range(page - 200, 0, -200):
                total += content[i]
            out += struct.pack(">I", number) + content + struct.pack(">I", total & 0xFFFFFFFF)
        if super_journal:
            name = str(super_journal).encode()
            total = sum(name)
            out += struct.pack(">I", 2**30 // page + 1) + name + struct.pack(">II", len(name), total)
            out += bytes.fromhex("d9d505f920a163d7")
        return out, database, page

    def test_a_journal_with_a_super_journal_deletes_nothing(self):
        self.make()
        _, database, page = self.journal([])
        journal, _, _ = self.journal([(1, database[:page])], self.victim / "precious")
        (self.x / "experiment.db-journal").write_bytes(journal)
        for words in WRITERS:
            self.quick(*words)
        self.refused("stop", "x")
        self.refused("doctor", "x")

    def test_a_journal_that_writes_other_pages_is_refused(self):
        self.make()
        _, database, page = self.journal([])
        journal, _, _ = self.journal([(2, bytes(page))])
        (self.x / "experiment.db-journal").write_bytes(journal)
        for words in WRITERS:
            self.refused(*words)
        self.assertEqual((self.x / "experiment.db").read_bytes(), database)

    def test_the_journal_of_a_change_of_mode_is_taken(self):
        self.make()
        _, database, page = self.journal([])
        journal, _, _ = self.journal([(1, database[:page])])
        (self.x / "experiment.db-journal").write_bytes(journal)
        changed = bytearray(database)
        changed[18:20] = b"\2\2"
        changed[24:28] = b"\0\0\1\0"
        (self.x / "experiment.db").write_bytes(bytes(changed))
        self.succeed("extend", "x", "-n", "1")
        self.succeed("replay", "x")


class ChangedMeaning(HostileStore):
    def spec_changed(self, change):
        rows = stored_log.read_rows(self.x)
        rows[0].payload = stored_log.with_spec(rows[0].payload, change)
        stored_log.write_rows(self.x, rows)

    def test_options_that_run_would_refuse(self):
        for scheduler, old, new in [("hyperband:max_t=9", '"max_t": 9', '"max_t": -9'),
                                    ("asha:max_t=9", '"reduction_factor": 4', '"reduction_factor": -4'),
                                    ("asha:max_t=9,brackets=2", '"brackets": 2', '"brackets": -2'),
                                    ("asha:max_t=9", '"name": "asha"', '"name": "pbt"'),
                                    ("asha:max_t=9", '"samples": 2', '"samples": -2')]:
            shutil.rmtree(self.x.parent, ignore_errors=True)
            self.make("--scheduler", scheduler)

            def change(spec):
                self.assertIn(old, spec)
                return spec.replace(old, new)

            self.spec_changed(change)
            for words in [("replay", "x"), ("extend", "x", "-n", "1"), ("resume", "x")]:
                self.refused(*words)
            self.quick("compare", "x")

    def test_events_that_nobody_logs(self):
        self.make("--scheduler", "asha:max_t=9")
        rows = stored_log.read_rows(self.x)
        last = rows[-1].time
        row = stored_log.Row
        changes = {
            "a decision for a trial that is not there": rows + [row(last, stored_log.decision_made(77, 1, 3), 77)],
            "a decision for a trial that has ended": rows + [row(last, stored_log.decision_made(0, 1, 3), 0)],
            "a missing first event": rows[1:],
            "a first event twice": rows[:1] + rows,
            "a time before all times": rows[:-1] + [row(-(2**63), rows[-1].payload)],
            "a time after all times": rows[:-1] + [row(2**63 - 1, rows[-1].payload)],
            "a checkpoint that was never there": rows + [row(last, stored_log.checkpoint_removed(5))],
        }
        for what, changed in changes.items():
            with self.subTest(what):
                stored_log.write_rows(self.x, changed)
                for words in [("replay", "x"), ("show", "x"), ("compare", "x"), ("extend", "x", "-n", "1"),
                              ("explain", "x", "0"), ("export", "x", "--canonical")]:
                    self.quick(*words) if words[0] == "export" else self.refused(*words)


class Damage(HostileStore):
    def killed(self):
        run = self.start(*self.run_words("x", samples=2), *self.train("--epochs", 400, "--sleep", 0.02))
        self.wait_for_results("x", 40)
        run.kill()
        run.communicate()
        self.assertGreater((self.x / "experiment.db-wal").stat().st_size, 30000)

    def test_a_flipped_bit_in_the_write_ahead_log_is_told(self):
        self.killed()
        wal = self.x / "experiment.db-wal"
        content = wal.read_bytes()
        frames = (len(content) - 32) // 4120
        for frame in [1, frames // 2, frames]:
            place = 32 + (frame - 1) * 4120 + 24 + 3000
            flipped = content[:place] + bytes([content[place] ^ 1]) + content[place + 1:]
            wal.write_bytes(flipped)
            for words in [("doctor", "x"), ("stop", "x"), ("resume", "x"), ("show", "x"), ("trials", "x")]:
                self.refused(*words)
            self.assertEqual(wal.read_bytes(), flipped)
        wal.write_bytes(content)
        self.assertEqual(self.quick("show", "x").returncode, 0)

    def test_salvage_keeps_what_lies_behind_the_damage(self):
        self.killed()
        wal = self.x / "experiment.db-wal"
        content = wal.read_bytes()
        results = self.quick("export", "x", "--format", "jsonl").stdout.count("result_reported")
        place = 32 + 4120 * 3 + 24 + 4000
        wal.write_bytes(content[:place] + bytes([content[place] ^ 4]) + content[place + 1:])
        self.refused("export", "x", "--format", "jsonl")
        self.succeed("doctor", "x", "--salvage")
        kept = self.succeed("export", "x.salvaged", "--format", "jsonl").stdout.count("result_reported")
        self.assertEqual(kept, results)


class SlowReaders(ProgramTest):
    def test_the_end_of_a_run_does_not_wait_for_readers(self):
        run = self.start(*self.run_words("x", "--plain", samples=2), *self.train("--epochs", 150, "--sleep", 0.01))
        self.wait_for_results("x", 20)
        readers = []
        for _ in range(3):
            reader = subprocess.Popen([LUTHIER, "export", "x", "--format", "jsonl"], cwd=self.home,
                                      stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
            self.addCleanup(self.end, reader)
            readers.append(reader)
        # Someone else's reader, which keeps a transaction open.
        log = sqlite3.connect(self.home / "luthier-results" / "x" / "experiment.db")
        log.execute("BEGIN")
        log.execute("SELECT count(*) FROM events").fetchone()
        out, err = run.communicate(timeout=60)
        self.assertEqual(run.returncode, 0, err)
        self.assertIn("loss", out)
        log.close()
        self.succeed("replay", "x")
        self.succeed("extend", "x", "-n", "1")
        self.assertFalse((self.home / "luthier-results" / "x" / "experiment.db-wal").exists())


class HalfBorn(ProgramTest):
    def x(self):
        return self.home / "luthier-results" / "x"

    def begun_again(self):
        self.assertNotIn("x", self.succeed("ls").stdout.split())
        resumed = self.luthier("resume", "x")
        self.assertNotEqual(resumed.returncode, 0)
        self.assertRegex(resumed.stderr, "never began|no experiment")
        self.succeed(*self.run_words("x", samples=1), *self.train("--epochs", 1))
        self.succeed("replay", "x")

    def test_killed_at_any_moment_of_the_beginning(self):
        unborn = 0
        for milliseconds in range(0, 120, 4):
            shutil.rmtree(self.x().parent, ignore_errors=True)
            run = self.start(*self.run_words("x", "--log", "csv,json", samples=1),
                             *self.train("--epochs", 1, "--sleep", 5))
            time.sleep(milliseconds / 1000)
            run.kill()
            run.communicate()
            if not self.x().exists():
                continue
            if self.luthier("show", "x").returncode == 0:
                continue  # it has begun
            unborn += 1
            self.begun_again()

    def test_killed_before_anything_was_in_the_directory(self):
        self.x().parent.mkdir(mode=0o700)
        self.x().mkdir(mode=0o700)
        self.begun_again()

    def test_a_full_disk_leaves_the_name_free(self):
        for blocks in [0, 1, 2, 8, 12, 20, 30]:
            shutil.rmtree(self.x().parent, ignore_errors=True)
            self.x().parent.mkdir()
            words = [LUTHIER, *map(str, self.run_words("x", samples=1)), *map(str, self.train("--epochs", 1))]
            script = f"ulimit -f {blocks}; exec \"$@\""
            done = subprocess.run(["bash", "-c", script, "bash", *words], cwd=self.home, capture_output=True,
                                  text=True, timeout=60, stdin=subprocess.DEVNULL)
            if done.returncode == 0 or not self.x().exists() or self.luthier("show", "x").returncode == 0:
                continue
            self.begun_again()

    def test_what_is_somebody_elses_is_no_beginning(self):
        self.x().mkdir(parents=True)
        (self.x() / "notes.txt").write_text("mine")
        done = self.luthier(*self.run_words("x", samples=1), *self.train("--epochs", 1))
        self.assertNotEqual(done.returncode, 0)
        self.assertEqual((self.x() / "notes.txt").read_text(), "mine")


class Time(ProgramTest):
    def show(self):
        (shown,) = self.lines("show", "x")
        return shown["elapsed_s"]

    def test_what_passes_after_a_kill_is_not_used(self):
        x = self.home / "luthier-results" / "x"
        run = self.start(*self.run_words("x", "--time", "30s", samples=1, jobs=1),
                         *self.train("--epochs", 1, "--sleep", 60))
        self.wait_until(lambda: (x / "experiment.db").exists() and self.luthier("show", "x").returncode == 0,
                        "the beginning")
        started = time.monotonic()
        time.sleep(3)
        run.kill()
        run.communicate()
        ran = time.monotonic() - started
        used = self.show()
        self.assertGreater(used, ran - 1.5, "heartbeats bound what a crash loses")
        rows = stored_log.read_rows(x)
        # As if all that had been an hour ago.
        for row in rows:
            row.time -= 3_600_000_000
        (x / "experiment.db-wal").unlink(missing_ok=True)
        (x / "experiment.db-shm").unlink(missing_ok=True)
        stored_log.write_rows(x, rows, closed=False)
        run = self.start("resume", "x", "--plain")
        time.sleep(2)
        self.assertIsNone(run.poll(), "the hour between was counted")
        self.assertLess(self.show(), used + 30)
        self.end(run)

    def test_a_clock_that_was_ahead_makes_no_budget_endless(self):
        self.succeed(*self.run_words("x", "--time", "4s", samples=1, jobs=1), *self.train("--epochs", 1))
        x = self.home / "luthier-results" / "x"
        rows = [row for row in stored_log.read_rows(x) if row.tag != 19]
        for row in rows:
            row.time += 315_000_000_000_000
        stored_log.write_rows(x, rows, closed=False)
        self.succeed("extend", "x", "-n", "1000000", "--plain", timeout=120)
        self.assertLess(self.show(), 30)


class Outputs(ProgramTest):
    def test_exports_follow_no_link_and_spare_strangers(self):
        self.succeed(*self.run_words("x", samples=2), *self.train("--epochs", 1))
        victim = self.home / "victim"
        for words in [("--format", "csv", "-o"), ("--format", "jsonl", "-o"), ("--canonical", "-o"), ("--bundle",),
                      ("--format", "ray", "-o")]:
            for target in ["out", "out.partial"]:
                victim.write_text("kept")
                link = self.home / target
                link.symlink_to(victim)
                self.luthier("export", "x", *words, "out")
                self.assertEqual(victim.read_text(), "kept", words)
                link.unlink()
                subprocess.run(["rm", "-rf", "out", "nowhere"], cwd=self.home, check=True)
                link.symlink_to(self.home / "nowhere")
                self.luthier("export", "x", *words, "out")
                self.assertFalse((self.home / "nowhere").exists(), words)
                link.unlink()
                subprocess.run(["rm", "-rf", "out"], cwd=self.home, check=True)
            (self.home / "out.partial").write_text("a stranger's")
            self.succeed("export", "x", *words, "out")
            self.assertEqual((self.home / "out.partial").read_text(), "a stranger's")
            subprocess.run(["rm", "-rf", "out", "out.partial"], cwd=self.home, check=True)

    def test_modes_under_any_umask(self):
        script = "umask \"$1\"; shift; exec \"$@\""
        for umask in ["000", "022", "077", "277"]:
            shutil.rmtree(self.home / "luthier-results", ignore_errors=True)
            subprocess.run(["rm", "-rf", "out", "layout", "bundle"], cwd=self.home, check=True)
            save = "import os; d = os.environ.get('LUTHIER_CHECKPOINT_OUT'); print('loss=1', flush=True)"
            (self.home / "save.py").write_text(save)
            for words in [[*self.run_words("x", "--log", "csv,json,tensorboard"), "--", sys.executable, "save.py"],
                          ["export", "x", "--format", "jsonl", "-o", "out"], ["export", "x", "--bundle", "bundle"],
                          ["export", "x", "--format", "ray", "-o", "layout"]]:
                done = subprocess.run(["sh", "-c", script, "sh", umask, LUTHIER, *map(str, words)], cwd=self.home,
                                      capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL)
                self.assertEqual(done.returncode, 0, done.stderr)
            for place in ["luthier-results", "layout", "out", "bundle"]:
                root = self.home / place
                for path in [root, *root.rglob("*")]:
                    wanted = 0o700 if path.is_dir() else 0o600
                    self.assertEqual(path.stat().st_mode & 0o777, wanted, f"{umask} {path}")


if __name__ == "__main__":
    unittest.main()
