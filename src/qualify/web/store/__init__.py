"""The store: every table of the application, and the one history of its migrations."""
