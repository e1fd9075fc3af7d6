"""A real experiment, killed in the middle and resumed, read by the real tensorboard package: while it
runs, when it lies dead, and at its end."""

import os
import unittest

from luthier_program import ProgramTest
from tensorboard_check import Board, Log, check, logged_hparams, same_points

TRIALS = 1000 if os.environ.get("LUTHIER_TEST_FULL") else 150
STEPS = 5

# Cheap; but every tenth trial takes a while, and one is held at its third step until the file `go`
# is there. Two values are beyond float32, one is no number in every third trial.
HELD = TRIALS // 2
TRAIN = r"""
lr=$1 width=$2
line() {
  awk -v lr="$lr" -v width="$width" -v trial="$LUTHIER_TRIAL_ID" -v step="$1" 'BEGIN {
    printf "loss=%.17g accuracy=%.17g width=%d tiny=%.17ge-300 huge=1e%d", \
           (lr - 0.3) ^ 2 + 1 / step, 1 - lr / step, width, lr, 290 + step
    printf " odd=%s\n", (trial % 3 == 0 ? "nan" : -step)
  }'
}
for step in 1 2 3 4 5; do
  if [ $((LUTHIER_TRIAL_ID % 10)) -eq 0 ]; then sleep 0.1; fi
  while [ "$LUTHIER_TRIAL_ID" = "$3" ] && [ $step -eq 3 ] && ! [ -e go ]; do sleep 0.1; done
  line $step
done
"""


class TensorBoardReads(ProgramTest):
    def setUp(self):
        super().setUp()
        (self.home / "train.sh").write_text(TRAIN)
        self.directory = self.home / "luthier-results" / "tb"

    def log(self):
        events = self.home / "events.jsonl"
        events.write_text(self.succeed("export", "tb", "--format", "jsonl").stdout)
        return Log(events)

    def begin(self):
        return self.start(
            *self.run_words(
                "tb", "--quiet", "-p", "width=randint(1, 100)", "-p", "opt=choice('sgd', 'adam')",
                "-p", "decay=uniform(0, 1) if opt == 'adam'", "-p", "fast=choice(true, false)",
                samples=TRIALS, jobs=4),
            "--", "sh", "train.sh", "{lr}", "{width}", str(HELD))

    def held_has_reported(self):
        trials = self.lines("trials", "tb")
        return len(trials) > HELD and trials[HELD]["iterations"] == 2

    def look_while_it_runs(self):
        """What is shown soon holds all that the log held, and nothing that the log does not."""
        before = self.log()
        boards = []

        def all_is_shown():
            boards.append(Board(self.directory))
            shown = boards[-1].scalars()
            return all(same_points(points, shown.get(key, [])[:len(points)])
                       for key, points in before.scalars.items())

        self.wait_until(all_is_shown, "everything that the log holds on the board", 20)
        after = self.log()
        for key, shown in boards[-1].scalars().items():
            self.assertTrue(same_points(shown, after.scalars[key][:len(shown)]), (key, shown))
        return before, boards[-1], after

    def check_live_sessions(self, before, board, after):
        kinds = board.kinds()
        sessions = board.sessions()
        self.assertLessEqual(set(before.configs), set(sessions))
        live = [run for run in before.configs if after.status[run] == "STATUS_UNKNOWN"]
        self.assertIn("trials/%05d" % HELD, live)
        for run in live:
            self.assertEqual(
                sessions[run], ("STATUS_UNKNOWN", logged_hparams(after.configs[run], kinds)))

    def test_a_killed_and_resumed_experiment_while_it_runs_and_at_its_end(self):
        process = self.begin()
        self.wait_for_results("tb", HELD * STEPS // 2)
        self.wait_until(self.held_has_reported, "half of the experiment", 120)
        self.check_live_sessions(*self.look_while_it_runs())
        process.kill()
        process.wait()
        (self.home / "go").touch()

        self.succeed("resume", "tb", "-j", 4, "--quiet", timeout=400)
        log = self.log()
        trials = self.lines("trials", "tb")
        self.assertEqual({each["state"] for each in trials}, {"completed"})
        self.assertEqual(trials[HELD]["attempts"], 2)
        counts = check(self.directory, self.home / "events.jsonl")
        print(counts)
        self.assertEqual((counts["sessions"], counts["scalars"]), (TRIALS, TRIALS * STEPS * 6))
        for key, points in log.scalars.items():
            self.assertEqual([step for step, _ in points], [*range(1, STEPS + 1)], key)

        # The same from the log alone.
        board = self.home / "again"
        self.succeed("export", "tb", "--format", "tensorboard", "--output", board)
        self.assertEqual(check(board, self.home / "events.jsonl"), counts)


if __name__ == "__main__":
    unittest.main()
