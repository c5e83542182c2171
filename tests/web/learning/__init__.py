"""Learning inside the application."""
