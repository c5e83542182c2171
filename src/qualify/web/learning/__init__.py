"""Learning inside the application: what the store holds is learnt from in a process of its own, beside serving."""
