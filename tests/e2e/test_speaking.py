"""How values reach programs: real ones, each reading them in its own way."""

import json
import sys
import unittest

import yaml

from luthier_program import LUTHIER, ProgramTest

STORE_TRUE = """
import argparse
parser = argparse.ArgumentParser()
parser.add_argument("--amp", action="store_true")
parser.add_argument("--lr", type=float)
parser.add_argument("--layers", type=int, nargs="*", default=[])
arguments = parser.parse_args()
print("layers=%d loss=%g" % (sum(arguments.layers), 1 - arguments.amp * 0.5))
"""

BOOLEAN = """
import argparse
parser = argparse.ArgumentParser()
parser.add_argument("--amp", action=argparse.BooleanOptionalAction, required=True)
print("loss=%g" % (1 - parser.parse_args().amp * 0.5))
"""

# Prints its arguments and what the environment and the parameter file say.
SHOW = """
import json, os, sys
environment = {k[14:].lower(): v for k, v in os.environ.items() if k.startswith("LUTHIER_PARAM_")}
with open(os.environ["LUTHIER_PARAMS"]) as file:
    print(json.dumps({"arguments": sys.argv[1:], "environment": environment, "file": json.load(file)}))
print("loss=1")
"""

READ_YAML = """
import sys, yaml
with open(sys.argv[1]) as file:
    print(repr(yaml.safe_load(file)))
print("loss=1")
"""


class SpeakingTest(ProgramTest):
    def program(self, text, name="program.py"):
        (self.home / name).write_text(text)
        return [sys.executable, name]

    def seen(self, name, trial=0):
        """What SHOW printed."""
        return json.loads(self.succeed("logs", name, trial).stdout.splitlines()[0])

    def run_one(self, name, parameters, command, *options, code=0, **more):
        words = [word for each in parameters for word in ("-p", each)]
        return self.succeed("run", "--name", name, "--min", "loss", "-j", "1", "--searcher", "grid",
                            *options, *words, "--", *command, code=code, **more)

    def states(self, name):
        return [trial["state"] for trial in self.lines("trials", name)]


class Flags(SpeakingTest):
    def test_a_flag_is_there_or_not(self):
        for given in (["{amp}", "--lr", "{lr}"], ["{args}"], []):
            name = "f%d" % len(given)
            self.run_one(name, ['amp=flag("--amp")', "lr=0.1"], [*self.program(STORE_TRUE), *given], "-n", "2")
            trials = self.lines("trials", name)
            self.assertEqual({t["config"]["amp"]: t["metrics"]["loss"] for t in trials}, {True: 0.5, False: 1})

    def test_a_flag_may_have_an_argument_for_off(self):
        for name, given in (("two", "{amp}"), ("all", "{args:space}")):
            self.run_one(name, ['amp=flag("--amp", "--no-amp")'], [*self.program(BOOLEAN), given], "-n", "2")
            self.assertEqual(self.states(name), ["completed"] * 2)

    def test_a_flag_is_true_or_false_elsewhere_and_may_decide(self):
        self.run_one("env", ['amp=flag("--amp")', "level=choice(1, 2) if amp"],
                     [*self.program(SHOW), "--verbose", "{amp}", "--level", "{level}"], "-n", "3")
        said = [self.seen("env", trial) for trial in range(3)]
        off = next(each for each in said if not each["file"]["amp"])
        self.assertEqual(off["arguments"], ["--verbose"])
        self.assertEqual(off["environment"], {"amp": "false"})
        on = next(each for each in said if each["file"]["amp"])
        self.assertEqual(on["arguments"][:3], ["--verbose", "--amp", "--level"])
        best = self.succeed("best", "env", "--json").stdout
        (self.home / "again.json").write_text(best)
        self.run_one("again", ['amp=flag("--amp")', "level=choice(1, 2) if amp"],
                     [*self.program(SHOW), "{amp}"], "--points", "again.json")
        self.assertEqual(self.lines("trials", "again")[0]["config"], json.loads(best)["config"])

    def test_a_flag_within_another_argument_is_refused(self):
        done = self.run_one("no", ['amp=flag("--amp")'], [*self.program(SHOW), "--amp={amp}"], code=2)
        self.assertIn("{amp} is a flag, which is present or absent, and must be a separate argument", done.stderr)


class Values(SpeakingTest):
    def test_lists_spread_over_arguments(self):
        self.run_one("spread", ["layers=choice([64, 64], [128])"],
                     [*self.program(STORE_TRUE), "--layers", "{layers...}"], "-n", "2")
        self.assertEqual({t["metrics"]["layers"] for t in self.lines("trials", "spread")}, {128})
        self.run_one("text", ["layers=choice([64, 64], [128])"],
                     [*self.program(SHOW), "{layers}", "--layers", "{layers...}"], "-n", "2")
        said = {tuple(self.seen("text", trial)["arguments"]) for trial in range(2)}
        self.assertEqual(said, {("[64, 64]", "--layers", "64", "64"), ("[128]", "--layers", "128")})
        self.assertEqual(sorted(self.seen("text", t)["file"]["layers"] for t in range(2)), [[64, 64], [128]])

    def test_words_of_python_arrive_as_typed(self):
        self.run_one("typed", ["x=grid(True, False, None, 'true')", "y=true", "z=choice([None, 1])"],
                     [*self.program(SHOW), "{x}", "{y}", "{z...}", "{z}"])
        said = [self.seen("typed", trial) for trial in range(4)]
        self.assertEqual([each["arguments"][0] for each in said], ["True", "False", "None", "true"])
        self.assertEqual([each["environment"]["x"] for each in said], ["True", "False", "None", "true"])
        self.assertEqual([each["file"]["x"] for each in said], [True, False, None, "true"])
        self.assertEqual({each["arguments"][1] for each in said}, {"true"})

    def test_words_of_python_survive_the_log(self):
        self.run_one("kept", ["x=grid(True, None)", "seed=uniform(0, 1)"], [*self.program(SHOW), "{x}"], "-n", "1")
        self.succeed("extend", "kept", "-n", "1", "-j", "1")
        said = [self.seen("kept", trial)["arguments"] for trial in range(4)]
        self.assertEqual(said, [["True"], ["None"]] * 2)

    def test_all_parameters_at_once(self):
        parameters = ["lr=0.5", "amp=flag('--amp')", "layers=choice([1, 2], [1, 2, 3])", "text='a b'",
                      "none=choice(None)", "off=choice(1) if not amp"]
        for style in ("", ":hydra", ":space"):
            name = "all" + style[1:]
            self.run_one(name, parameters, [*self.program(SHOW), "{args%s}" % style], "--points", self.point())
            said = self.seen(name)["arguments"]
            self.assertEqual(said, {
                "": ["--lr=0.5", "--amp", "--layers=[1, 2]", "--text=a b", "--none=None"],
                ":hydra": ["lr=0.5", "amp=true", "layers=[1,2]", "text='a b'", "none=null"],
                ":space": ["--lr", "0.5", "--amp", "--layers", "1", "2", "--text", "a b", "--none", "None"],
            }[style])

    def point(self):
        (self.home / "point.json").write_text('{"amp": true, "layers": [1, 2]}')
        return "point.json"


class Files(SpeakingTest):
    PARAMETERS = ["optimizer.lr=1e-5", "optimizer.adam.beta=0.9", "name='yes: it\\'s \"1\"'", "on=True"]

    def test_parameter_files_nest_at_dots(self):
        parameters = ["optimizer.lr=1e-5", "optimizer.adam.beta=0.9", "depth=3"]
        self.run_one("nest", parameters, [*self.program(READ_YAML), "{params.file:yaml}"])
        wanted = {"optimizer": {"lr": 1e-5, "adam": {"beta": 0.9}}, "depth": 3}
        self.assertEqual(self.succeed("logs", "nest", 0).stdout.splitlines()[0], repr(wanted))
        self.run_one("json", parameters, [*self.program(SHOW), "{params.file:json}", "{params.file:toml}"])
        said = self.seen("json")
        nested = json.loads((self.home / said["arguments"][0]).read_text())
        self.assertEqual(nested, wanted)
        self.assertEqual(said["file"], {"optimizer.lr": 1e-5, "optimizer.adam.beta": 0.9, "depth": 3})
        try:
            import tomllib
        except ImportError:
            return
        self.assertEqual(tomllib.loads((self.home / said["arguments"][1]).read_text()), wanted)

    def test_a_value_that_is_a_group_too_is_refused(self):
        done = self.run_one("clash", ["a=1", "a.b=2"], [*self.program(SHOW), "{params.file:yaml}"], code=2)
        self.assertIn("'a' would be a value and a group", done.stderr)

    def test_a_template_is_filled(self):
        (self.home / "config.yaml").write_text(
            "# {name} isn't checked here\noptimizer: {lr: {optimizer.lr}, betas: [{optimizer.adam.beta}]}\n"
            "name: {name}\nquoted: \"<{name}>\"\nsingle: 'it''s <{name}>'\npath: runs/{optimizer.lr}/x\n"
            "on: {on}\njinja: '{{ name }}'\nkept: '{{name}}'\nown: {a: 1}\ninactive: {off}\ndir: {trial.dir}\n")
        self.run_one("yaml", [*self.PARAMETERS, "off=choice(1) if optimizer.lr > 1".replace("optimizer.lr", "`optimizer.lr`")],
                     [*self.program(READ_YAML), "{template:config.yaml}"])
        copy = self.home / "luthier-results/yaml/trials/00000/config.yaml"
        name = "yes: it's \"1\""
        read = yaml.safe_load(copy.read_text())
        self.assertEqual(self.home / read.pop("dir"), copy.parent)
        self.assertEqual(read, {
            "optimizer": {"lr": 1e-5, "betas": [0.9]}, "name": name, "quoted": f"<{name}>",
            "single": f"it's <{name}>", "path": "runs/1e-05/x", True: True, "jinja": "{{ name }}",
            "kept": "{name}", "own": {"a": 1}, "inactive": None})
        self.assertEqual(copy.stat().st_mode & 0o777, 0o600)

    def test_a_template_is_no_pipe_and_stays_as_it_was(self):
        import os
        os.mkfifo(self.home / "pipe.yaml")
        done = self.run_one("pipe", ["lr=0.1"], [*self.program(SHOW), "{template:pipe.yaml}"], code=2)
        self.assertIn("pipe.yaml is not a regular file", done.stderr)
        self.assertFalse((self.home / "luthier-results").exists())
        (self.home / "c.yaml").write_text("lr: {lr}\n")
        self.run_one("same", ["lr=choice(0.1, 0.2, 0.3, 0.4)"], [*self.program(SHOW), "{template:c.yaml}"], "-n", "1")
        self.succeed("extend", "same", "-n", "1")
        (self.home / "c.yaml").write_text("lr: {lr}\nbatch: 7\n")
        done = self.succeed("extend", "same", "-n", "1", code=2)
        self.assertIn("c.yaml has changed since the experiment began", done.stderr)
        (self.home / "c.yaml").write_text("lr: {lr}\n")
        self.succeed("extend", "same", "-n", "1")
        self.assertEqual(len(self.states("same")), 3)

    def test_json_and_ini_templates(self):
        (self.home / "c.json").write_text('{"a":{"lr":{lr}},"n":{name},"s":"<{name}> {x}","on":{on},"off":{off}}')
        (self.home / "c.ini").write_text("[a]\nlr = {lr}\nname = {name}\non = {on}\noff = {off}\n")
        self.run_one("c", ["lr=0.1", "name='a \"b\" \\\\'", "on=True", "off=choice(1) if lr > 1"],
                     [*self.program(SHOW), "--config={template:c.json}", "{template:c.ini}"])
        directory = self.home / "luthier-results/c/trials/00000"
        self.assertEqual(json.loads((directory / "c.json").read_text()),
                         {"a": {"lr": 0.1}, "n": 'a "b" \\', "s": '<a "b" \\> {x}', "on": True, "off": None})
        self.assertEqual((directory / "c.ini").read_text(), '[a]\nlr = 0.1\nname = a "b" \\\non = True\n')
        self.assertEqual(self.seen("c")["arguments"][0].split("=")[0], "--config")

    def test_a_template_that_can_not_be_used_is_refused_before_anything_runs(self):
        (self.home / "typo.yaml").write_text("a: 1\nb: {learning_rat}\n")
        (self.home / "plain.yaml").write_text("a: {b: 1}\n")
        for template, said in (("typo.yaml", "typo.yaml, line 2: no placeholder 'learning_rat'; did you mean"),
                               ("plain.yaml", "holds no placeholder such as {learning_rate}"),
                               ("not_there.yaml", "there is no template not_there.yaml")):
            done = self.run_one("no", ["learning_rate=0.1"], [*self.program(SHOW), "{template:%s}" % template], code=2)
            self.assertIn(said, done.stderr)
            self.assertEqual(len(done.stderr.strip().splitlines()), 1, done.stderr)
            self.assertFalse((self.home / "luthier-results").exists())


class Secrets(SpeakingTest):
    def test_a_secret_is_in_the_environment_of_its_trial_only(self):
        import os
        environment = {**os.environ, "KEY_A": "hush-one", "KEY_B": "hush-two"}
        program = self.program("import os, sys\nassert os.environ['LUTHIER_PARAM_KEY'].startswith('hush-')\n"
                               "assert not any('hush' in word for word in sys.argv)\nprint('loss=1')\n")
        self.run_one("secret", ["key=secret(KEY_A, KEY_B)", "lr=0.1"], [*program, "{args}", "{params.file:yaml}"],
                     "-n", "2", env=environment)
        self.assertEqual(self.states("secret"), ["completed"] * 2)
        for path in (self.home / "luthier-results").rglob("*"):
            if path.is_file():
                self.assertNotIn(b"hush-", path.read_bytes(), path)
        self.assertEqual({t["config"]["key"] for t in self.lines("trials", "secret")}, {"KEY_A", "KEY_B"})

    def test_a_secret_that_the_program_shows_is_masked_everywhere(self):
        import os
        environment = {**os.environ, "KEY_A": "hush-one"}
        program = self.program("import json, os, sys\nkey = os.environ['LUTHIER_PARAM_KEY']\nprint('key', key)\n"
                               "lr = float(sys.argv[1])\nif lr == 0.3: sys.exit('no such key ' + key)\n"
                               "print(json.dumps({'loss': lr, 'note': 'with ' + key}))\n"
                               "if lr == 0.2: os.environ.clear(); raise SystemExit('denied: ' + key[:4] + key[4:])\n")
        done = self.run_one("leak", ["key=secret(KEY_A)", "lr=grid(0.1, 0.2, 0.3)"], [*program, "{lr}"], "--json",
                            env=environment)
        self.succeed("export", "leak", "--bundle", "leak.luthier")
        said = done.stdout + done.stderr + self.succeed("trials", "leak", "--json").stdout
        said += self.succeed("explain", "leak", "2").stdout + self.succeed("logs", "leak", "2").stdout
        said += self.succeed("export", "leak", "--format", "jsonl").stdout
        self.assertIn("no such key ***", said)
        self.assertIn("with ***", said)
        self.assertNotIn("hush-one", said)
        for path in self.home.rglob("*"):
            if path.is_file():
                self.assertNotIn(b"hush-one", path.read_bytes(), path)

    def test_a_secret_is_refused_in_the_command_and_when_it_is_not_there(self):
        done = self.run_one("no", ["key=secret(HOME)"], [*self.program(SHOW), "--key={key}"], code=2)
        self.assertIn("{key} is a secret, which would show in the list of processes", done.stderr)
        done = self.run_one("no", ["key=secret(NOT_SET_ANYWHERE)"], [*self.program(SHOW)], code=2)
        self.assertIn("NOT_SET_ANYWHERE, which is not set", done.stderr)


class Known(SpeakingTest):
    SPACE = ["-p", "lr=uniform(0, 1)", "-p", "batch=choice(16, 32)"]
    TRAIN = "import sys\nlr = float(sys.argv[1])\nprint('loss=%r' % ((lr - 0.3) ** 2))\n"

    def tune(self, name, *options, code=0):
        return self.succeed("run", "--name", name, "--min", "loss", "-j", "1", *self.SPACE, *options, "--",
                            *self.program(self.TRAIN), "{lr}", code=code)

    def runs(self, name):
        return [t for t in self.lines("trials", name) if t["proposed_by"] != "known"]

    def test_points_of_other_experiments_run_even_beyond_the_samples(self):
        self.tune("first", "-n", "5")
        for command in ("best", "trials"):
            (self.home / "points.jsonl").write_text(self.succeed(command, "first", "--json").stdout)
            self.tune(command, "-n", "1", "--points", "points.jsonl")
            wanted = [t["config"] for t in self.lines(command, "first")]
            self.assertEqual([t["config"] for t in self.runs(command)], wanted)

    def test_known_results_teach_the_searcher_and_never_run(self):
        self.tune("first", "-n", "20", "--searcher", "random")
        (self.home / "known.jsonl").write_text(self.succeed("trials", "first", "--json").stdout)
        (self.home / "known.csv").write_text(self.succeed("export", "first", "--format", "csv").stdout)
        told = []
        for i, known in enumerate(("known.jsonl", "known.csv", "first", "luthier-results/first")):
            name = f"told-{i}"
            self.tune(name, "-n", "6", "--known", known, "--searcher", "tpe")
            trials = self.lines("trials", name)
            self.assertEqual(len(trials), 26)
            self.assertEqual(len(self.runs(name)), 6)
            self.assertEqual({(t["attempts"], t["iterations"], t["state"]) for t in trials[:20]}, {(0, 0, "completed")})
            self.assertEqual(self.lines("replay", name)[0]["differences"], 0)
            told.append([t["config"] for t in self.runs(name)])
        self.assertEqual(told, [told[0]] * 4)
        # Not the start-up draws of a searcher that knows nothing.
        self.tune("untold", "-n", "6", "--searcher", "tpe")
        self.assertNotEqual(told[0], [t["config"] for t in self.runs("untold")])
        self.assertIn("known before", self.succeed("trials", "told-0").stdout)
        log = self.succeed("export", "told-0", "--format", "jsonl").stdout
        self.assertEqual(log.count('"result_reported"'), 6)
        self.succeed("explain", "told-0", "3")
        self.assertTrue(self.lines("ls")[0])

    def test_a_grid_runs_what_is_not_known(self):
        (self.home / "known.jsonl").write_text('{"config": {"x": 2}, "loss": 0}\n')
        self.run_one("grid", ["x=grid(1, 2, 3)"], [*self.program(SHOW)], "--known", "known.jsonl")
        self.assertEqual(sorted(t["config"]["x"] for t in self.runs("grid")), [1, 3])
        best = self.succeed("best", "grid").stdout
        self.assertIn("known before, not run here", best)

    def test_known_results_come_from_a_pipe_and_are_explained(self):
        (self.home / "known.jsonl").write_bytes(b'\xef\xbb\xbf{"config": {"lr": 0.25, "batch": 16}, "loss": 0.5}\n')
        (self.home / "run.sh").write_text("exec \"$0\" run --name piped --min loss -n 1 -j 1 -p 'lr=uniform(0, 1)' "
                                          "-p 'batch=choice(16, 32)' --known <(cat known.jsonl) -- "
                                          "python3 program.py {lr}\n")
        self.program(self.TRAIN)
        import subprocess
        done = subprocess.run(["bash", "-c", (self.home / "run.sh").read_text(), str(LUTHIER)], cwd=self.home,
                              capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        told = self.succeed("explain", "piped", "0").stdout
        self.assertIn("--known", told)
        self.assertIn("lr = 0.25", told)
        self.assertIn("loss 0.5", told)
        exported = self.succeed("export", "piped", "--format", "csv")
        self.assertIn("1 known result did not run here", exported.stderr)

    def test_resume_and_a_known_best(self):
        (self.home / "known.jsonl").write_text('{"config": {"lr": 0.3, "batch": 16}, "metrics": {"loss": 0.0}}\n')
        self.tune("resumed", "-n", "2", "--known", "known.jsonl", "--searcher", "cmaes")
        self.succeed("extend", "resumed", "-n", "2", "-j", "1")
        self.assertEqual(len(self.runs("resumed")), 4)
        self.assertEqual(self.lines("replay", "resumed")[0]["differences"], 0)
        self.assertEqual(self.lines("best", "resumed")[0]["proposed_by"], "known")

    def test_what_can_not_be_known_is_refused(self):
        for text, said in (('{"config": {"lr": 2, "batch": 16}, "loss": 1}', "line 1: parameter 'lr' is 2"),
                           ('{"config": {"lr": 0.5}, "loss": 1}', "line 1: the parameter 'batch' is missing"),
                           ('{"config": {"lr": 0.5, "batch": 16}, "los": 1}', "line 1: there is no number for the objective 'loss'"),
                           ('{"config": {"lr": 0.5, "batch": 16}, "loss": "NaN"}', "must be finite"),
                           ('{"lr": 0.5, "batch": 16}', "line 1 is not a result")):
            (self.home / "bad.jsonl").write_text(text + "\n")
            done = self.tune("no", "-n", "1", "--known", "bad.jsonl", code=2)
            self.assertIn(said, done.stderr)
        self.assertIn("there is no file 'nowhere'", self.tune("no", "--known", "nowhere", code=2).stderr)
        self.assertFalse((self.home / "luthier-results").exists())


class Gpus(SpeakingTest):
    ENVIRONMENT = "import os\nprint('{\"cuda\": \"%s\"}' % os.environ.get('CUDA_VISIBLE_DEVICES', 'none'))\nprint('loss=1')\n"

    def devices(self, name, visible, *options):
        import os
        self.run_one(name, ["x=grid(1, 2)"], [*self.program(self.ENVIRONMENT)], *options,
                     env={**os.environ, "CUDA_VISIBLE_DEVICES": visible})
        return [json.loads(self.succeed("logs", name, t).stdout.splitlines()[0])["cuda"] for t in range(2)]

    def test_trials_share_what_the_caller_sees(self):
        self.assertEqual(self.devices("uuid", "GPU-aa,MIG-bb", "--gpu", "1"), ["GPU-aa"] * 2)
        self.assertEqual(self.devices("index", "3", "--gpu", "1"), ["3"] * 2)
        self.assertEqual(self.devices("both", "MIG-1,7", "--gpu", "2"), ["MIG-1,7"] * 2)
        self.assertEqual(self.devices("none", "5,6"), ["5,6"] * 2)

    def test_more_than_are_visible_is_refused(self):
        import os
        for visible, options in (("", ["--gpus", "1"]), ("0", ["--gpus", "2"]), ("0,-1,1", ["--gpus", "2"])):
            done = self.run_one("no", ["x=1"], [*self.program(SHOW)], *options, code=2,
                                env={**os.environ, "CUDA_VISIBLE_DEVICES": visible})
            self.assertIn("visible here", done.stderr)


if __name__ == "__main__":
    unittest.main()
