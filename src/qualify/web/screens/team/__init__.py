"""Who gets leads: their load, hours and speed; leads that nobody has; what other rules would have done."""
