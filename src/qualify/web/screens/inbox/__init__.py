"""The screen: inbox."""
