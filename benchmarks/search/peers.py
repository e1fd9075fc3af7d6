"""The peers' samplers; each runs a problem define-by-run, as its own users would."""

import collections
import importlib.metadata
import logging
import math
import warnings


SEED_STRIDE = 1_000_000  # as in quality.cc: seeds of the trials of one run


def best_after(marks, workers, ask, tell, evaluate):
    """The regret of the trial with the lowest loss, at each mark. With W workers, a suggestion has seen
    the results of all trials except the W - 1 before it, which are still running. `tell(trial, loss)`
    gets None for a trial that failed."""
    running, best, found = collections.deque(), (math.inf, math.inf), {}
    for number in range(1, marks[-1] + 1):
        if len(running) == workers:
            tell(*running.popleft())
        trial, config = ask()
        loss, regret = evaluate(config, number - 1)
        running.append((trial, loss))
        if loss is not None and loss < best[0]:
            best = (loss, regret)
        if number in marks:
            found[number] = best[1]
    return found


def _evaluator(problem, seed):
    return lambda config, trial: problem.evaluate(config, seed * SEED_STRIDE + trial)


def _suggest(trial, parameter):
    """Suggests a parameter through the API of Optuna and Rustuna."""
    name, arguments = parameter.name, parameter.arguments
    match parameter.kind:
        case "uniform":
            return trial.suggest_float(name, *arguments)
        case "loguniform":
            return trial.suggest_float(name, *arguments, log=True)
        case "quniform":
            return trial.suggest_float(name, arguments[0], arguments[1], step=arguments[2])
        case "randint":
            return trial.suggest_int(name, arguments[0], arguments[1] - 1)
        case "qrandint":
            return trial.suggest_int(name, arguments[0], arguments[1], step=arguments[2])
        case "lograndint":
            return trial.suggest_int(name, arguments[0], arguments[1] - 1, log=True)
        case "choice":
            return trial.suggest_categorical(name, arguments)
        case "constant":
            return arguments[0]
    raise ValueError(f"no translation for {parameter.kind}")


def _define_by_run(trial, problem):
    config = {}
    for parameter in problem.parameters:
        if parameter.is_active(config):
            config[parameter.name] = _suggest(trial, parameter)
    return config


def _study_asked_and_told(study, problem, seed, marks, workers, failed=None):
    def ask():
        trial = study.ask()
        return trial.number, _define_by_run(trial, problem)

    def tell(trial, loss):
        if loss is not None and math.isfinite(loss):
            study.tell(trial, loss)
        elif failed is None:
            raise ValueError("this peer is measured only on problems without failures")
        else:
            study.tell(trial, state=failed)

    return best_after(marks, workers, ask, tell, _evaluator(problem, seed))


def _optuna(problem, seed, marks, workers, **options):
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        sampler = optuna.samplers.TPESampler(seed=seed, **options)
        study = optuna.create_study(sampler=sampler)
        failed = optuna.trial.TrialState.FAIL
        return _study_asked_and_told(study, problem, seed, marks, workers, failed)


def optuna_default(problem, seed, marks, workers):
    """Multivariate over the parameters that all trials share, the default of Optuna 5."""
    return _optuna(problem, seed, marks, workers)


def optuna_group(problem, seed, marks, workers):
    """Multivariate over each group of parameters that occur together: for conditional spaces."""
    return _optuna(problem, seed, marks, workers, multivariate=True, group=True)


def rustuna_default(problem, seed, marks, workers):
    import rustuna

    study = rustuna.create_study(sampler=rustuna.samplers.TPESampler(seed=seed))
    return _study_asked_and_told(study, problem, seed, marks, workers)


def hyperopt_default(problem, seed, marks, workers):
    """For flat spaces of real numbers; one trial at a time, as in its fmin."""
    import hyperopt
    import numpy

    logging.getLogger("hyperopt").setLevel(logging.ERROR)
    if workers != 1 or any(p.kind != "uniform" or p.condition for p in problem.parameters):
        raise ValueError("HyperOpt is measured only on flat spaces of real numbers with one worker")
    space = {p.name: hyperopt.hp.uniform(p.name, *p.arguments) for p in problem.parameters}
    values = []

    def objective(config):
        loss, regret = problem.evaluate(config, seed * SEED_STRIDE + len(values))
        values.append(regret)
        return loss

    hyperopt.fmin(
        objective,
        space,
        algo=hyperopt.tpe.suggest,
        max_evals=marks[-1],
        rstate=numpy.random.default_rng(seed),
        show_progressbar=False,
    )
    return {mark: min(values[:mark]) for mark in marks}


PEERS = {
    "optuna": optuna_default,
    "optuna_group": optuna_group,
    "rustuna": rustuna_default,
    "hyperopt": hyperopt_default,
}


def version_of(searcher):
    package = searcher.partition("_")[0]
    return importlib.metadata.version(package) if searcher in PEERS else ""
