"""The hand-off: who gets a lead that is ready, by when it hears from us, and what becomes of it.

Every function here takes facts, a playbook and a moment. So a month of routing can be replayed under other
rules, and a clock can be told again for any moment of it.
"""
