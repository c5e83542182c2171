"""A simulated market in a store, as if it had been running all the while: what `make run` serves."""
