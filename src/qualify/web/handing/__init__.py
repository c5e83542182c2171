"""The hand-off, live: its facts in the store, who is given what, clocks, follow-ups, mail out and in."""
