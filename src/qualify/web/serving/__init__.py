"""Serving: migrations, web, worker, and the process that watches over both."""
