"""Everybody at once: the store is read through DuckDB, scored by the one expression, and written back in chunks.

Only commands and the worker come here; a web process never loads these engines.
"""
