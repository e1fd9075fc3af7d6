"""Reads an experiment with the real `tensorboard` package and compares it with the log.

    tensorboard_check.py EXPERIMENT_DIRECTORY EVENTS.jsonl

EVENTS.jsonl is what `luthier export --format jsonl` prints. Every scalar and every hyper-parameter
must be equal within float32, for ended and for live trials; the HParams page must list every trial
that started, with its status. Prints one line of JSON; exit status 1 at the first difference.
"""

import json
import math
import struct
import sys
from collections import defaultdict

from tensorboard import context
from tensorboard.backend.event_processing import data_provider, plugin_event_multiplexer
from tensorboard.plugins import base_plugin
from tensorboard.plugins.hparams import api_pb2, backend_context, get_experiment, list_session_groups
from tensorboard.util import tensor_util

SPECIAL = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}


def number(value):
    """The number a metric of the log stands for, or None."""
    if isinstance(value, str):
        return SPECIAL.get(value)
    return float(value) if isinstance(value, (bool, int, float)) else None


def float32(value):
    try:
        return struct.unpack("f", struct.pack("f", value))[0]
    except OverflowError:
        return math.copysign(math.inf, value)


def same(a, b):
    return a == b or (math.isnan(a) and math.isnan(b))


class Log:
    """What the log says TensorBoard should show."""

    def __init__(self, path):
        self.scalars = defaultdict(list)  # (run, tag) -> [(step, value)]
        self.configs = {}
        self.status = {}
        added = {}
        with open(path, encoding="utf-8") as lines:
            for line in lines:
                event = json.loads(line)
                kind = event["event"]
                trial = event.get("trial")
                run = "trials/%05d" % trial if isinstance(trial, int) else None
                if kind == "trial_added":
                    added[run] = event["config"]
                elif kind == "attempt_started" and run not in self.configs:
                    self.configs[run] = added[run]
                    self.status[run] = "STATUS_UNKNOWN"
                elif kind == "trial_ended" and self.status.get(run) == "STATUS_UNKNOWN":
                    failed = event["state"] == "failed"
                    self.status[run] = "STATUS_FAILURE" if failed else "STATUS_SUCCESS"
                elif kind == "result_reported":
                    for tag, value in event["metrics"].items():
                        if number(value) is not None:
                            point = (event["training_iteration"], float32(number(value)))
                            self.scalars[run, tag].append(point)


def fail(text):
    sys.exit("tensorboard_check: " + text)


class Board:
    """What the tensorboard package makes of an experiment's directory."""

    def __init__(self, directory):
        # No reservoir sampling: every point is compared.
        self._multiplexer = plugin_event_multiplexer.EventMultiplexer(size_guidance={"tensors": 0})
        self._multiplexer.AddRunsFromDirectory(str(directory))
        self._multiplexer.Reload()
        provider = data_provider.MultiplexerDataProvider(self._multiplexer, str(directory))
        self._hparams = backend_context.Context(base_plugin.TBContext(data_provider=provider))

    def scalars(self):
        """(run, tag) -> [(step, value)]."""
        return {
            (run, tag): [
                (event.step, float(tensor_util.make_ndarray(event.tensor_proto)))
                for event in self._multiplexer.Tensors(run, tag)
            ]
            for run, kinds in self._multiplexer.Runs().items()
            for tag in kinds["tensors"]
            if not tag.startswith("_hparams_/")
        }

    def kinds(self):
        """Hyper-parameter -> its type, from the experiment's record."""
        request = api_pb2.GetExperimentRequest()
        handler = get_experiment.Handler(context.RequestContext(), self._hparams, "", request)
        experiment = handler.run()
        if not experiment.hparam_infos or not experiment.metric_infos:
            fail("the HParams experiment record lacks parameters or metrics")
        return {info.name: info.type for info in experiment.hparam_infos}

    def sessions(self):
        """Run -> (name of its status, its hyper-parameters)."""
        query = api_pb2.ListSessionGroupsRequest(
            start_index=0, slice_size=10**6, allowed_statuses=list(api_pb2.Status.values())
        )
        handler = list_session_groups.Handler(context.RequestContext(), self._hparams, "", query)
        return {
            session.name: (
                api_pb2.Status.Name(session.status),
                {name: shown_value(value) for name, value in group.hparams.items()},
            )
            for group in handler.run().session_groups
            for session in group.sessions
        }


def same_points(a, b):
    return len(a) == len(b) and all(
        step == its_step and same(value, its_value)
        for (step, value), (its_step, its_value) in zip(a, b)
    )


def check_scalars(log, board):
    shown = board.scalars()
    if set(shown) != set(log.scalars):
        fail("tags differ: %s" % sorted(set(shown) ^ set(log.scalars))[:5])
    for (run, tag), points in log.scalars.items():
        if not same_points(points, shown[run, tag]):
            fail("%s %s: %r shown, %r logged" % (run, tag, shown[run, tag], points))
    return sum(map(len, shown.values()))


def shown_value(value):
    return getattr(value, value.WhichOneof("kind"))


def logged_value(value, kind):
    if kind == api_pb2.DATA_TYPE_STRING:
        return value if isinstance(value, str) else json.dumps(value)
    return value if kind == api_pb2.DATA_TYPE_BOOL else float(value)


def logged_hparams(config, kinds):
    return {name: logged_value(value, kinds[name]) for name, value in config.items() if name in kinds}


def check_hparams(log, board):
    kinds = board.kinds()
    sessions = board.sessions()
    if set(sessions) != set(log.configs):
        fail("sessions differ: %s" % sorted(set(sessions) ^ set(log.configs))[:5])
    for run, (status, hparams) in sessions.items():
        if status != log.status[run]:
            fail("%s has status %s" % (run, status))
        wanted = logged_hparams(log.configs[run], kinds)
        if hparams != wanted:
            fail("%s: %r shown, %r logged" % (run, hparams, wanted))
    return len(sessions), sum(len(hparams) for _, hparams in sessions.values())


def check(directory, events):
    """Compares everything; the counts of what was compared."""
    log = Log(events)
    board = Board(directory)
    scalars = check_scalars(log, board)
    sessions, values = check_hparams(log, board)
    return {"schema": 1, "scalars": scalars, "sessions": sessions, "hparams": values}


if __name__ == "__main__":
    if len(sys.argv) != 3:
        fail("usage: tensorboard_check.py EXPERIMENT_DIRECTORY EVENTS.jsonl")
    print(json.dumps(check(sys.argv[1], sys.argv[2])))
