"""The screen: audit."""
