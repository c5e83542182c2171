"""The playbooks that ship with Qualify, to start from."""

from __future__ import annotations

from importlib import resources


def names() -> list[str]:
    """The starters' names, as ``b2b-saas``."""
    found = resources.files("qualify.playbook").joinpath("starter").iterdir()
    return sorted(each.name.removesuffix(".yaml") for each in found if each.name.endswith(".yaml"))


def text(name: str) -> str:
    """The YAML text of a starter."""
    return resources.files("qualify.playbook").joinpath("starter", f"{name}.yaml").read_text(encoding="utf-8")
