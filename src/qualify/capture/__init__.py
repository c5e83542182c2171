"""Capture: what clients, forms and ad platforms send, through a visible list of named steps, onto one model.

A door reads a request into calls; the pipeline makes of each call a draft that is ready to be kept, or drops
it with a typed reason.
"""
