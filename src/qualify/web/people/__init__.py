"""Who may come in, and how they show that it is them: sign-in, guessing, mail, links that open something once."""
