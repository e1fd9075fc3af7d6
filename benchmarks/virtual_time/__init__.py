"""The parts of `./dev bench schedulers`: tables, runs in virtual time, regret."""
