"""The screen: connect."""
