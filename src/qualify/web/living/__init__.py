"""Live scoring: who is dirty is judged by the one-lead path, moved on the ladder, and what happened is told."""
