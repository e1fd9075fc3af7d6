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


def check_scalars(log, multiplexer):
    found = 0
    tags = {
        (run, tag)
        for run, kinds in multiplexer.Runs().items()
        for tag in kinds["tensors"]
        if not tag.startswith("_hparams_/")
    }
    if tags != set(log.scalars):
        fail("tags differ: %s" % sorted(tags ^ set(log.scalars))[:5])
    for (run, tag), points in log.scalars.items():
        events = multiplexer.Tensors(run, tag)
        shown = [(e.step, float(tensor_util.make_ndarray(e.tensor_proto))) for e in events]
        if len(shown) != len(points):
            fail("%s %s: %d points, the log has %d" % (run, tag, len(shown), len(points)))
        for (step, value), (its_step, its_value) in zip(points, shown):
            if step != its_step or not same(value, its_value):
                fail("%s %s: %r shown, %r logged" % (run, tag, (its_step, its_value), (step, value)))
        found += len(points)
    return found


def shown_value(value):
    kind = value.WhichOneof("kind")
    return getattr(value, kind)


def logged_value(value, kind):
    if kind == api_pb2.DATA_TYPE_STRING:
        return value if isinstance(value, str) else json.dumps(value)
    return value if kind == api_pb2.DATA_TYPE_BOOL else float(value)


def check_hparams(log, provider):
    backend = backend_context.Context(base_plugin.TBContext(data_provider=provider))
    ctx = context.RequestContext()
    request = api_pb2.GetExperimentRequest()
    experiment = get_experiment.Handler(ctx, backend, "", request).run()
    kinds = {info.name: info.type for info in experiment.hparam_infos}
    if not kinds or not experiment.metric_infos:
        fail("the HParams experiment record lacks parameters or metrics")
    query = api_pb2.ListSessionGroupsRequest(
        start_index=0, slice_size=10**6, allowed_statuses=list(api_pb2.Status.values())
    )
    groups = list_session_groups.Handler(ctx, backend, "", query).run().session_groups
    values = 0
    seen = set()
    for group in groups:
        for session in group.sessions:
            seen.add(session.name)
            if api_pb2.Status.Name(session.status) != log.status[session.name]:
                fail("%s has status %s" % (session.name, api_pb2.Status.Name(session.status)))
            wanted = {k: v for k, v in log.configs[session.name].items() if k in kinds}
            if set(wanted) != set(group.hparams):
                fail("%s: parameters %s" % (session.name, sorted(set(wanted) ^ set(group.hparams))))
            for name, value in wanted.items():
                if shown_value(group.hparams[name]) != logged_value(value, kinds[name]):
                    fail("%s %s: %r" % (session.name, name, group.hparams[name]))
                values += 1
    if seen != set(log.configs):
        fail("sessions differ: %s" % sorted(seen ^ set(log.configs))[:5])
    return len(seen), values


def main(directory, events):
    log = Log(events)
    # No reservoir sampling: every point is compared.
    multiplexer = plugin_event_multiplexer.EventMultiplexer(
        size_guidance={"tensors": 0}
    )
    multiplexer.AddRunsFromDirectory(directory)
    multiplexer.Reload()
    provider = data_provider.MultiplexerDataProvider(multiplexer, directory)
    scalars = check_scalars(log, multiplexer)
    sessions, values = check_hparams(log, provider)
    print(json.dumps({"schema": 1, "scalars": scalars, "sessions": sessions, "hparams": values}))


if __name__ == "__main__":
    if len(sys.argv) != 3:
        fail("usage: tensorboard_check.py EXPERIMENT_DIRECTORY EVENTS.jsonl")
    main(sys.argv[1], sys.argv[2])
