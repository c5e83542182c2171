"""Playbook and canonical tables, as of a moment, to scores and their ledger: as one expression and lead by lead."""
