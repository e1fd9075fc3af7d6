"""Benchmarks with a known optimum, from the C++ side of this folder."""

import ctypes
import functools
import json
import os
import pathlib
import re


@functools.cache
def _library():
    path = pathlib.Path(os.environ["LUTHIER_BUILD"]) / "benchmarks" / "libbench_problem.so"
    library = ctypes.CDLL(str(path))
    library.problem_open.restype = ctypes.c_void_p
    library.problem_open.argtypes = [ctypes.c_char_p]
    library.problem_space.restype = ctypes.c_char_p
    library.problem_space.argtypes = [ctypes.c_void_p]
    library.problem_evaluate.restype = ctypes.c_int
    library.problem_evaluate.argtypes = [
        ctypes.c_void_p, ctypes.c_char_p, ctypes.c_uint64, ctypes.POINTER(ctypes.c_double)
    ]
    return library


class Parameter:
    """One parameter of a space: `kind` and `arguments` of its distribution; it exists only where
    `condition`, an expression over the parameters before it, holds."""

    def __init__(self, name, text):
        distribution, _, self.condition = text.partition(" if ")
        self.name = name
        self.kind, arguments = re.fullmatch(r"(\w+)\((.*)\)", distribution).groups()
        self.arguments = json.loads(f"[{arguments}]")

    def is_active(self, config):
        if not self.condition:
            return True
        try:
            return eval(self.condition, {"__builtins__": {}}, config)
        except NameError:  # it depends on a parameter that does not exist here
            return False


class Problem:
    """`parameters`, parents before children, and `evaluate(config, seed)`."""

    def __init__(self, name):
        self.name = name
        self._handle = _library().problem_open(name.encode())
        space = json.loads(_library().problem_space(self._handle))
        self.parameters = [Parameter(key, text) for key, text in space["parameters"].items()]

    @classmethod
    @functools.cache
    def open(cls, name):
        return cls(name)

    def evaluate(self, config, seed):
        """(loss, regret) of the trial with this seed; both are None if it fails. The searcher is told
        the loss, which may be noisy or NaN, and judged by the regret of its best trial."""
        numbers = (ctypes.c_double * 2)()
        if _library().problem_evaluate(self._handle, json.dumps(config).encode(), seed, numbers):
            return None, None
        return numbers[0], numbers[1]
