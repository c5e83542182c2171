"""The alignment page: what marketing handed over, what sales made of it, and whether the score is any good."""
