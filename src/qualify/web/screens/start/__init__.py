"""The screen: start."""
