"""Which pages there are, who looks at them, and what is an address but no page."""

from __future__ import annotations

from typing import Final

PAGES: Final = {
    "inbox": ("/inbox", "rosa"),
    "inbox/<int:lead_id>/reject": ("/inbox/{lead}/reject", "rosa"),
    "help/keys": ("/help/keys", "ravi"),
    "leads": ("/leads", "mia"),
    "leads/<int:lead_id>": ("/leads/{lead}", "rosa"),
    "leads/<int:lead_id>/timeline": ("/leads/{lead}/timeline", "rosa"),
    "leads/<int:lead_id>/history": ("/leads/{lead}/history", "rosa"),
    "leads/<int:lead_id>/questions": ("/leads/{lead}/questions", "rosa"),
    "leads/<int:lead_id>/identity": ("/leads/{lead}/identity", "rosa"),
    "leads/<int:lead_id>/merge": ("/leads/{lead}/merge?with={other}", "rosa"),
    "leads/<int:lead_id>/split": ("/leads/{lead}/split?link={link}", "rosa"),
    "leads/<int:lead_id>/privacy": ("/leads/{lead}/privacy", "mia"),
    "leads/<int:lead_id>/export": ("/leads/{lead}/export", "mia"),
    "leads/<int:lead_id>/erase": ("/leads/{lead}/erase", "ada"),
    "leads/import": ("/leads/import", "mia"),
    "leads/import/<int:upload_id>": ("/leads/import/{mapping}", "mia"),
    "leads/import/<int:upload_id>/trial": ("/leads/import/{trial}/trial", "mia"),
    "leads/import/<int:upload_id>/result": ("/leads/import/{result}/result", "mia"),
    "playbook": ("/playbook", "max"),
    "playbook/icp": ("/playbook/icp", "mia"),
    "playbook/versions": ("/playbook/versions", "max"),
    "playbook/versions/<int:number>": ("/playbook/versions/1", "max"),
    "playbook/compare": ("/playbook/compare?from=1&to=2", "max"),
    "playbook/drafts": ("/playbook/drafts", "mia"),
    "playbook/drafts/<int:number>": ("/playbook/drafts/{draft}", "mia"),
    "playbook/drafts/<int:number>/plan": ("/playbook/drafts/{draft}/plan", "max"),
    "playbook/drafts/<int:number>/text": ("/playbook/drafts/{draft}/text", "mia"),
    "playbook/drafts/<int:number>/form": ("/playbook/drafts/{draft}/form", "mia"),
    "playbook/drafts/<int:number>/part": (
        "/playbook/drafts/{draft}/part?at=scores.engagement.rules.0",
        "mia",
    ),
    "day": ("/day", "rosa"),
    "day/contact/<int:lead_id>": ("/day/contact/{lead}", "rosa"),
    "day/write/<int:lead_id>": ("/day/write/{lead}", "rosa"),
    "team": ("/team", "max"),
    "team/new": ("/team/new", "max"),
    "team/simulate": ("/team/simulate?rules=now", "max"),
    "team/<str:rep_id>": ("/team/rosa@qualify.example", "max"),
    "team/<str:rep_id>/leave": ("/team/rosa@qualify.example/leave", "max"),
    "unassigned": ("/unassigned", "max"),
    "alignment": ("/alignment", "max"),
    "alignment/leads": ("/alignment/leads", "max"),
    "learning": ("/learning", "mia"),
    "learning/thresholds": ("/learning/thresholds", "max"),
    "learning/icp": ("/learning/icp", "mia"),
    "learning/drift": ("/learning/drift", "vic"),
    "learning/models": ("/learning/models", "max"),
    "connect": ("/connect", "ada"),
    "connect/new": ("/connect/new", "ada"),
    "connect/new/<str:kind>": ("/connect/new/script", "ada"),
    "connect/<int:source_id>": ("/connect/{source}", "ada"),
    "connect/aside": ("/connect/aside", "ada"),
    "connect/forms": ("/connect/forms", "ada"),
    "connect/forms/new": ("/connect/forms/new", "ada"),
    "connect/webhooks": ("/connect/webhooks", "ada"),
    "connect/webhooks/<int:webhook_id>": ("/connect/webhooks/{webhook}", "ada"),
    "connect/tokens": ("/connect/tokens", "ada"),
    "people": ("/people", "ada"),
    "people/roles": ("/people/roles", "ada"),
    "people/<int:user_id>": ("/people/{user}", "ada"),
    "audit": ("/audit", "ada"),
    "start": ("/start", "ada"),
    "start/company": ("/start/company", "ada"),
    "start/playbook": ("/start/playbook", "ada"),
    "start/leads": ("/start/leads", "ada"),
    "start/market/remove": ("/start/market/remove", "ada"),
    "account": ("/account", "vic"),
    "account/e-mail": ("/account/e-mail", "vic"),
    "account/password": ("/account/password", "mona"),
    "account/confirm": ("/account/confirm", "mona"),
    "sign-in": ("/sign-in", None),
    "sign-in/closed": ("/sign-in/closed", None),
    "sign-in/company/cancelled": ("/sign-in/company/cancelled", None),
    "sign-in/company/error": ("/sign-in/company/error", None),
    "sign-up": ("/sign-up", None),
    "password": ("/password", None),
    "password/sent": ("/password/sent", None),
    "password/done": ("/password/done", None),
    "mail": ("/mail", None),
    "join/<str:token>": ("/join/{invitation}", None),
    "enter/<str:token>": ("/enter/{password}", None),
    "sign-out": ("/sign-out", "vic"),
}
"""By the pattern of the address: a page of that kind, and whose browser shows it."""

NEEDS_SOMETHING: Final = {
    path
    for path, _ in PAGES.values()
    if "{" in path or "@" in path or "/versions/1" in path or "=2" in path or "remove" in path
}
"""Pages that are not there where there is nothing."""

AFTER_SHOWING_ONCE_MORE: Final = {"account/app", "account/passkeys/new"}
"""Pages on which one changes how one signs in: looked at after signing in (test_coming_in)."""

NO_PAGES: Final = {
    "sends one on": {
        "", "account/company", "account/passkeys", "account/sessions/list", "account/steps",
        "leads/import/<int:upload_id>/give-up", "sign-in/passkey", "start/market", "start/snippet",
    },
    "a file": {
        "account/codes/file", "alignment/export", "audit/export", "leads/export", "leads/<int:lead_id>/export.json",
        "day/calendar.ics",
        "leads/import/<int:upload_id>/refused",
    },
    "only the form of a page is sent there": {
        "account/sessions", "connect/<int:source_id>/alias", "connect/<int:source_id>/key", "connect/aside/replay",
        "connect/forms/<str:address>/close", "connect/keys/<int:key_id>/revoke", "connect/keys/<int:key_id>/rotate",
        "connect/webhooks/<int:webhook_id>/<str:what>", "inbox/accept", "inbox/several", "inbox/several/do",
        "learning/draft", "learning/force", "learning/now", "learning/question", "learning/schedule",
        "leads/<int:lead_id>/assign", "leads/<int:lead_id>/consent", "leads/<int:lead_id>/contact",
        "leads/<int:lead_id>/decide", "leads/<int:lead_id>/learn", "leads/<int:lead_id>/sequence",
        "leads/<int:lead_id>/step", "leads/<int:lead_id>/take",
        "day/do", "team/<str:rep_id>/again", "team/<str:rep_id>/away",
        "team/<str:rep_id>/away/<int:absence_id>/off", "unassigned/give", "unassigned/preview",
        "people/<int:user_id>/<str:what>", "people/invitations/<int:invitation_id>", "people/invite",
        "playbook/comment", "playbook/comments/<int:number>", "playbook/count",
        "playbook/drafts/<int:number>/agree", "playbook/drafts/<int:number>/arrange",
        "playbook/drafts/<int:number>/turn", "playbook/versions/<int:number>/back", "undo/<int:audit_id>",
        "views/<int:view_id>/forget", "views/<str:screen>/save",
    },
    "a part of a page": {"inbox/fresh"},
    "only in the middle of something that a mail, an app, a passkey or another company began": {
        "^password/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>[^/]+)$", "account/app/remove", "account/codes",
        "account/codes/new",
        "account/confirm/code", "account/confirm/passkey", "account/passkeys/<int:pk>",
        "account/passkeys/<int:pk>/remove", "account/password/first", "mail/<str:key>", "sign-in/by-mail",
        "sign-in/code", "sign-in/company/sign-up", "sign-in/with/<str:provider_id>",
        "sign-in/with/<str:provider_id>/back", "start/with/<str:token>",
    },
}  # fmt: skip
"""Addresses that no test of this folder opens by itself, and why."""
