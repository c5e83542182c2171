"""Let people in: invite somebody, send it again, take it back; take up an invitation. And whoever has the machine
makes an admin.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from django.contrib.auth import get_user_model, password_validation
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext

from qualify.errors import QualifyError
from qualify.moments import DAY
from qualify.web.ciphers import digest, token
from qualify.web.database import insert, rows, run
from qualify.web.verbs.actor import ADMIN, Actor, Conflict, NotThere, audit
from qualify.web.verbs.leads import bounded
from qualify.web.verbs.roles import role_of

GOOD_FOR: Final = 7 * DAY
"""Milliseconds for which an invitation is good."""

_OPEN: Final = "accepted_at IS NULL AND revoked_at IS NULL"


class Invited(NamedTuple):
    """An invitation as it was made: the token of its link is shown this once."""

    invitation_id: int
    email: str
    role: str
    token: str


class Invitation(NamedTuple):
    """An invitation that can be taken up."""

    id: int
    email: str
    role: str
    invited_by: str


def address_of(email: str) -> str:
    """An address of mail as it is kept; raises :class:`~qualify.errors.QualifyError` for what is none."""
    email = email.strip().lower()
    try:
        validate_email(email)
    except ValidationError as error:
        raise QualifyError(
            gettext("%(email)s is no e-mail address") % {"email": repr(email[:100])}
        ) from error
    return bounded(email, 254, "the address")


def invite(actor: Actor, email: str, role: str, now: int) -> Invited:
    """Invite somebody in a role; an earlier invitation of theirs is good no more.

    Raises :class:`~qualify.errors.QualifyError`, :class:`~qualify.web.verbs.actor.Conflict` when they are a member.
    """
    actor.needs(ADMIN)
    role_of(role)
    email = address_of(email)
    with transaction.atomic():
        if rows("SELECT 1 FROM member WHERE email = %s", [email]):
            raise Conflict(gettext("%(email)s is a member already") % {"email": email})
        run(f"UPDATE invitation SET revoked_at = %s WHERE email = %s AND {_OPEN}", [now, email])
        made = token("qi")
        row = (email, role, digest(made), actor.name, now, now + GOOD_FOR)
        columns = "email, role, digest, invited_by, created_at, expires_at"
        [(number,)] = insert("invitation", columns, [row], "RETURNING id")
        audit(actor, "invite", email, {"role": role}, now)
    return Invited(int(number), email, role, made)


def invite_again(actor: Actor, invitation_id: int, now: int) -> Invited:
    """Give an invitation a new link, good for another week; the old link opens nothing any more.

    Raises :class:`~qualify.web.verbs.actor.NotThere`.
    """
    actor.needs(ADMIN)
    with transaction.atomic():
        made = token("qi")
        found = rows(
            f"UPDATE invitation SET digest = %s, expires_at = %s WHERE id = %s AND {_OPEN} RETURNING email, role",
            [digest(made), now + GOOD_FOR, invitation_id],
        )
        if not found:
            raise NotThere(gettext("this invitation was taken up, or taken back"))
        audit(actor, "invite again", found[0][0], {"role": found[0][1]}, now)
    email, role = found[0]
    return Invited(invitation_id, str(email), str(role), made)


def revoke_invitation(actor: Actor, invitation_id: int, now: int) -> str:
    """Take an invitation back; whose it was. Raises :class:`~qualify.web.verbs.actor.NotThere`."""
    actor.needs(ADMIN)
    with transaction.atomic():
        found = rows(
            f"UPDATE invitation SET revoked_at = %s WHERE id = %s AND {_OPEN} RETURNING email",
            [now, invitation_id],
        )
        if not found:
            raise NotThere(gettext("this invitation was taken up, or taken back"))
        audit(actor, "revoke invitation", found[0][0], {}, now)
    return str(found[0][0])


def invitation_of(told: str, now: int) -> Invitation | None:
    """The invitation whose link has this token, while it is good."""
    found = rows(
        f"SELECT id, email, role, invited_by FROM invitation WHERE digest = %s AND expires_at > %s AND {_OPEN}",
        [digest(told[:100]), now],
    )
    return Invitation(*found[0]) if found else None


def invited_role(email: str, now: int) -> str | None:
    """The role in which somebody is invited; None when they are not."""
    found = rows(
        f"SELECT role FROM invitation WHERE email = %s AND expires_at > %s AND {_OPEN}", [email, now]
    )
    return str(found[0][0]) if found else None


def accept(told: str, name: str, password: str, now: int) -> Any:
    """Take up the invitation of a link: the user that there is from now on. Whoever has the link may do that.

    Raises :class:`~qualify.errors.QualifyError` for a password that will not do, and
    :class:`~qualify.web.verbs.actor.NotThere` when the link is not good (any more).
    """
    with transaction.atomic():
        found = invitation_of(told, now)
        if found is None:
            raise NotThere(
                gettext("this invitation is over: it was taken up or taken back, or is older than a week")
            )
        user = new_user(found.email, name, found.role, password, now)
        joined(user, "invitation", now)
    return user


def joined(user: Any, how: str, now: int) -> None:
    """Close the invitations of whoever has just become a member, and write down that they did."""
    run(f"UPDATE invitation SET accepted_at = %s WHERE email = %s AND {_OPEN}", [now, user.email])
    audit(Actor(user.email, frozenset()), "join", user.email, {"role": user.role, "how": how}, now)


def new_user(email: str, name: str, role: str, password: str | None, now: int) -> Any:
    """A user whose address is known to be theirs. Raises :class:`~qualify.errors.QualifyError` for a password that
    will not do, and :class:`~qualify.web.verbs.actor.Conflict` when there is one of that address.
    """
    from allauth.account.models import EmailAddress

    users = get_user_model()
    name = bounded(name.strip(), 255, "the name")
    if users.objects.filter(email=email).exists():
        raise Conflict(gettext("%(email)s is a member already") % {"email": email})
    user = users(email=email, name=name, role=role, created_at=now)
    set_password(user, password)
    user.save()
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    return user


def set_password(user: Any, password: str | None) -> None:
    """Give a user a password (None: none, so that they need another way in), without saving it.

    Raises :class:`~qualify.errors.QualifyError` for one that is too short, too common or too like their name.
    """
    if password is not None:
        try:
            password_validation.validate_password(password, user)
        except ValidationError as error:
            raise QualifyError(" ".join(error.messages)) from error
    user.set_password(password)


def make_admin(actor: Actor, email: str, password: str | None, now: int, *, name: str = "") -> Any:
    """Make an admin, or make a member one: active again if they were not, and with the password, if one is given.

    Raises as :func:`new_user` does.
    """
    actor.needs(ADMIN)
    email = address_of(email)
    with transaction.atomic():
        user: Any = get_user_model().objects.filter(email=email).first()
        if user is None:
            user = new_user(email, name, "admin", password, now)
            joined(user, "command", now)
        else:
            user.role, user.is_active = "admin", True
            if password is not None:
                set_password(user, password)
            user.save()
        audit(actor, "make admin", email, {}, now)
    return user
