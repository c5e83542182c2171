"""The screen: leads."""
