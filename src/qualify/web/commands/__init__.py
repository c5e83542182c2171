"""The commands of the application; the command line knows them by name and loads them when they are called."""
