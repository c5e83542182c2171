"""The application: Django over the same core. The only room that has a database of its own."""
