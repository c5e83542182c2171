"""Keeping facts: drafts become rows, each once, under whom they belong to, and mark who has to be judged anew."""
