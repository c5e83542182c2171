"""Node and Chromium, where there are any: other people's clients for JavaScript, and a browser to be told what to do."""

from __future__ import annotations

import fcntl
import functools
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

OURS = Path(__file__).parent / "node"
FOLDER = Path(__file__).parents[2] / ".cache" / "clients"
"""Where Node's packages are, with copies of our scripts beside them: outside of what is committed."""
CHROMIUMS = ("chromium", "chromium-browser", "google-chrome")


class Missing(Exception):
    """What is not on this machine, and what to do about it."""


@functools.cache
def installed() -> Path:
    """The folder with Node's packages, installed if need be. Raises :class:`Missing`."""
    if not shutil.which("node") or not shutil.which("npm"):
        raise Missing("Node.js and npm are not installed")
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (FOLDER / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # several workers of one run want them at once
        _install()
    return FOLDER / "node_modules"


def _install() -> None:
    mark, wanted = FOLDER / "installed", (OURS / "package-lock.json").read_text()
    for each in (*OURS.glob("*.mjs"), *OURS.glob("*.json"), OURS / ".npmrc"):
        shutil.copy(each, FOLDER)
    if mark.exists() and mark.read_text() == wanted:
        return
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    done = subprocess.run(command, cwd=FOLDER, capture_output=True, text=True, timeout=300)
    if done.returncode:
        raise Missing(f"npm could not install the clients: {done.stderr.strip()[-300:]}")
    mark.write_text(wanted)


@functools.cache
def chromium() -> str:
    """Where Chromium is. Raises :class:`Missing`."""
    installed()
    found = next((path for name in CHROMIUMS if (path := shutil.which(name))), None)
    if found is None:
        raise Missing("Chromium is not installed (Debian: apt-get install chromium)")
    return found


def node(script: str, told: object, seconds: int = 120) -> Any:
    """What a script of ours prints, which is JSON."""
    command = ["node", str(FOLDER / script), json.dumps(told)]
    done = subprocess.run(command, cwd=FOLDER, capture_output=True, text=True, timeout=seconds)
    if done.returncode:
        raise RuntimeError(done.stderr)
    return json.loads(done.stdout)


class Browser:
    """A headless Chromium of its own: an empty profile, ended with the block."""

    def __init__(self, **options: object) -> None:
        self.options = {"executablePath": chromium(), **options}

    def __enter__(self) -> Browser:
        command = ["node", str(FOLDER / "browser.mjs"), json.dumps(self.options)]
        self.process = subprocess.Popen(
            command, cwd=FOLDER, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        )
        return self

    def __exit__(self, *_: object) -> None:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        self.process.wait(timeout=60)
        self.process.stdout.close()

    def __call__(self, verb: str, **told: object) -> Any:
        """Do it; what came of it. Raises ``RuntimeError`` with what the browser said."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps({"verb": verb, **told}) + "\n")
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError("the browser has ended")
        answer = json.loads(line)
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return answer["value"]
