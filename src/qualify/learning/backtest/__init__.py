"""A playbook replayed over history as it was known at each look, and how well it would have done.

``occurring``   events → what every lead had done by each look, in one pass
``replaying``   playbook + canonical tables + looks → every lead judged at every look, as one expression
``replayed``    the judged and staged looks as arrays, and what came of the leads
``judging``     arrays → the figures: volume, conversion, precision, recall, time gained, names
``comparing``   two playbooks on the same leads: the difference, and whether it is more than chance
``plain``       the figures as plain data, for JSON
``charts``      the figures as SVG
``page``        the figures as one self-contained HTML page
"""
