"""Signing in, and what is one's own: name, password, second steps, sessions."""
