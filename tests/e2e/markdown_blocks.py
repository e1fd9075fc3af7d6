"""The code blocks of a Markdown page, and a shell that types them in a directory like a checkout."""

import os
import pathlib
import re
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ["LUTHIER_BUILD"]).resolve()


def blocks(page, language=""):
    """Code of every block in this language; "" are the shell's."""
    found = re.findall(r"^```(\w*)\n(.*?)^```$", (ROOT / page).read_text(), re.DOTALL | re.MULTILINE)
    return [code for word, code in found if word == language]


class Checkout:
    """What a line typed in the checkout can see, without writing into the checkout."""

    def __init__(self, path):
        self.path = path
        (path / "build").mkdir()
        (path / "build" / "dev").symlink_to(BUILD)
        for name in ("examples", "include", "benchmarks", "docs"):
            (path / name).symlink_to(ROOT / name)
        self.environment = {**os.environ, "HOME": str(path), "PATH": f"{BUILD / 'bin'}:{os.environ['PATH']}"}
        self.environment.pop("PYTHONUNBUFFERED", None)

    def type(self, code, timeout=300):
        """Types the lines one after the other; any that fails is named. What ./dev does is not repeated."""
        lines = [line for line in code.splitlines() if not line.startswith("./dev ")]
        script = "trap 'echo \"failed: $BASH_COMMAND\" >&2' ERR\nset -eE\n" + "\n".join(lines)
        done = subprocess.run(["bash", "-c", script], cwd=self.path, env=self.environment, timeout=timeout,
                              capture_output=True, text=True, stdin=subprocess.DEVNULL)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout
