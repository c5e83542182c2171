"""A mail system as companies run one: Postfix, and Dovecot with Sieve behind it, on ports of this machine.

Everything lives in one temporary folder; nothing under /etc or /var is touched. Postfix takes what Qualify sends and
hands it to Dovecot by LMTP; what Dovecot refuses, Postfix sends back to its sender, in the words of RFC 3464; what a
Sieve script answers comes back the same way. Both must be started by root, as everywhere.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from qualify.web.handing.asked import MailboxAt
from tests.web.servers import until

OURS = "leads@qualify.example"
PASSWORD = "a word for tests"
GIVEN_UP_AFTER = "6s"
"""Postfix tries for five days; here it is soon over."""

MAIN = """\
compatibility_level = 3.6
queue_directory = {folder}/spool
data_directory = {folder}/data
maillog_file = {folder}/mail.log
maillog_file_prefixes = {folder}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mx.qualify.example
mydestination =
alias_maps =
alias_database =
mynetworks = 127.0.0.0/8
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_recipient_restrictions = permit_mynetworks, reject
virtual_mailbox_domains = static:here
virtual_alias_maps = regexp:{folder}/aliases
virtual_transport = lmtp:inet:127.0.0.1:{lmtp}
disable_dns_lookups = yes
biff = no
queue_run_delay = 1s
minimal_backoff_time = 1s
maximal_backoff_time = 1s
delay_warning_time = 1s
maximal_queue_lifetime = {patience}
bounce_queue_lifetime = {patience}
"""

MASTER = """\
127.0.0.1:{smtp} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
proxymap unix - - n - - proxymap
error unix - - n - - error
retry unix - - n - - error
lmtp unix - - n - - lmtp
smtp unix - - n - - smtp
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
"""

DOVECOT = """\
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/dovecot.log
ssl = no
disable_plaintext_auth = no
protocols = imap lmtp
listen = 127.0.0.1
first_valid_uid = 1
first_valid_gid = 1
mail_location = maildir:~/Maildir
mail_plugins = quota
recipient_delimiter = +
postmaster_address = postmaster@qualify.example
hostname = mx.customer.example
submission_host = 127.0.0.1:{smtp}
quota_full_tempfail = yes
passdb {{
  driver = passwd-file
  args = {folder}/users
}}
userdb {{
  driver = passwd-file
  args = {folder}/users
}}
service imap-login {{
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    port = {lmtp}
  }}
}}
protocol lmtp {{
  mail_plugins = quota sieve
}}
plugin {{
  quota = maildir:User quota
  sieve = file:~/sieve;active=~/active.sieve
  sieve_extensions = +editheader
  sieve_vacation_min_period = 1h
}}
"""


class Box(NamedTuple):
    """Somebody's mailbox: the Sieve script that looks at what comes, and how many bytes fit in."""

    script: str = ""
    bytes: int = 0


class MailSystem(NamedTuple):
    """Where it listens, and its folder."""

    folder: Path
    smtp: int
    imap: int

    @property
    def mailbox(self) -> MailboxAt:
        """Our own mailbox, as Qualify reads it."""
        return MailboxAt("127.0.0.1", self.imap, OURS, PASSWORD, tls=False)

    @property
    def log(self) -> str:
        """What both wrote down, for whoever looks for the reason of something."""
        return "\n".join(path.read_text() for path in self.folder.glob("*.log"))


def missing() -> str | None:
    """Why there can be no such system here; None when there can."""
    absent = [name for name in ("postfix", "dovecot") if shutil.which(name, path=_PATH) is None]
    if absent:
        return f"{' and '.join(absent)} are not installed (Debian: postfix dovecot-imapd dovecot-lmtpd dovecot-sieve)"
    return None if os.geteuid() == 0 else "Postfix can be started by root only"


class NotHere(Exception):
    """Postfix or Dovecot does not start on this machine, and why."""


@contextmanager
def mail_system(boxes: Mapping[str, Box]) -> Iterator[MailSystem]:
    """The system, with these mailboxes besides our own. What is sent to any other address comes back."""
    folder = Path(tempfile.mkdtemp(prefix="qualify-mail-"))
    folder.chmod(0o755)  # Postfix and Dovecot work as users of their own
    smtp, imap, lmtp = (_free_port() for _ in range(3))
    words = {"folder": folder, "smtp": smtp, "imap": imap, "lmtp": lmtp, "patience": GIVEN_UP_AFTER}
    postfix, dovecot = _postfix(folder, words), folder / "dovecot.conf"
    dovecot.write_text(DOVECOT.format(**words))
    _people(folder, {OURS: Box(), **boxes})
    try:
        _started(("dovecot", "-c", str(dovecot)), ("postfix", "-c", str(postfix), "start"))
        for port in (smtp, imap, lmtp):
            _wait_for(port)
        yield MailSystem(folder, smtp, imap)
    finally:
        _ran("postfix", "-c", str(postfix), "stop", check=False)
        _ran("dovecot", "-c", str(dovecot), "stop", check=False)
        shutil.rmtree(folder, ignore_errors=True)


_PATH = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"


def _postfix(folder: Path, words: Mapping[str, object]) -> Path:
    place = folder / "postfix"
    for name in ("postfix", "spool", "data", "run", "state", "home"):
        (folder / name).mkdir(mode=0o755)
    shutil.chown(folder / "data", "postfix")
    (place / "main.cf").write_text(MAIN.format(**words))
    (place / "master.cf").write_text(MASTER.format(**words))
    (folder / "aliases").write_text(f"/^u\\+.*@qualify\\.example$/ {OURS}\n")
    return place


def _people(folder: Path, boxes: Mapping[str, Box]) -> None:
    """Who has a mailbox: the user `mail` keeps the files of all of them."""
    lines = []
    for address, box in boxes.items():
        home = folder / "home" / address
        home.mkdir()
        if box.script:
            (home / "active.sieve").write_text(box.script)
        quota = f"userdb_quota_rule=*:bytes={box.bytes}" if box.bytes else ""
        lines.append(f"{address}:{{PLAIN}}{PASSWORD}:mail:mail::{home}::{quota}")
        for path in (home, *home.iterdir()):
            shutil.chown(path, "mail", "mail")
    (folder / "users").write_text("\n".join(lines).replace(":mail:mail:", f":{_number('mail')}:") + "\n")


def _number(user: str) -> str:
    import pwd

    found = pwd.getpwnam(user)
    return f"{found.pw_uid}:{found.pw_gid}"


def _ran(*words: str, check: bool = True) -> None:
    found = shutil.which(words[0], path=_PATH)
    assert found is not None
    with tempfile.TemporaryFile() as said:  # no pipe: who stays would hold it open
        ran = subprocess.run(
            [found, *words[1:]], stdin=subprocess.DEVNULL, stdout=said, stderr=said, check=False
        )
        said.seek(0)
        assert not check or ran.returncode == 0, said.read().decode(errors="replace")


def _started(*programs: Sequence[str]) -> None:
    try:
        for words in programs:
            _ran(*words)
    except AssertionError as error:  # a machine may forbid it
        raise NotHere(f"{words[0]} does not start: {error}") from error


def _wait_for(port: int) -> None:
    until(lambda: _answers(port))


def _answers(port: int) -> bool:
    with socket.socket() as one:
        one.settimeout(1)
        return one.connect_ex(("127.0.0.1", port)) == 0


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
