"""In every Python that has this folder on its path: the application's clock goes ahead, by QUALIFY_TESTS_AHEAD ms.

So a story that takes weeks is told by starting the same store again, later.
"""

import os
import time

if os.environ.get("QUALIFY_TESTS_AHEAD"):
    import qualify.clock

    class _Ahead:
        """The time, so much later."""

        @staticmethod
        def time_ns() -> int:
            return time.time_ns() + int(os.environ["QUALIFY_TESTS_AHEAD"]) * 1_000_000

    vars(qualify.clock)["time"] = _Ahead
