"""joblib's processes; prints one JSON line: calls per second. Argument: calls."""

import json
import sys
import time

from joblib import Parallel, delayed

count = int(sys.argv[1])


def once(x):
    return x


with Parallel(n_jobs=2, batch_size=1) as parallel:  # one call a message, as one trial a process
    parallel(delayed(once)(x) for x in range(2))
    begun = time.monotonic()
    parallel(delayed(once)(x) for x in range(count))
    print(json.dumps({"trials": count / (time.monotonic() - begun)}))
