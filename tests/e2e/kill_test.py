"""Kills `luthier run` and `luthier resume` with SIGKILL, again and again, while process trials
report to it. No acknowledged result may be lost, no process may stay, and the experiment finishes.

LUTHIER_TEST_FULL=1 kills a hundred times.
"""

import json
import os
import random
import time
import unittest

from luthier_program import ProgramTest

FULL = "LUTHIER_TEST_FULL" in os.environ
KILLS = 100 if FULL else 12
SAMPLES = 800 if FULL else 150
EPOCHS = 9

# Notes each result after its answer was read, so what is noted was acknowledged. The shell starts
# in a millisecond and dies in the middle of anything.
TRIAL = f"""
step=0
if [ -n "$LUTHIER_CHECKPOINT_IN" ]; then read -r step < "$LUTHIER_CHECKPOINT_IN/state"; fi
while [ "$step" -lt {EPOCHS} ]; do
  step=$((step + 1))
  sleep 0.05
  loss=$(((LUTHIER_TRIAL_ID * 7919 + step * 104729) % 1000))
  echo "{{\\"loss\\": $loss}}" >&3 && read -r reply <&3 || exit 1
  echo "$LUTHIER_TRIAL_ID $step $loss" >> "$1"
  case $reply in *directory*)
    echo "$step" > "$LUTHIER_CHECKPOINT_OUT/state"
    echo '{{"checkpoint": true}}' >&3 && read -r reply <&3 || exit 1 ;;
  esac
  case $reply in *pause* | *stop*) exit 0 ;; esac
done
"""


class Killing(ProgramTest):
    def setUp(self):
        super().setUp()
        (self.home / "trial.sh").write_text(TRIAL)
        self.random = random.Random(1)

    def words(self, name, jobs, samples, searcher="random"):
        words = self.run_words(name, "--scheduler", f"asha:max_t={EPOCHS},reduction_factor=3",
                               "--checkpoint-every", 2, "--log", "none", "--seed", 1, samples=samples, jobs=jobs)
        words[words.index("random")] = searcher
        return [*words, "--", "sh", "trial.sh", f"noted-{name}"]

    def state(self, name):
        lines = self.lines("ls")
        return next((each["state"] for each in lines if each["experiment"] == name), None)

    def events(self, name):
        return [json.loads(line) for line in
                self.succeed("export", name, "--format", "jsonl").stdout.splitlines()]

    def noted(self, name):
        path = self.home / f"noted-{name}"
        lines = path.read_text().splitlines() if path.exists() else []
        return {tuple(map(int, line.split())) for line in lines if len(line.split()) == 3}

    def check_results(self, name):
        """Every noted result is in the log, with its value; returns how many there are."""
        logged = {(event["trial"], event["training_iteration"], event["metrics"]["loss"])
                  for event in self.events(name) if event["event"] == "result_reported"}
        noted = self.noted(name)
        self.assertEqual(noted - logged, set(), "acknowledged results are lost")
        return len(noted)

    def kill_until_enough(self, name, jobs, samples, kills, searcher="random"):
        """The number of kills that hit a living controller; some hit its recovery."""
        words = self.words(name, jobs, samples, searcher)
        done = 0
        while done < kills:
            process = self.start(*words)
            # A recovery takes some 10 ms: every third kill falls into it.
            time.sleep(self.random.uniform(0, 0.03) if done % 3 == 2
                       else self.random.uniform(0.05, 0.6))
            ended = process.poll()
            process.kill()
            process.communicate()
            self.assertIn(ended, (None, 0))
            self.wait_until(lambda: not self.processes_of(name), "the end of every process", 2)
            if self.luthier("show", name).returncode != 0:
                continue  # killed before anything was logged: the same command again
            if ended == 0:
                break
            done += 1
            self.check_results(name)
            words = ["resume", name, "-j", jobs]
        return done

    def finish(self, name, jobs):
        if self.state(name) != "finished":
            self.succeed("resume", name, "-j", jobs, timeout=300)
        self.assertEqual(self.state(name), "finished")
        self.assertEqual(self.processes_of(name), [])
        (counts,) = self.lines("replay", name)
        self.assertEqual(counts["differences"], 0, counts)

    def test_the_time_after_a_kill_does_not_count(self):
        process = self.start(*self.words("late", 2, SAMPLES))
        self.wait_until((self.home / "noted-late").exists, "a result")
        process.kill()
        process.communicate()
        (before,) = self.lines("show", "late")
        time.sleep(1)
        self.succeed("stop", "late")
        (after,) = self.lines("show", "late")
        self.assertEqual((after["state"], after["elapsed_s"]), ("finished", before["elapsed_s"]))

    def test_with_four_jobs_nothing_acknowledged_is_lost(self):
        killed = self.kill_until_enough("four", 4, SAMPLES, KILLS)
        self.assertEqual(killed, KILLS, "the experiment ended too soon")
        self.finish("four", 4)
        checked = self.check_results("four")
        self.assertGreater(checked, SAMPLES)
        states = [each["state"] for each in self.lines("trials", "four")]
        self.assertEqual(len(states), SAMPLES)
        self.assertLessEqual(set(states), {"completed", "stopped"})
        print(f"{killed} kills, {checked} acknowledged results, all in the log", flush=True)

    def test_with_one_job_the_export_is_that_of_a_run_that_was_not_killed(self):
        samples = 12
        self.succeed(*self.words("smooth", 1, samples), timeout=120)
        killed = self.kill_until_enough("rough", 1, samples, KILLS // 2)
        self.assertGreater(killed, 2)
        self.finish("rough", 1)
        self.check_results("rough")
        self.assertEqual(self.succeed("export", "rough", "--canonical").stdout,
                         self.succeed("export", "smooth", "--canonical").stdout)

    def test_repeats_go_on_after_kills(self):
        searcher = 'repeat:times=3,searcher="concurrency_limit:most=2,searcher=tpe"'
        self.assertGreater(self.kill_until_enough("groups", 4, 30, 4, searcher), 1)
        self.finish("groups", 4)
        rates = [each["config"]["lr"] for each in self.lines("trials", "groups")]
        self.assertEqual(rates[0::3], rates[1::3])
        self.assertEqual(rates[0::3], rates[2::3])
        self.assertEqual(len(set(rates)), 10)


if __name__ == "__main__":
    unittest.main()
