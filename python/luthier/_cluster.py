"""The Ray-specific parts: the cluster's nodes, a trial's bundles, and data shared by trials."""

import ray
from ray._private import state

from . import _wire

_HOLDER = "luthier-shared"
_refs: "dict[object, object]" = {}
_holders: "list[object]" = []  # without a handle the actor would end, and the data it owns would be lost


def describe(version):
    """(the address at which nodes reach this job's driver, the nodes), as a node sees them. `version`: of
    the frames that luthier sends to workers."""
    if version != _wire.VERSION:
        raise RuntimeError("the package luthier on the nodes is not of luthier's own version; install the same")
    job = ray.get_runtime_context().get_job_id()
    driver = next(each["DriverIPAddress"] for each in state.jobs() if each["JobID"] == job)
    return driver, nodes()


def nodes():
    return [{"name": node["NodeManagerAddress"],
             "resources": {name: amount for name, amount in node["Resources"].items()
                           if not name.startswith(("node:", "object_store_memory"))}}
            for node in sorted(ray.nodes(), key=lambda each: each["NodeManagerAddress"]) if node["Alive"]]


def bundle(index=-1):
    """The scheduling strategy that places a task or an actor in one of the trial's own bundles:
    1, 2, ... selects a bundle, -1 any of them."""
    group = ray.util.get_current_placement_group()
    if group is None:
        raise RuntimeError("the trial has no bundles; ask for them with --executor ray:bundles=2*cpu:1")
    return ray.util.scheduling_strategies.PlacementGroupSchedulingStrategy(
        placement_group=group, placement_group_bundle_index=index)


def shared(name, make):
    """A reference to the result of make(), which is put into Ray's object store once for the whole
    experiment; the first trial that asks calls make(). ray.get() does not copy arrays."""
    if name not in _refs:
        try:
            _refs[name] = _ask_holder(name, make)
        except ray.exceptions.RayActorError:  # its worker was lost, together with the data
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
    """Owns the shared data. References are passed in lists: Ray replaces a bare one with its value."""

    def __init__(self):
        self._refs = {}

    def find(self, name):
        return [self._refs[name]] if name in self._refs else None

    def keep(self, name, value):
        if name not in self._refs:
            self._refs[name] = ray.put(value)
        return [self._refs[name]]
