"""Whether the score is any good, in numbers that know how sure they are."""
