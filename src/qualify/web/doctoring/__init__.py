"""The doctor: looks at everything that the application stands on, and says what to do."""
