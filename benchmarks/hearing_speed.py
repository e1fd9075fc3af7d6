#!/usr/bin/env python3
"""How fast Luthier reads metrics from lines that programs print, beside a reader that knows `name=value` and `name: value` only.

    ./dev bench hearing_speed
"""

import os
import pathlib
import subprocess
import sys

program = pathlib.Path(os.environ["LUTHIER_BUILD"]) / "bin" / "bench_hearing_speed"
sys.exit(subprocess.run([program]).returncode)
