"""Reading: pure functions from one text to what it means (titles, e-mail domains, countries, numbers)."""
