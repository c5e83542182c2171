"""The screen: people."""
