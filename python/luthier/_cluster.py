"""What is particular to Ray: the cluster's nodes, a trial's bundles, data that trials share."""

import ray
from ray._private import state

_HOLDER = "luthier-shared"
_refs = {}
_holders = []  # an actor ends with its last handle, and what it owns with it


def describe():
    """A line "driver ADDRESS", by which nodes reach this job's driver, then one node a line,
    "ADDRESS CPU=4 GPU=1", as luthier-ray asks for it."""
    job = ray.get_runtime_context().get_job_id()
    driver = next(each["DriverIPAddress"] for each in state.jobs() if each["JobID"] == job)
    lines = []
    for node in ray.nodes():
        if node["Alive"]:
            amounts = (f"{name}={amount!r}" for name, amount in sorted(node["Resources"].items())
                       if not name.startswith(("node:", "object_store_memory")))
            lines.append(" ".join([node["NodeManagerAddress"], *amounts]))
    return "\n".join([f"driver {driver}", *sorted(lines)])


def bundle(index=-1):
    """The scheduling strategy that puts a task or an actor into the trial's own bundles: 1, 2, ...
    is that one, -1 any of them."""
    group = ray.util.get_current_placement_group()
    if group is None:
        raise RuntimeError("the trial has no bundles; ask for them with --executor ray:bundles=2*cpu:1")
    return ray.util.scheduling_strategies.PlacementGroupSchedulingStrategy(
        placement_group=group, placement_group_bundle_index=index)


def shared(name, make):
    """A reference to what make() returns, put into Ray's object store once for the whole experiment:
    ray.get() of it copies nothing that is an array. The first trial that asks makes it."""
    if name not in _refs:
        try:
            _refs[name] = _ask_holder(name, make)
        except ray.exceptions.RayActorError:  # its worker was lost, and the data with it
            _refs[name] = _ask_holder(name, make)
    return _refs[name]


def _ask_holder(name, make):
    holder = _Holder.options(name=_HOLDER, get_if_exists=True, num_cpus=0).remote()
    _holders.append(holder)
    found = ray.get(holder.find.remote(name))
    if found is None:
        found = ray.get(holder.keep.remote(name, make()))
    return found[0]


@ray.remote
class _Holder:
    """Owns what is shared. References travel in lists: a bare one would be replaced by its value."""

    def __init__(self):
        self._refs = {}

    def find(self, name):
        return [self._refs[name]] if name in self._refs else None

    def keep(self, name, value):
        if name not in self._refs:
            self._refs[name] = ray.put(value)
        return [self._refs[name]]
