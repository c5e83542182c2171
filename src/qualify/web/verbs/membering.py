"""Members: their role, whether they may come in, what is their own, and where they are signed in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from zoneinfo import available_timezones

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils.translation import gettext

from qualify.errors import QualifyError
from qualify.web.database import is_sqlite, marks, rows, run
from qualify.web.people.tickets import Ticket, issue, use
from qualify.web.verbs.actor import ADMIN, Actor, Conflict, NotThere, audit
from qualify.web.verbs.inviting import set_password
from qualify.web.verbs.leads import bounded
from qualify.web.verbs.reps import let_go
from qualify.web.verbs.roles import role_of


def change_role(actor: Actor, user_id: int, role: str, now: int) -> int:
    """Give a member another role, from their next click on; the number of the audit line.

    Raises :class:`~qualify.web.verbs.actor.NotThere`, and :class:`~qualify.web.verbs.actor.Conflict` for the last
    admin.
    """
    actor.needs(ADMIN)
    role_of(role)
    with transaction.atomic():
        user = _member(user_id)
        if role != "admin":
            _not_the_last(user, "give somebody else the role first")
        before = user.role
        get_user_model().objects.filter(pk=user_id).update(role=role)
        return audit(actor, "change role", user.email, {"from": before, "to": role}, now)


def deactivate(actor: Actor, user_id: int, now: int) -> int:
    """Keep a member out: they are signed out everywhere at once; how many sessions that ended.

    What they did stays theirs; leads that they hold go to others. Raises as :func:`change_role` does.
    """
    actor.needs(ADMIN)
    with transaction.atomic():
        user = _member(user_id)
        _not_the_last(user, "make somebody else an admin first")
        get_user_model().objects.filter(pk=user_id).update(is_active=False)
        ended = _end([key for (key,) in _sessions(user_id)])
        run("UPDATE ticket SET used_at = %s WHERE user_id = %s AND used_at IS NULL", [now, user_id])
        let_go(actor, user.email, now)
        audit(actor, "deactivate", user.email, {"sessions": ended}, now)
    return ended


def reactivate(actor: Actor, user_id: int, now: int) -> None:
    """Let a member in again, in the role they had. Raises :class:`~qualify.web.verbs.actor.NotThere`."""
    actor.needs(ADMIN)
    with transaction.atomic():
        user = _member(user_id)
        get_user_model().objects.filter(pk=user_id).update(is_active=True)
        audit(actor, "reactivate", user.email, {}, now)


def change_profile(actor: Actor, user_id: int, name: str, time_zone: str, language: str, now: int) -> None:
    """What is one's own: name, time zone (empty: UTC) and language (empty: what the browser asks for).

    Raises :class:`~qualify.errors.QualifyError` for a zone or a language that there is not.
    """
    name = bounded(name.strip(), 255, "the name")
    if time_zone and time_zone not in available_timezones():
        raise QualifyError(
            gettext("there is no time zone %(time_zone)s; as Europe/Berlin")
            % {"time_zone": repr(time_zone[:60])}
        )
    if language and language not in dict(settings.LANGUAGES):
        raise QualifyError(
            gettext("there is no language %(language)s here") % {"language": repr(language[:20])}
        )
    with transaction.atomic():
        user = _own(actor, user_id)
        get_user_model().objects.filter(pk=user_id).update(name=name, time_zone=time_zone, language=language)
        audit(
            actor,
            "change profile",
            user.email,
            {"name": name, "time_zone": time_zone, "language": language},
            now,
        )


def password_link(actor: Actor, user_id: int, now: int) -> str:
    """A link's token by which a member chooses a new password, once, for two days; it is shown this once.

    Raises :class:`~qualify.web.verbs.actor.NotThere`.
    """
    actor.needs(ADMIN)
    with transaction.atomic():
        user = _member(user_id)
        audit(actor, "give password link", user.email, {}, now)
        return issue("password", now, user_id)


def forget_second_steps(actor: Actor, user_id: int, now: int) -> int:
    """Let a member who has lost phone and codes sign in without a second step; how many steps were forgotten.

    Raises :class:`~qualify.web.verbs.actor.NotThere`.
    """
    actor.needs(ADMIN)
    with transaction.atomic():
        user = _member(user_id)
        gone = run("DELETE FROM mfa_authenticator WHERE user_id = %s", [user_id])
        if gone:
            audit(actor, "forget second steps", user.email, {"steps": gone}, now)
    return gone


def choose_password(ticket: Ticket, password: str, now: int) -> Any:
    """The password of whoever came by a link that was made for that; the user. Their sessions end by it.

    Raises :class:`~qualify.errors.QualifyError` for one that will not do, and
    :class:`~qualify.web.verbs.actor.NotThere` when the link was used meanwhile.
    """
    with transaction.atomic():
        user = _member(ticket.user_id or 0)
        set_password(user, password)
        if not use(ticket, now):
            raise NotThere(gettext("this link was used already"))
        user.save()
        audit(Actor(user.email, frozenset()), "reset password", user.email, {}, now)
    return user


def end_sessions(actor: Actor, user_id: int, now: int, *, only: int | None = None, but: str = "") -> int:
    """Sign out elsewhere: one session (by its id in the list of sessions), or all but one (by its key); how many.

    An admin may do that for others.
    """
    with transaction.atomic():
        user = _own(actor, user_id)
        keys = [key for (key,) in _sessions(user_id, only) if key != but]
        ended = _end(keys)
        if ended:
            audit(actor, "end sessions", user.email, {"sessions": ended}, now)
    return ended


def _sessions(user_id: int, only: int | None = None) -> list[tuple[str]]:
    one, which = ("", []) if only is None else (" AND id = %s", [only])
    return rows(
        f"SELECT session_key FROM usersessions_usersession WHERE user_id = %s{one}", [user_id, *which]
    )


def _end(keys: Sequence[str]) -> int:
    if not keys:
        return 0
    Session.objects.filter(session_key__in=keys).delete()
    return run(f"DELETE FROM usersessions_usersession WHERE session_key IN ({marks(len(keys))})", list(keys))


def _member(user_id: int) -> Any:
    user = get_user_model().objects.filter(pk=user_id).first()
    if user is None:
        raise NotThere(gettext("there is no member %(user_id)s") % {"user_id": user_id})
    return user


def _own(actor: Actor, user_id: int) -> Any:
    user = _member(user_id)
    if user.email != actor.name:
        actor.needs(ADMIN)
    return user


def _not_the_last(user: Any, first: str) -> None:
    """Raise for the only admin who can still come in. Two admins who demote each other do so one after the other."""
    lock = "" if is_sqlite() else " ORDER BY id FOR UPDATE"
    admins = rows(f"SELECT id FROM member WHERE role = 'admin' AND is_active = %s{lock}", [True])
    if [number for (number,) in admins] == [user.pk]:
        raise Conflict(
            gettext("%(email)s is the only admin: %(first)s") % {"email": user.email, "first": first}
        )
