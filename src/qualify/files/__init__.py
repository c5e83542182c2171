"""Users' files and frames, brought into the canonical tables that every engine scores.

:func:`gather` opens each source (``sources``), finds out what its columns mean (``headers``, ``presets``), refuses
the rows that cannot be used (``screening``, ``rejects``), reads the values as the playbook looks at them (``dates``,
``cells``, ``readings``), and makes the canonical tables (``people``, ``told``, ``events``).
"""

from __future__ import annotations

from qualify.files.gather import Gathered, Recognised, gather
from qualify.files.rejects import Rejects
from qualify.files.sources import Sources

__all__ = ["Gathered", "Recognised", "Rejects", "Sources", "gather"]
