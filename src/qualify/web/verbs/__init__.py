"""Every change of state that somebody asks for: a verb each, with its permission and its line in the audit.

A page, the API and a command call the same function. Each is one transaction: what it writes, the marks of
whom it concerns and the audit are there together, or not at all.
"""
