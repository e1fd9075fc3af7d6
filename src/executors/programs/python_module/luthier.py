"""Luthier's report API in programs that `luthier run` starts, whatever is installed: the package
luthier where the interpreter has it, otherwise the part of it that trials need, from the archive
that this file lies in."""

import importlib
import os
import sys


def _import_in_place():
    """Another module of this name takes this one's place in sys.modules."""
    archive = os.path.dirname(__file__)
    path = [entry for entry in sys.path if entry != archive]
    shown = sys.path[:]
    ours = sys.modules.pop(__name__)
    for entries in (path, path + [os.path.join(archive, "trial")]):
        sys.path[:] = entries
        try:
            found = importlib.import_module(__name__)
        except ModuleNotFoundError as error:
            if error.name != __name__:
                raise
        else:
            if getattr(found, "__file__", None) is not None:  # not any folder of that name
                return
            del sys.modules[__name__]
        finally:
            sys.path[:] = shown
    sys.modules[__name__] = ours
    raise ImportError("the archive of luthier's report API is gone: " + archive)


_import_in_place()
