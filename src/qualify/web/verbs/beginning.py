"""The beginning: the first admin, the company, its first playbook, its first source; and the simulated market, which
can be loaded to look around, and taken out again.
"""

from __future__ import annotations

import re
from typing import Any, Final, NamedTuple

from django.db import transaction
from django.utils.translation import gettext

from qualify.errors import QualifyError
from qualify.moments import DAY
from qualify.playbook import starters
from qualify.web.database import is_sqlite, rows, run
from qualify.web.demonstration import removing
from qualify.web.living.kinds import ask
from qualify.web.looking.members import anybody
from qualify.web.people import tickets
from qualify.web.verbs.actor import ADMIN, PUBLISH_PLAYBOOK, Actor, Conflict, NotThere, audit
from qualify.web.verbs.inviting import address_of, joined, new_user
from qualify.web.verbs.leads import bounded, one_of_them
from qualify.web.verbs.opening import NewKey, create_key, create_source
from qualify.web.verbs.publish import Published, publish

SITE: Final = "website"
"""The name of the source that stands for the company's own site."""

BEFORE: Final = 28 * DAY
"""Since when the first playbook judges: what is imported with its history, or simulated, then has one."""

MARKET: Final = ("load demonstration", "remove demonstration")

_DOMAIN = re.compile(r"(?=.{4,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")


class Company(NamedTuple):
    """Whose application this is."""

    name: str
    domain: str


def first_admin(told: str, email: str, name: str, password: str, now: int) -> Any:
    """Make the first member, an admin, by the set-up link that the console showed; the user.

    Raises :class:`~qualify.web.verbs.actor.NotThere` for a link that is not good,
    :class:`~qualify.web.verbs.actor.Conflict` when somebody was quicker, and
    :class:`~qualify.errors.QualifyError` for an address or a password that will not do.
    """
    email = address_of(email)
    with transaction.atomic():
        if not is_sqlite():
            run("SELECT pg_advisory_xact_lock(70254)")
        if anybody():
            raise Conflict(gettext("there is an admin already; sign in, or ask them to invite you"))
        ticket = tickets.found(told, "start", now)
        if ticket is None or not tickets.use(ticket, now):
            raise NotThere(
                gettext("this set-up link is not good any more; restart `qualify serve` for a new one")
            )
        user = new_user(email, name, "admin", password, now)
        joined(user, "set-up", now)
    return user


def company() -> Company:
    """The company; empty words when it was not named yet."""
    found = rows("SELECT name, domain FROM company WHERE id = 1")
    return Company(*found[0]) if found else Company("", "")


def name_company(actor: Actor, name: str, domain: str, now: int) -> None:
    """Say whose application this is, and the domain of its site, as ``fabrik.example`` (empty: none).

    Raises :class:`~qualify.errors.QualifyError`.
    """
    actor.needs(ADMIN)
    name, domain = bounded(name.strip(), 255, "the name"), domain_of(domain)
    if not name:
        raise QualifyError(gettext("the company needs a name"))
    with transaction.atomic():
        run(
            "INSERT INTO company (id, name, domain, changed_at) VALUES (1, %s, %s, %s) ON CONFLICT (id) DO UPDATE "
            "SET name = excluded.name, domain = excluded.domain, changed_at = excluded.changed_at",
            [name, domain, now],
        )
        audit(actor, "name company", "", {"name": name, "domain": domain}, now)


def domain_of(told: str) -> str:
    """A domain as people write it, or paste it from their browser, as it is kept."""
    domain = told.strip().lower().partition("://")[2] or told.strip().lower()
    domain = domain.partition("/")[0].removeprefix("www.")
    if domain and not _DOMAIN.fullmatch(domain):
        raise QualifyError(gettext("%(told)s is no domain; as fabrik.example") % {"told": repr(told[:100])})
    return domain


def first_playbook(actor: Actor, starter: str, now: int) -> Published:
    """Publish a starter as the first playbook. On a store without leads it judges from some weeks ago on.

    Raises :class:`~qualify.web.verbs.actor.Conflict` when there is a playbook already.
    """
    actor.needs(PUBLISH_PLAYBOOK)
    one_of_them(starter, starters.names(), "starter")
    if rows("SELECT 1 FROM playbook_version LIMIT 1"):
        raise Conflict(gettext("a playbook is published already; change it on its own page"))
    empty = not rows("SELECT 1 FROM event LIMIT 1") and not rows("SELECT 1 FROM person LIMIT 1")
    note = f"the starter {starter}"
    return publish(actor, starters.text(starter), now, note=note, since=now - BEFORE if empty else None)


def open_site(actor: Actor, now: int) -> NewKey:
    """A source for the company's own site with a key for its pages, or another key to it.

    Only pages of the company's domain may use it, where that is known.
    """
    actor.needs(ADMIN)
    with transaction.atomic():
        found = rows("SELECT id FROM source WHERE name = %s", [SITE])
        domain = company().domain
        origins = {"origins": [domain, f"*.{domain}"]} if domain else {}
        number = int(found[0][0]) if found else create_source(actor, SITE, "script", now, settings=origins)
        return create_key(actor, "write", now, source_id=number, label="set-up")


def load_market(actor: Actor, now: int) -> int:
    """Have the simulated market loaded, beside nothing else; the number of the work.

    Raises :class:`~qualify.web.verbs.actor.Conflict` when there are leads, or it is on its way.
    """
    actor.needs(ADMIN)
    with transaction.atomic():
        _none_under_way()
        if rows("SELECT 1 FROM event LIMIT 1") or rows("SELECT 1 FROM person LIMIT 1"):
            raise Conflict(
                gettext("there are leads already; the simulated market is loaded only where there are none")
            )
        audit(actor, "load market", "", {}, now)
        return ask("load demonstration", {}, now)


def remove_market(actor: Actor, now: int) -> int:
    """Have the simulated market taken out, and nothing else; the number of the work.

    Raises :class:`~qualify.web.verbs.actor.NotThere`, and :class:`~qualify.web.verbs.actor.Conflict` while it is
    being loaded or taken out.
    """
    actor.needs(ADMIN)
    with transaction.atomic():
        _none_under_way()
        if removing.source() is None:
            raise NotThere(gettext("there is no simulated market here"))
        audit(actor, "remove market", "", removing.counts()._asdict(), now)
        return ask("remove demonstration", {}, now)


class UnderWay(NamedTuple):
    """A piece of work on the market: its kind, state, how far it is, and what it says."""

    kind: str
    state: str
    done: int
    of: int
    detail: str

    def runs(self) -> bool:
        """Whether it goes on."""
        return self.state in ("waiting", "running")


def market_work() -> UnderWay | None:
    """The last piece of work on the market."""
    found = rows(
        "SELECT kind, state, done, of, detail FROM work WHERE kind IN (%s, %s) ORDER BY id DESC LIMIT 1",
        MARKET,
    )
    return UnderWay(*found[0]) if found else None


def _none_under_way() -> None:
    last = market_work()
    if last is not None and last.runs():
        raise Conflict(gettext("the simulated market is being loaded or taken out just now"))
