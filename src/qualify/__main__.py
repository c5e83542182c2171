"""``python -m qualify`` is the command ``qualify``."""

from __future__ import annotations

from qualify.cli import main

if __name__ == "__main__":
    main()
