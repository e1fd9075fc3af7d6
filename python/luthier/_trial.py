"""The trial of the current thread, as training code sees it (docs/ray.md)."""

from __future__ import annotations

import json
import os
import threading
from typing import Any, Callable, Dict, Mapping, Optional

from ._values import numbers, record

_local = threading.local()


class Trial:
    """`tell(line) -> reply` sends one line of the worker protocol and waits for the answer."""

    def __init__(self, order: Mapping[str, Any], tell: Callable[[Any], Any],
                 stopping: Callable[[], bool] = lambda: False, close: Callable[[], object] = lambda: None) -> None:
        self.id: int = order["trial"]
        self.config: Dict[str, Any] = order["config"]
        self.seed: int = order["seed"]
        self.iteration: int = order["iteration"]
        self.checkpoint: Optional[str] = order.get("restore") or None
        self.directory: Optional[str] = order.get("trial_directory") or None
        self._tell = tell
        self._stopping = stopping
        self.close = close
        self._over = False

    def report(self, metrics: Mapping[str, Any], save: Optional[Callable[[str], object]] = None) -> bool:
        """True: continue. False: return now, because the trial was stopped or paused."""
        if self._over:
            return False
        if not metrics:
            raise ValueError("report() needs at least one metric")
        self.iteration += 1
        reply = self._tell(record(metrics))
        if "directory" in reply and save is not None:
            save(reply["directory"])
            done = self._tell({"checkpoint": True})
            if done["decision"] in ("pause", "stop"):
                reply = done
        self._over = reply["decision"] in ("pause", "stop")
        return not self._over

    @property
    def over(self) -> bool:
        """Whether report() has said to return."""
        return self._over

    @property
    def stop_requested(self) -> bool:
        """Whether the trial was asked to stop since the last report; check this in long iterations."""
        return self._stopping()


def set_current(trial: Optional[Trial]) -> None:
    _local.trial = trial


def current() -> Trial:
    trial = getattr(_local, "trial", None) or _of_this_process()
    if trial is None:
        raise RuntimeError("no trial runs in this thread; call luthier.report() and similar functions in a "
                           "function passed to --python, or in a program started by `luthier run`")
    return trial


_process_trial: Optional[Trial] = None


def forget() -> None:
    """This process has another trial from now on."""
    global _process_trial
    if _process_trial is not None:
        _process_trial.close()
    _process_trial = None


def _of_this_process() -> Optional[Trial]:
    """The trial of a program that `luthier run ... -- python train.py` started."""
    global _process_trial
    if _process_trial is None and "LUTHIER_REPORT_FD" in os.environ:
        link = os.fdopen(int(os.environ["LUTHIER_REPORT_FD"]), "r+b", buffering=0)

        def tell(message: Any) -> Any:
            link.write(json.dumps(message).encode() + b"\n")
            reply = b""
            while not reply.endswith(b"\n"):
                part = link.read(4096)
                if not part:
                    raise SystemExit("luthier is gone")
                reply += part
            return json.loads(reply)

        with open(os.environ["LUTHIER_PARAMS"], encoding="utf-8") as file:
            config = numbers(json.load(file))
        _process_trial = Trial(
            {"trial": int(os.environ["LUTHIER_TRIAL_ID"]), "config": config,
             "seed": int(os.environ["LUTHIER_SEED"]), "iteration": int(os.environ["LUTHIER_ITERATION"]),
             "restore": os.environ.get("LUTHIER_CHECKPOINT_IN"),
             "trial_directory": os.environ["LUTHIER_TRIAL_DIR"]}, tell, close=link.close)
    return _process_trial
