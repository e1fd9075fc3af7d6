"""Optuna's pruners, asked about trials that train over a table in virtual time."""

import heapq
import math

import optuna

optuna.logging.set_verbosity(optuna.logging.ERROR)

PRUNERS = {
    "optuna_median": lambda steps: optuna.pruners.MedianPruner(),
    "optuna_halving": lambda steps: optuna.pruners.SuccessiveHalvingPruner(),
    "optuna_hyperband": lambda steps: optuna.pruners.HyperbandPruner(max_resource=steps),
}


def best_curve(task, workers, name, rows, until=1.0):
    """The curve of best losses, [(seconds, loss), ...]. A pruned or finished trial makes room for the next row."""
    steps = task.table.steps
    study = optuna.create_study(pruner=PRUNERS[name](steps), sampler=optuna.samplers.RandomSampler(seed=0))
    rows, events, best, curve = iter(rows), [], math.inf, []

    def start(now):
        row = next(rows)
        trial = study.ask()
        heapq.heappush(events, (now + task.times[row, 0], trial.number, trial, row, 0))

    for _ in range(workers):
        start(0.0)
    while events[0][0] <= until * task.seconds(workers):
        now, number, trial, row, step = heapq.heappop(events)
        loss = float(task.losses[row, step])
        if loss < best:
            best = loss
            curve.append((now, best))
        trial.report(loss, step + 1)
        if trial.should_prune():
            study.tell(trial, state=optuna.trial.TrialState.PRUNED)
        elif step + 1 == steps:
            state = optuna.trial.TrialState.COMPLETE if math.isfinite(loss) else optuna.trial.TrialState.FAIL
            study.tell(trial, values=loss if math.isfinite(loss) else None, state=state)
        else:
            gap = task.times[row, step + 1] - task.times[row, step]
            heapq.heappush(events, (now + gap, number, trial, row, step + 1))
            continue
        start(now)
    return curve
