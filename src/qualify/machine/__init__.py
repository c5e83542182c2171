"""Machine activity: which opens, clicks, page views and forms were a machine's, with the reason.

Labels are conclusions: a pure function of one person's facts (`labelling.label`), and of what many people's
facts show together (`bursts.bursts`). Nothing is deleted, and better evidence revises a label backwards.
"""
