"""What is there to be seen: leads in lists, one lead in words, timelines, consents. Nothing here writes."""
