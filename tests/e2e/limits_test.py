"""Running out of things: threads, memory, descriptors, sizes of files, lengths of paths, depth, and
spaces of a hundred thousand. Each works, or ends with a sentence and a documented exit code."""

import os
import resource
import shutil
import unittest

from luthier_program import LUTHIER, ProgramTest

PROGRAM = ["--", "sh", "-c", "echo loss=1"]
SYSTEM = 5


class Limits(ProgramTest):
    def check(self, done, codes, context):
        self.assertIn(done.returncode, codes, (context, done.stderr))
        if done.returncode == SYSTEM:
            self.assertRegex(done.stderr, r"(?m)^luthier: .{20,}", context)
        self.assertNotIn("terminate called", done.stderr, context)

    def test_threads_and_processes(self):
        if os.geteuid() != 0:
            self.skipTest("only root can be somebody else, and the limit counts all of a user's processes")
        copy = self.home / "luthier"
        shutil.copy(LUTHIER, copy)
        self.home.chmod(0o777)
        stranger = ["setpriv", "--reuid", "54322", "--regid", "54322", "--clear-groups"]
        codes = set()
        for most in range(0, 13):
            done = self.limited("nproc", most, copy, *self.run_words(f"n{most}"), *PROGRAM, before=stranger)
            self.check(done, (0, 1, SYSTEM), most)
            codes.add(done.returncode)
            if done.returncode == SYSTEM:
                self.assertIn("ulimit -u", done.stderr, most)
                self.assertFalse((self.home / "luthier-results" / f"n{most}").exists(), most)
        self.assertEqual(codes & {0, SYSTEM}, {0, SYSTEM})

    def test_address_space(self):
        codes = set()
        for megabytes in [*range(10, 100, 5), *range(100, 200, 20), 300, 600]:
            name = f"v{megabytes}"
            done = self.limited("as", megabytes << 20, LUTHIER, *self.run_words(name), *PROGRAM)
            if done.returncode in (127, -11) and not done.stderr.startswith("luthier"):
                continue  # the system could not even load it
            self.check(done, (0, 1, SYSTEM), name)
            codes.add(done.returncode)
            if (self.home / "luthier-results" / name / "experiment.db").exists():
                self.succeed("show", name)
        self.assertIn(SYSTEM, codes)

    def test_sizes_of_files(self):
        script = "for i in $(seq 200); do echo loss=$i pad=1; done"
        codes = set()
        for kib in [0, 1, 4, 12, 20, 32, 40, 64, 128, 400]:
            name = f"f{kib}"
            done = self.limited("fsize", kib << 10, LUTHIER, *self.run_words(name, samples=8),
                                "--", "sh", "-c", script)
            self.check(done, (0, 1, SYSTEM), kib)
            codes.add(done.returncode)
            if done.returncode == SYSTEM:
                self.assertIn("File too large", done.stderr)
            if (self.home / "luthier-results" / name / "experiment.db").exists():
                self.succeed("show", name)
                (counts,) = self.lines("replay", name)
                self.assertEqual(counts["differences"], 0)
        self.assertIn(SYSTEM, codes)

    def test_long_paths(self):
        deep = self.home
        while len(str(deep)) < 700:
            deep = deep / ("x" * 60)
        for length in [300, 450, 470, 500, 520, 700]:
            results = str(deep)[:length].rstrip("/")
            done = self.luthier(*self.run_words("p", "--results", results, samples=1), *PROGRAM)
            if length <= 470:
                self.assertEqual(done.returncode, 0, done.stderr)
                self.succeed("show", "p", "--results", results)
            elif done.returncode != 0:
                self.assertEqual(done.returncode, 2, done.stderr)
                self.assertIn("shorter path", done.stderr)
                self.assertFalse(os.path.exists(results), "nothing was created")
        self.assertEqual(done.returncode, 2)

    def test_a_store_that_was_moved_to_a_long_path(self):
        self.succeed(*self.run_words("m", samples=1), *PROGRAM)
        deep = self.home
        while len(str(deep)) < 600:
            deep = deep / ("y" * 60)
        deep.parent.mkdir(parents=True)
        shutil.move(self.home / "luthier-results", deep)
        for words in [["show", "m"], ["trials", "m"], ["extend", "m", "-n", 1], ["replay", "m"]]:
            done = self.luthier(*words, "--results", deep)
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertIn("shorter path", done.stderr)


class Depth(ProgramTest):
    def refused(self, text, line):
        (self.home / "deep.toml").write_text(text)
        done = self.luthier("run", "deep.toml", "--min", "loss", *PROGRAM)
        self.assertEqual(done.returncode, 2, done.stderr[:500])
        self.assertIn(f"deep.toml, line {line}: ", done.stderr)
        self.assertIn("nested deeper", done.stderr)
        self.assertLess(len(done.stderr), 500)

    def test_deep_names_and_brackets(self):
        many = 50_000
        key = ".".join(["a"] * many)
        self.refused(f"[space]\n{key} = 'uniform(0, 1)'\n", 2)
        self.refused(f"{key} = 1\n", 1)
        self.refused(f"# a comment with 'quotes'\n[space]\nx = '''\n.....\n'''\n{key}", 6)
        self.refused(f"[space.{key}]\nb = 1\n", 1)
        self.refused(f"[[{key}]]\nb = 1\n", 1)
        self.refused("[space]\n" + " . ".join(['"a.b"'] * many) + " = 1\n", 2)
        self.refused("[space]\na = " + "{b = " * many + "1" + "}" * many + "\n", 2)
        self.refused("[space]\na = " + "[" * many + "]" * many + "\n", 2)
        self.refused("[space]\na = " + "{b.c.d.e.f.g.h.i.j.k = " * 20 + "1" + "}" * 20 + "\n", 2)

    def test_what_only_looks_deep(self):
        dots = "." * 500
        (self.home / "flat.toml").write_text(
            f"# {dots}\n[space]\n'lr' = 'uniform(0, 1)' # {dots}\nb.c.d = {[i + 0.5 for i in range(300)]}\n"
            f"s = [\"a{dots}\\\"\", 'b{dots}', '''c{dots}''', \"\"\"d{dots}\"\"\"]\n")
        self.succeed("run", "flat.toml", "--min", "loss", "-n", 1, *PROGRAM)


class Large(ProgramTest):
    def seconds(self, *words):
        """Of a processor."""
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        done = self.succeed(*words, timeout=400)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime - before.ru_utime, done

    # What is ten times as large may cost ten times as much and some, and not a hundred times.
    def check_linear(self, name, text_of, size, *words, trials=1):
        took = []
        for count in [size // 10, size]:
            file = self.home / f"{name}{count}.toml"
            file.write_text(text_of(count))
            each = f"{name}{count}"
            ran, _ = self.seconds("run", file, "--name", each, "--min", "loss", "-n", trials, *words, *PROGRAM)
            listed, shown = self.seconds("trials", each)
            self.assertIn("completed", shown.stdout)
            self.lines("trials", each)
            took.append((ran, listed))
        print(f"{name}: {took}", flush=True)
        for small, large in zip(*took):
            self.assertLess(large, 25 * small + 1)

    def test_parameters(self):
        self.check_linear("p", lambda count: "[space]\n" + "".join(
            f'p{i} = "uniform(0, 1)"\n' for i in range(count)), 20_000)

    def test_searchers_of_many_parameters(self):
        for searcher in ["auto", "tpe", "bohb", "cmaes", "sobol"]:
            self.check_linear(searcher, lambda count: "[space]\n" + "".join(
                f'p{i} = "uniform(0, 1)"\n' for i in range(count)), 6_000, "--searcher", searcher, trials=12)

    def test_constraints(self):
        self.check_linear("c", lambda count: "[space]\na = 'uniform(0, 1)'\nconstraints = [\n" + "".join(
            f'"a < {i + 2}",\n' for i in range(count)) + "]\n", 20_000)

    def test_conditions(self):
        self.check_linear("i", lambda count: "[space]\na = 'choice(1, 2)'\n" + "".join(
            f'p{i} = "uniform(0, 1) if a == 1"\n' for i in range(count)), 5_000)


if __name__ == "__main__":
    unittest.main()
