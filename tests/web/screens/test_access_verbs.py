"""Who may do what: each verb, each role."""

from __future__ import annotations

import inspect
import pkgutil
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any

import pytest
from django.db import transaction

from qualify.clock import now
from qualify.web import verbs
from qualify.web.verbs import actor as scopes
from qualify.web.verbs.actor import Actor, Forbidden
from qualify.web.verbs.roles import ROLES, actor_in

EVERYBODY = "whoever it is about, and admins"

ASKS = {
    scopes.WRITE_LEADS: (
        "assigning.assign assigning.take contacting.log_contact enrolling.enrol enrolling.finish_step "
        "enrolling.skip_step enrolling.stop_sequences mailing.receive_mail mailing.write_to_lead "
        "reps.call_off_absence "
        "answer.answer consent.consent decide.decide dismiss.dismiss learn.learn merge.merge "
        "preview.preview_merge preview.preview_split retract.restore retract.retract several.decide_several "
        "several.preview_several "
        "split.rejoin split.split undo.undo"
    ),
    scopes.READ_LEADS: "saving.forget_view saving.save_view",
    scopes.IMPORT_LEADS: (
        "uploading.again uploading.give_up uploading.import_upload uploading.receive uploading.try_out"
    ),
    scopes.EXPORT_LEADS: "export.exported",
    scopes.ERASE_LEADS: "erase.erase erase.preview_erase",
    scopes.PUBLISH_PLAYBOOK: (
        "beginning.first_playbook publish.publish lessons.put_in_force lessons.roll_back lessons.schedule_lessons"
    ),
    scopes.MANAGE_REPS: (
        "handing_out.hand_out handing_out.preview_hand_out handing_back.give_back handing_back.give_again "
        "touching.strike touching.count "
        "assigning.own_account reps.add_absence reps.deactivate_rep reps.preview_deactivate_rep reps.set_rep"
    ),
    scopes.READ_PLAYBOOK: "simulating.simulate simulating.ask_simulation drafting.ask_match drafting.ask_plan publish.check",
    scopes.DRAFT_PLAYBOOK: (
        "drafting.begin drafting.comment drafting.discard drafting.rename drafting.renew drafting.reopen "
        "drafting.save drafting.settle lessons.answer_leak lessons.ask_lesson proposing.draft_of_marks "
        "proposing.draft_of_profiles proposing.draft_of_proposals"
    ),
    scopes.AGREE_MARKETING: "agreeing.agree",
    scopes.ADMIN: (
        "beginning.load_market beginning.name_company beginning.open_site beginning.remove_market "
        "forming.add_alias forming.close_form forming.create_form hooking.close_webhook hooking.create_webhook "
        "inviting.invite inviting.invite_again inviting.make_admin inviting.revoke_invitation membering.change_role "
        "membering.forget_second_steps membering.password_link "
        "membering.deactivate membering.reactivate opening.create_key opening.create_source opening.revoke_key "
        "mailing.send_again opening.change_source opening.rotate_key replay.replay resending.resend resending.rotate_secret resending.settle_secret"
    ),
    EVERYBODY: "membering.change_profile membering.end_sessions",
}
"""Scope → the verbs that ask for it."""

ELSEWHERE = {
    "agreeing.withdraw",
    "decide.written",
    "publish.put_in_force",
    "reps.let_go",
    "assigning.given_by_hand",
}
"""What asks for the scope of the side that a row is of (tested with the agreement), and what other verbs do when they
have asked.
"""

TOLD: dict[str, dict[str, Any]] = {
    "agreeing.agree": {"side": "marketing"},
    "membering.change_profile": {"user_id": 1},
    "membering.end_sessions": {"user_id": 1},
}
"""What a verb has to be told so that it gets as far as asking."""

SCOPE_OF = {name: scope for scope, names in ASKS.items() for name in names.split()}


def every_verb() -> Iterator[tuple[str, Callable[..., Any]]]:
    """Every function that somebody asks for something by: its first parameter is who."""
    for module in pkgutil.iter_modules(verbs.__path__):
        found = import_module(f"qualify.web.verbs.{module.name}")
        for name, function in inspect.getmembers(found, inspect.isfunction):
            own = function.__module__ == found.__name__ and not name.startswith("_")
            if own and next(iter(inspect.signature(function).parameters), "") == "actor" and name != "audit":
                yield f"{module.name}.{name}", function


VERBS = dict(every_verb())


def test_every_verb_is_in_the_matrix() -> None:
    assert VERBS.keys() - ELSEWHERE - SCOPE_OF.keys() == set(), "say in ASKS which scope it asks for"
    assert SCOPE_OF.keys() - VERBS.keys() == set(), "there is no such verb"


def tried(name: str, actor: Actor) -> Exception | None:
    """What comes of the verb, with nothing said besides."""
    values: dict[str, Any] = {"int": 0, "str": "", "now": now()}
    told = {
        parameter.name: TOLD.get(name, {}).get(
            parameter.name, now() if parameter.name == "now" else values.get(str(parameter.annotation), ())
        )
        for parameter in list(inspect.signature(VERBS[name]).parameters.values())[1:]
        if parameter.default is parameter.empty
    }
    try:
        with transaction.atomic():
            VERBS[name](actor, **told)
            transaction.set_rollback(True)
    except Exception as error:
        return error
    return None


@pytest.mark.parametrize("role", ROLES)
def test_who_may_not_is_refused_and_who_may_is_not(role: str, members: Any) -> None:
    wrong = []
    for name, scope in SCOPE_OF.items():
        actor = actor_in(role, f"{role}@elsewhere.example")
        may = actor.may(scopes.ADMIN if scope == EVERYBODY else scope)
        if isinstance(tried(name, actor), Forbidden) is may:
            wrong.append(f"{role} {'is refused' if may else 'is let do'} {name}")
    assert not wrong, wrong


def test_whoever_it_is_about_may_change_what_is_their_own(members: Any) -> None:
    from qualify.web.store.models import User

    vic = User.objects.get(email="vic@qualify.example")
    for name in ASKS[EVERYBODY].split():
        TOLD[name]["user_id"] = vic.pk
        assert tried(name, actor_in("viewer", vic.email)) is None
        assert isinstance(tried(name, actor_in("viewer", "rosa@qualify.example")), Forbidden)
        TOLD[name]["user_id"] = 1
