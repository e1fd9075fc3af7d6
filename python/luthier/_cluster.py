"""What the cluster has, as luthier-ray asks for it: one node a line, "ADDRESS CPU=4 GPU=1"."""

import ray


def describe():
    lines = []
    for node in ray.nodes():
        if node["Alive"]:
            amounts = (f"{name}={amount!r}" for name, amount in sorted(node["Resources"].items())
                       if not name.startswith(("node:", "object_store_memory")))
            lines.append(" ".join([node["NodeManagerAddress"], *amounts]))
    return "\n".join(sorted(lines))
