"""What `./dev bench schedulers` is made of: tables, runs in virtual time, regret."""
