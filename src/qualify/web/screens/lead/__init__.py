"""The screen: one lead, with why first; its timeline, history, questions, identity, and what is held of it."""
