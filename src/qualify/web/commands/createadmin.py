"""``qualify createadmin``: an admin, made by whoever has the machine."""

from __future__ import annotations

import getpass
import sys
from typing import Annotated

import typer

from qualify.errors import QualifyError
from qualify.web.commands.opening import open_store, who
from qualify.web.commands.saying import note, say


def createadmin(
    email: Annotated[str, typer.Argument(help="Their e-mail address.")],
    name: Annotated[str, typer.Option("--name", help="What they are called.")] = "",
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the password from standard input.")
    ] = False,
    link: Annotated[
        bool,
        typer.Option("--link", help="Print a link, good once, by which they choose a password themselves."),
    ] = False,
    without_second_step: Annotated[
        bool,
        typer.Option("--without-second-step", help="Take their second step off: phone and codes are lost."),
    ] = False,
) -> None:
    """Make an admin, or a member one.

    Asks for the password twice. A member of that address becomes an admin, may come in again if they were
    kept out, and has the new password: so it also helps whoever is locked out. What needs no terminal:
    --password-stdin, or --link, which prints a link that is good for two days, once: at the address that
    QUALIFY_BASE_URL names, else where the application was last served.

    Examples:
      qualify createadmin ada@example.com
      qualify createadmin ada@example.com --link
      qualify createadmin ada@example.com --password-stdin < password.txt
    """
    if link and password_stdin:
        raise QualifyError("--link and --password-stdin: one of them")
    open_store()
    from qualify.clock import now
    from qualify.web.verbs.actor import the_owner
    from qualify.web.verbs.inviting import address_of, make_admin
    from qualify.web.verbs.membering import forget_second_steps

    address_of(email)  # better said before the password is typed
    password = None if link else _password(from_input=password_stdin)
    user = make_admin(the_owner(who()), email, password, now(), name=name)
    if without_second_step:
        forget_second_steps(the_owner(who()), user.pk, now())
    if link:
        note(f"{user.email} is an admin; this link is good for two days, once:")
        say(_link(user.pk))
    else:
        note(f"{user.email} is an admin")


def _password(*, from_input: bool) -> str:
    if from_input:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise QualifyError("there is no terminal to ask for a password; use --password-stdin, or --link")
    password = getpass.getpass("Password: ")
    if getpass.getpass("The same again: ") != password:
        raise QualifyError("the two passwords are not the same")
    return password


def _link(user_id: int) -> str:
    from qualify.clock import now
    from qualify.web.people.reaching import served
    from qualify.web.people.tickets import issue

    return f"{served()}/enter/{issue('password', now(), user_id)}"
