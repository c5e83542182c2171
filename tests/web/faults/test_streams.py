"""Whatever comes in whatever order and batches: what was concluded alive is what follows from the facts."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qualify.capture.model import Draft
from qualify.web.living.working import Worker
from qualify.web.recomputing import forget, recompute
from tests.web.faults.streams import by_name, cut, differences, emptied, everything, lived, streams

_SIZES = st.lists(st.integers(1, 9), min_size=1, max_size=4)
_LOOKS = st.lists(st.booleans(), min_size=1, max_size=4)

in_one_store = settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


@pytest.mark.slow
@in_one_store
@given(stream=streams(), sizes=_SIZES, looks=_LOOKS)
def test_what_was_concluded_alive_is_what_follows_from_the_facts(
    store: Path, stream: list[Draft], sizes: list[int], looks: list[bool]
) -> None:
    emptied()
    last = lived(cut(stream, sizes), looks)
    Worker().work_off(last)
    alive = everything()
    forget()
    recompute(last)
    assert differences(alive, everything()) == {}


@pytest.mark.slow
@in_one_store
@given(stream=streams(), sizes=_SIZES, looks=_LOOKS)
def test_conclusions_do_not_hang_on_how_calls_were_batched(
    store: Path, stream: list[Draft], sizes: list[int], looks: list[bool]
) -> None:
    emptied()
    last = lived(cut(stream, [1]), [True])
    one_by_one = by_name()
    emptied()
    lived(cut(stream, sizes), looks)
    Worker().work_off(last)
    assert differences(one_by_one, by_name()) == {}
