"""LinkedIn Lead Sync: notifications tell ids only, the answers are fetched from its REST API.

https://learn.microsoft.com/linkedin/marketing/lead-sync/leadsync and
https://learn.microsoft.com/linkedin/shared/api-guide/webhook-validation (read; not run against LinkedIn)
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote

from qualify.capture.doors.answering import Plain, json_reply, malformed, only
from qualify.capture.doors.bodies import json_object
from qualify.capture.doors.naming import gathered, known_trait, trait
from qualify.capture.doors.shapes import Found, listing, mapping, objects, text, whole
from qualify.capture.doors.signatures import check, hexadecimal, needed
from qualify.capture.doors.submissions import Submission, by_server, calls
from qualify.capture.model import Call, Delivery, Refusal, Reply, Request

HEADER: Final = "X-LI-Signature"
"""Where the signature is: the HMAC of the body in hexadecimal."""

PREFIX: Final = "hmacsha256="
"""What LinkedIn's page puts before what is signed, or before the signature: both readings are accepted."""

FIELDS: Final = (
    "id,submittedAt,testLead,leadType,owner,submitter,versionedLeadGenFormUrn,formResponse,"
    "leadMetadataInfo,form:(name,content,hiddenFields)"
)
"""What is asked about a lead; ``form`` holds the questions, without which answers have no meaning."""

EVENTS: Final = {"CREATED": "lead_announced", "DELETED": "lead_deletion_asked"}
"""What a notification says, as LinkedIn names it and as we do."""

_LONGEST_CHALLENGE: Final = 200
_KNOWN: Final = {
    "EMAIL": "email", "WORK_EMAIL": "email", "FIRST_NAME": "first_name", "LAST_NAME": "last_name",
    "PHONE_NUMBER": "phone", "WORK_PHONE_NUMBER": "phone", "JOB_TITLE": "job_title", "COMPANY_NAME": "company",
    "COMPANY_SIZE": "employees", "INDUSTRY": "industry", "SENIORITY": "seniority",
    "JOB_FUNCTION": "department", "LINKEDIN_PROFILE_LINK": "linkedin_url", "CITY": "city", "STATE": "state",
    "COUNTRY": "country", "ZIP_CODE": "postal_code",
}  # fmt: skip


class LinkedIn(Plain):
    """The door for LEAD_ACTION; the key is in the path. Secrets: ``secret`` (the application's client secret).

    Each call has the property ``fetch``: ``path`` and ``fields`` of what to GET from LinkedIn; its answer goes
    to :func:`lead_from_response`.
    """

    name = "linkedin"
    signed_by = "secret"
    paths: tuple[str, ...] = (r"hooks/linkedin/(?P<key>[\w.~-]{1,200})",)

    def key(self, request: Request, match: Mapping[str, str]) -> str | None:
        """The key in the path."""
        return match.get("key")

    def read(self, request: Request, match: Mapping[str, str], secrets: Mapping[str, str]) -> Delivery:
        """The leads that were announced or are to be deleted; for GET, the answer to the challenge."""
        only(request, "GET", "POST")
        if request.method.upper() == "GET":
            return Delivery(match.get("key"), [], reply=_challenge(request.query, secrets))
        if (secret := needed(secrets, "secret")) is not None:
            _check(request, secret)
        body = json_object(request)
        notice = _notice(body)
        if notice is None:
            return Delivery(match.get("key"), [], (malformed(request, "no LEAD_ACTION with a lead"),))
        return Delivery(match.get("key"), [notice])


DOOR: Final = LinkedIn()


def _challenge(query: Mapping[str, str], secrets: Mapping[str, str]) -> Reply:
    """The challenge and its HMAC; LinkedIn asks again every two hours."""
    code, secret = query.get("challengeCode", ""), secrets.get("secret")
    if not code or len(code) > _LONGEST_CHALLENGE:
        raise Refusal(400, "malformed", "there is no challengeCode")
    if not secret:
        raise Refusal(401, "unsigned", "this source has no secret yet: enter the application's client secret")
    answer = hexadecimal(secret, code.encode("utf-8", "replace"))
    return json_reply(200, {"challengeCode": code, "challengeResponse": answer})


def _check(request: Request, secret: str) -> None:
    given = (request.headers.get("x-li-signature") or "").strip().removeprefix(PREFIX)
    accepted = [hexadecimal(secret, request.body), hexadecimal(secret, PREFIX.encode() + request.body)]
    check(given, accepted, HEADER)


def _notice(body: Found) -> Call | None:
    lead = _last(text(body.get("leadGenFormResponse")))
    action = (text(body.get("leadAction")) or "CREATED").upper()
    if not lead or action not in EVENTS:
        return None
    fetch = {"from": "linkedin", "path": f"/rest/leadFormResponses/{quote(lead, safe='')}", "fields": FIELDS}
    form = text(body.get("versionedForm")) or text(body.get("leadGenForm"))
    told = {"lead_type": text(body.get("leadType")), "form_id": form}
    wanted = {"fetch": fetch} if action == "CREATED" else {}
    return Call(
        type="track",
        message_id=f"linkedin:{lead}:{EVENTS[action]}",
        event=EVENTS[action],
        external_id=lead,
        properties={
            "platform": "linkedin",
            "leadgen_id": lead,
            **{name: value for name, value in told.items() if value},
            **wanted,
        },
        context=by_server("linkedin"),
        timestamp=whole(body.get("occurredAt")),
    )


def _last(urn: str | None) -> str | None:
    """The id in a URN: ``urn:li:leadGenFormResponse:abc-5`` → abc-5."""
    return urn.rpartition(":")[2] or None if urn else None


def lead_from_response(answer: Mapping[str, Any], form: Mapping[str, Any] | None = None) -> list[Call]:
    """The calls of a lead as ``GET /rest/leadFormResponses/{id}`` answers it: who, and that they sent the form.

    ``form`` is the form's JSON when it is not in the answer; without it answers are named after their
    questions' numbers. Raises :class:`Refusal` (400) when the answer is no lead (an error, say).
    """
    lead = _last(text(answer.get("id")))
    response = mapping(answer.get("formResponse"))
    if not lead or not response:
        message = text(answer.get("message")) or "no id and formResponse"
        raise Refusal(400, "malformed", f"LinkedIn answered no lead: {message}")
    form = form or mapping(answer.get("form"))
    questions = {whole(one.get("questionId")): one for one in _questions(form)}
    told = [(_name(one, questions), _value(one, questions)) for one in objects(response.get("answers"))]
    return calls(
        Submission(
            id=f"linkedin:{lead}",
            traits=gathered(told),
            properties=_properties(answer, form),
            context=by_server("linkedin"),
            external_id=lead,
            timestamp=whole(answer.get("submittedAt")),
        )
    )


def _questions(form: Mapping[str, Any]) -> list[Found]:
    return objects(mapping(form.get("content")).get("questions"))


def _name(answer: Found, questions: Mapping[int | None, Found]) -> str:
    number = whole(answer.get("questionId"))
    question = questions.get(number, {})
    own = text(question.get("name")) or ""
    known = _KNOWN.get(text(question.get("predefinedField")) or "") or known_trait(own)
    return known or trait(own or f"question_{text(answer.get('questionId')) or ''}")


def _value(answer: Found, questions: Mapping[int | None, Found]) -> str | list[str] | None:
    """The text that was typed, or the texts of the options chosen."""
    details = mapping(answer.get("answerDetails"))
    typed = text(mapping(details.get("textQuestionAnswer")).get("answer"))
    if typed:
        return typed
    question = questions.get(whole(answer.get("questionId")), {})
    choices = mapping(mapping(question.get("questionDetails")).get("multipleChoiceQuestionDetails"))
    texts = {whole(one.get("id")): _localized(one.get("text")) for one in objects(choices.get("options"))}
    numbers = listing(mapping(details.get("multipleChoiceAnswer")).get("options"))
    chosen = [found for one in numbers if (found := texts.get(whole(one)) or text(one))]
    return chosen if len(chosen) > 1 else next(iter(chosen), None)


def _localized(value: object) -> str | None:
    """A text in its first language: ``{"localized": {"en_US": "First Name"}}``."""
    return text(value) or next((text(one) for one in mapping(mapping(value).get("localized")).values()), None)


def _properties(answer: Mapping[str, Any], form: Mapping[str, Any]) -> dict[str, Any]:
    sponsored = mapping(mapping(answer.get("leadMetadataInfo")).get("sponsoredLeadMetadataInfo"))
    urn = mapping(mapping(answer.get("leadMetadata")).get("sponsoredLeadMetadata")).get("campaign")
    kind, campaign = text(answer.get("leadType")), mapping(sponsored.get("campaign"))
    return {
        "platform": "linkedin",
        "lead_type": kind,
        "form_id": text(answer.get("versionedLeadGenFormUrn")),
        "form_name": text(form.get("name")),
        "campaign_id": text(campaign.get("id")) or _last(text(urn)),
        "campaign_name": text(campaign.get("name")),
        "test": True if answer.get("testLead") is True else None,
        "utm_source": "linkedin",
        "utm_medium": "paid_social" if kind == "SPONSORED" else "social",
        "utm_campaign": text(campaign.get("name")),
    }
