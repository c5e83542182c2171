"""What can be connected: how each is called, what to enter there, and what we need from there."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from django.utils.translation import gettext_lazy as _


class Kind(NamedTuple):
    """Something that sends. In ``paste``, HOST stands for our address and KEY for the source's key."""

    label: Any
    meaning: Any
    paste: str
    steps: Any = ""
    """Where it is pasted, in a sentence."""
    secrets: tuple[tuple[str, Any], ...] = ()
    """The names of secrets that we need to believe it, and what they are."""
    key: str = "write"
    origins: bool = False
    """Whether pages in browsers send, so that it makes sense to say which."""


_SECRET: Final = (("secret", _("Signing secret, the same as there")),)

KINDS: Final[dict[str, Kind]] = {
    "script": Kind(
        _("Your website"),
        _("Page views, campaigns and forms, by our script of under 3 KB: no cookie before consent."),
        "<script>window.q=window.q||function(){(q.q=q.q||[]).push(arguments)}</script>\n"
        '<script async src="HOST/q.js?key=KEY"></script>',
        _("Paste it into the head of every page."),
        origins=True,
    ),
    "segment": Kind(
        _("Segment or RudderStack client"),
        _("The analytics client that you have already: only its address and key change."),
        'analytics = require("@segment/analytics-node")\nnew Analytics({writeKey: "KEY", host: "HOST"})',
        _("Every client of the family has these two settings: host (or data plane) and write key."),
        origins=True,
    ),
    "posthog": Kind(
        _("PostHog client"),
        _("Events, identities and groups of PostHog's clients."),
        'posthog.init("KEY", {api_host: "HOST"})',
        origins=True,
    ),
    "server": Kind(
        _("Your own servers"),
        _("A secret key: what your servers say happened long ago is believed."),
        "curl HOST/v1/track -u KEY: -H 'Content-Type: application/json' \\\n"
        '  -d \'{"userId": "42", "event": "Trial Started", "timestamp": "2026-11-01T10:00:00Z"}\'',
        key="secret",
    ),
    "salesforce": Kind(
        _("Salesforce Web-to-Lead form"),
        _("The form that you have: only the host of its action changes."),
        "HOST/servlet/servlet.WebToLead?encoding=UTF-8",
        _("The form's oid becomes another name of the source's key: add it below."),
        (("redirects", _("Hosts to which the form may lead on, separated by commas")),),
    ),
    "hubspot": Kind(
        _("HubSpot form"),
        _("Submissions of HubSpot's forms API."),
        "HOST/submissions/v3/integration/submit/KEY/FORM",
        "",
        (("token", _("Bearer token for secure submissions, if any")),),
    ),
    "mautic": Kind(
        _("Mautic form"),
        _("The form that you have: only its action changes."),
        "HOST/form/submit?formId=N&key=KEY",
        "",
        (("redirects", _("Hosts to which the form may lead on, separated by commas")),),
    ),
    "typeform": Kind(_("Typeform"), _("Answers, signed."), "HOST/hooks/typeform/KEY",
                     _("Connect → Webhooks → Add a webhook."), _SECRET),
    "tally": Kind(_("Tally"), _("Answers, signed."), "HOST/hooks/tally/KEY", _("Integrations → Webhooks."), _SECRET),
    "calendly": Kind(_("Calendly"), _("Meetings booked, moved and cancelled."), "HOST/hooks/calendly/KEY",
                     _("Made by Calendly's API: POST /webhook_subscriptions."), _SECRET),
    "meta": Kind(
        _("Meta lead ads"),
        _("Leads of Facebook and Instagram ads; the answers are fetched."),
        "HOST/hooks/meta/KEY",
        _("In your app: Webhooks → Page → leadgen."),
        (
            ("secret", _("The app's secret")),
            ("verify_token", _("A verify token that you make up")),
            ("access_token", _("A token that may read the page's leads")),
        ),
    ),
    "linkedin": Kind(
        _("LinkedIn lead forms"),
        _("Leads of LinkedIn ads; the answers are fetched."),
        "HOST/hooks/linkedin/KEY",
        "",
        (("secret", _("The client secret of your application")), ("access_token", _("A token with lead sync"))),
    ),
    "google-ads": Kind(
        _("Google Ads lead forms"),
        _("Leads of search, video and display ads."),
        "HOST/hooks/google-ads/KEY",
        _("In the lead form: export options → Webhook."),
        (("google_key", _("The key that you entered there")),),
    ),
    "plausible": Kind(
        _("Plausible script"),
        _("Page views and goals of Plausible's script."),
        "<script defer data-domain=\"KEY\" data-api=\"HOST/api/event\" src=…></script>",
        _("The domain that the script sends becomes another name of the source's key: add it below."),
        origins=True,
    ),
}  # fmt: skip
"""In the order in which they are offered."""


OURS: Final[dict[str, Kind]] = {
    "import": Kind(
        _("Imported lists"), "", "", _("Lists are brought under Leads, Import. A list of the same name comes in here.")
    ),
    "forms": Kind(_("Forms of your own"), "", "", _("What people send by the forms that you made under Forms.")),
}  # fmt: skip
"""What comes in by our own pages: there is nothing to paste anywhere."""


def kind_of(name: str) -> Kind:
    """The kind of a source; one that we do not know is taken for a client of Segment's family."""
    return KINDS.get(name) or OURS.get(name) or KINDS["segment"]
