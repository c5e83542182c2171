"""A small server that speaks as much IMAP (RFC 9051) as reading a mailbox takes."""

from __future__ import annotations

import re
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from qualify.web.handing.asked import MailboxAt


class Mails:
    """A mailbox: mails by their number, and the number that says which mailbox it is."""

    def __init__(self) -> None:
        self.mails: dict[int, bytes] = {}
        self.validity = 7
        self.password = "secret"
        self.fetched: list[int] = []

    def arrives(self, *raw: bytes) -> None:
        """Mails come in."""
        for each in raw:
            self.mails[max(self.mails, default=0) + 1] = each


class _Session(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        self.say("* OK ready")
        while line := self.rfile.readline().decode().strip():
            tag, _, command = line.partition(" ")
            if command.upper() == "LOGOUT":
                self.say("* BYE bye", f"{tag} OK done")
                return
            self.say(*self.answer(command), tag=tag)

    def say(self, *lines: str | bytes, tag: str = "") -> None:
        for line in lines:
            text = line if isinstance(line, bytes) else line.replace("TAG", tag).encode()
            self.wfile.write(text + b"\r\n")

    def answer(self, command: str) -> list[str | bytes]:
        box: Mails = self.server.mails  # type: ignore[attr-defined]
        word = command.split()[0].upper()
        if word == "CAPABILITY":
            return ["* CAPABILITY IMAP4rev1", "TAG OK done"]
        if word == "LOGIN":
            return ["TAG OK done" if f'"{box.password}"' in command else "TAG NO wrong password"]
        if word in ("SELECT", "EXAMINE"):
            return [
                f"* {len(box.mails)} EXISTS",
                f"* OK [UIDVALIDITY {box.validity}] ok",
                "TAG OK [READ-ONLY]",
            ]
        if search := re.match(r"UID SEARCH UID (\d+):\*", command):
            # As the standard says: the last mail is named even if its number is lower.
            found = sorted(n for n in box.mails if n >= int(search[1])) or sorted(box.mails)[-1:]
            return [f"* SEARCH {' '.join(map(str, found))}", "TAG OK done"]
        if fetch := re.match(r"UID FETCH (\d+)", command):
            number = int(fetch[1])
            box.fetched.append(number)
            raw = box.mails[number]
            return [
                f"* 1 FETCH (UID {number} BODY[]<0> {{{len(raw)}}}".encode() + b"\r\n" + raw + b")",
                "TAG OK done",
            ]
        return ["TAG BAD what?"]


@contextmanager
def mailbox() -> Iterator[tuple[Mails, MailboxAt]]:
    """A mailbox on a port of this machine."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Session) as server:
        server.daemon_threads = True
        server.mails = Mails()  # type: ignore[attr-defined]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.mails, MailboxAt("127.0.0.1", server.server_address[1], "leads", "secret", tls=False)  # type: ignore[attr-defined]
        server.shutdown()
