"""How fast Qualify is, side by side with the best that was written by hand: ``python -m bench``."""
