"""A rep's day on one page: who waits for a first contact, which touches are due, and what comes tomorrow."""
