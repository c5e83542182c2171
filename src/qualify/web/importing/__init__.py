"""Imports: files of leads and of events, as other tools write them, into the store."""
