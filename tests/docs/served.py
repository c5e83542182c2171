"""Follows what a page says to do with a running application: in a shell, beside a server, from top to bottom.

    ```sh demonstration    is run beside `qualify demo --serve`, with the variables that it says to paste
    ```sh application      is run beside `qualify serve` on a fresh store, with its address as AT
    ```py application      is run after the blocks above it, with AT and KEY in its environment

What a ```text block right below shows is what they print to standard output.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.docs.pages import Block, blocks
from tests.docs.running import Printed
from tests.web.servers import until

KINDS = ("demonstration", "application")
_COMMANDS = {
    "demonstration": ("demo", "--serve", "--leads", "200", "--port", "0"),
    "application": ("serve", "--port", "0"),
}
_NEXT = "=== the next block ==="


def chosen(page: Path, kind: str) -> list[Block]:
    """The page's blocks that are run beside that kind of server."""
    return [block for block in blocks(page) if kind in block.words[1:] and block.language in ("sh", "py")]


def followed(page: Path, kind: str, folder: Path) -> list[Printed]:
    """What each of the page's blocks printed, and what the page says it prints."""
    every = chosen(page, kind)
    for block in blocks(page):
        if block.file:
            (folder / block.file).write_text(block.text, encoding="utf-8")
    with serving(kind, folder) as variables:
        said = _in_shell(every, variables, folder).split(_NEXT + "\n")
    return [_printed(page, block, text) for block, text in zip(every, said, strict=True)]


@contextmanager
def serving(kind: str, folder: Path) -> Iterator[dict[str, str]]:
    """A server in that folder, as long as needed; the variables that a reader has in the shell."""
    log = folder / "server.log"
    environment = {name: value for name, value in os.environ.items() if name != "QUALIFY_DATA"}
    with log.open("w") as file:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "qualify", *_COMMANDS[kind]],
            stdout=file, stderr=file, cwd=folder, env=environment,
        )  # fmt: skip
    try:
        until(lambda: "Qualify is at" in log.read_text() or process.poll() is not None)
        found = re.search(r"Qualify is at (\S+)", log.read_text())
        assert found, log.read_text()
        yield {**environment, "AT": found[1], **_keys(folder)}
    finally:
        process.terminate()
        process.wait(60)


def _keys(folder: Path) -> dict[str, str]:
    kept = folder / "qualify-data" / "demo-keys.json"
    if not kept.exists():
        return {}
    known = json.loads(kept.read_text())
    return {"KEY": known["write"], "AUTH": f"Authorization: Bearer {known['api']}"}


def _in_shell(every: Sequence[Block], variables: dict[str, str], folder: Path) -> str:
    program = (
        f'qualify() {{ "{sys.executable}" -m qualify "$@"; }}\npython3() {{ "{sys.executable}" "$@"; }}\n'
    )
    program += f'echo "{_NEXT}"\n'.join(map(_typed, every))
    ran = subprocess.run(
        ["sh", "-c", program], cwd=folder, env=variables, capture_output=True, text=True, check=False
    )
    assert ran.stdout.count(_NEXT) == len(every) - 1, ran.stdout + ran.stderr
    return ran.stdout


def _typed(block: Block) -> str:
    if block.language == "sh":
        return block.text
    return f"export KEY\npython3 - <<'END OF PROGRAM'\n{block.text}END OF PROGRAM\n"


def _printed(page: Path, block: Block, text: str) -> Printed:
    following = [each for each in blocks(page) if 0 < each.line - block.end <= 3 and each.language == "text"]
    shown = following[0] if following else None
    if shown is None:
        return Printed(block, str(block), text, text, block.end, block.end)
    return Printed(block, str(block), shown.text, text, shown.line, shown.end)
