"""Made when the package is built or installed: what draws charts (Vega, Vega-Lite, Vega-Embed), in one static file.

So nothing comes from a foreign host, and no build step is left for who installs the package.
"""

from __future__ import annotations

import gzip
from importlib.metadata import version as version_of
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

BUNDLE = Path("src/qualify/web/screens/static/qualify/vega.js")
SNIPPET = "window.vegaEmbed = vegaEmbed;"


class BundleHook(BuildHookInterface[Any]):
    """Writes the bundle, unless one of the same versions is there."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Write the bundle and a compressed copy, and have the wheel take them in."""
        import vl_convert

        path = Path(self.root) / BUNDLE
        made_by = f"vl-convert {version_of('vl-convert-python')}"
        head = f"/* Vega, Vega-Lite, Vega-Embed (BSD-3-Clause), bundled by {made_by} */\n"
        if not (path.exists() and path.open(encoding="utf-8").readline() == head):
            text = head + vl_convert.javascript_bundle(SNIPPET)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            path.with_name("vega.js.gz").write_bytes(gzip.compress(text.encode(), 9, mtime=0))
        build_data["artifacts"] += [str(BUNDLE), f"{BUNDLE}.gz"]
