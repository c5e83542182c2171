"""The API: every verb and everything that can be seen, over HTTP, under /api/v1."""
