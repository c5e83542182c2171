"""The history of the store, one file for each change."""
