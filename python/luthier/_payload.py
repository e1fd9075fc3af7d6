"""A training function on its way to another process: a memory file with what it takes to load it."""

from __future__ import annotations

import importlib
import importlib.util
import json
import os
import pickle
import sys

from ._errors import UsageError


def pack(train, objective, nested):
    """The descriptor of a memory file that holds the function."""
    payload = {"path": [entry or os.getcwd() for entry in sys.path], "argv": sys.argv,
               "program": os.environ.get("LUTHIER_PROGRAM"), "objective": objective, "nested": nested, "name": _name(train)}
    if _is_importable(train):
        payload["module"], payload["attribute"] = train.__module__, train.__qualname__
    else:
        payload["pickle"] = _by_value(train)
    descriptor = os.memfd_create("luthier-function", os.MFD_CLOEXEC)
    with open(descriptor, "wb", closefd=False) as file:
        pickle.dump(payload, file)
    return descriptor


def _name(train):
    return getattr(train, "__qualname__", None) or type(train).__name__


def _is_importable(train):
    """Whether another process finds it by its name. What a script defines it does not."""
    module, name = getattr(train, "__module__", None), getattr(train, "__qualname__", "")
    if not module or module == "__main__" or "<" in name:
        return False
    found = sys.modules.get(module)
    for part in name.split("."):
        found = getattr(found, part, None)
    if found is not train:
        return False
    try:
        return importlib.util.find_spec(module) is not None
    except (ImportError, ValueError):
        return False


def _by_value(train):
    try:
        import cloudpickle
    except ImportError:
        raise UsageError(
            f"{_name(train)} is defined in a script or inside a function, and such functions are sent "
            "by cloudpickle, which is not installed; pip install cloudpickle, or put the function into "
            "a module") from None
    try:
        return cloudpickle.dumps(train)
    except Exception as error:
        raise UsageError(
            f"{_name(train)} can't be sent to another process ({error}); open what it holds (a file, a "
            "lock, a connection) inside it, or define it at the top level of a module") from None


def load(path):
    """The payload of a file that pack() made, without its function; or of a text that names one, which the
    program `luthier` writes (src/tuner/python_function.cc)."""
    if path.startswith("{"):
        return _named(json.loads(path))
    with open(path, "rb") as file:
        payload = pickle.load(file)
    sys.path[:] = payload["path"]
    sys.argv[:] = payload["argv"]
    if payload["program"]:  # for experiments of a trial's own
        os.environ["LUTHIER_PROGRAM"] = payload["program"]
    return payload


def _named(payload):
    """A module is looked for in the working directory first, as by `python -m`."""
    sys.path[:0] = [os.getcwd()]
    sys.argv[:] = [payload["module"]]
    return {"nested": False, **payload}


def function(payload):
    """Its function. Runs the module it is in."""
    if "pickle" in payload:
        return pickle.loads(payload["pickle"])
    found = importlib.import_module(payload["module"])
    for part in payload["attribute"].split("."):
        found = getattr(found, part)
    return found
