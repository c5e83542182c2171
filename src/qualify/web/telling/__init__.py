"""Telling other systems what happened: the outbox, delivered as Standard Webhooks, at least once."""
