"""The steps of the pipeline: each takes a draft and what is known, and fills in its part or drops it."""
