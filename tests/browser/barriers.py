"""What keeps people from using a page, as axe-core finds it."""

from __future__ import annotations

import json
from collections.abc import Sequence

from tests.browser.conftest import Seen


def barriers(seen: Seen, axe: str, only: Sequence[str] = ()) -> list[str]:
    """Every serious barrier on the page, in words; of these rules alone, if some are named."""
    if not seen.page.evaluate("'axe' in window"):
        seen.page.evaluate(axe)
    options: dict[str, object] = {"resultTypes": ["violations"]}
    if only:
        options["runOnly"] = {"type": "rule", "values": list(only)}
    found = seen.page.evaluate(f"axe.run(document, {json.dumps(options)})")
    return [
        f"{each['id']}: {each['help']}: {[node['html'][:160] for node in each['nodes'][:3]]}"
        for each in found["violations"]
        if each["impact"] in {"serious", "critical"}
    ]
