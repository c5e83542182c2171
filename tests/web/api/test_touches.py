"""What brought a lead here: first, last and converting touch are views of the events."""

from __future__ import annotations

from typing import Any

from qualify.capture.model import Source
from qualify.playbook.starters import text as starter
from qualify.web.database import run
from qualify.web.living.working import Worker
from qualify.web.looking.touches import touches_of
from qualify.web.sources import create_source
from qualify.web.verbs.publish import publish
from qualify.web.verbs.split import split
from tests.web.api.conftest import Api
from tests.web.cast import MINUTE, OWNER, START, Cast, lead_of, send

AT = START + 10 * MINUTE


def visit(place: int, query: str = "", referrer: str = "") -> dict[str, Any]:
    """Mia's browser looks at a page of ours, some minutes later."""
    page = {"url": f"https://we.example/{place}?{query}", "referrer": referrer}
    return {
        "type": "page", "anonymous_id": "mias-browser", "message_id": f"visit-{place}", "context": {"page": page},
    }  # fmt: skip


def came(source: Any) -> int:
    """Mia comes by an ad, by herself, by a newsletter; says who she is; comes by a link, and by herself."""
    send(source, AT, visit(1, "utm_source=google&utm_medium=cpc&utm_campaign=brand"))
    send(source, AT + MINUTE, visit(2))
    send(source, AT + 2 * MINUTE, visit(3, "utm_source=news&utm_medium=email&utm_campaign=may"))
    told = {"traits": {"email": "mia@fabrik.example"}, "user_id": "mia", "anonymous_id": "mias-browser"}
    send(source, AT + 3 * MINUTE, {"type": "identify", "message_id": "who", **told})
    send(source, AT + 4 * MINUTE, visit(5, referrer="https://blog.example/"))
    send(source, AT + 5 * MINUTE, visit(6))
    Worker().work_off(AT + 6 * MINUTE)
    return lead_of("mia@fabrik.example")


AD = {"happened_at": AT, "channel": "paid_search", "source": "google", "campaign": "brand"}
MAIL = {"happened_at": AT + 2 * MINUTE, "channel": "email", "source": "news", "campaign": "may"}
LINK = {"happened_at": AT + 4 * MINUTE, "channel": "referral", "source": "blog.example", "campaign": None}


def test_a_lead_says_what_brought_it_here(api: Api, people: Cast, source: Any) -> None:
    mia = came(source)
    assert api.get(f"/leads/{mia}")["touches"] == {"first": AD, "last": LINK, "converting": MAIL}


def test_as_of_a_past_moment_later_touches_are_not_known(api: Api, people: Cast, source: Any) -> None:
    then = api.get(f"/leads/{came(source)}?as_of={AT + 3 * MINUTE}")
    assert then["touches"] == {"first": AD, "last": MAIL, "converting": MAIL}


def test_whoever_nothing_brought_has_no_touches(api: Api, people: Cast, source: Any) -> None:
    send(source, AT, {"type": "identify", "user_id": "max", "message_id": "max"})
    Worker().work_off(AT)
    [lead] = api.get("/leads?identifier=user_id:max")["leads"]
    assert api.get(f"/leads/{lead['id']}")["touches"] == {"first": None, "last": None, "converting": None}


def test_whoever_is_imported_first_converted_by_no_touch(api: Api, people: Cast, source: Any) -> None:
    told = {"traits": {"email": "mia@fabrik.example"}, "user_id": "mia"}
    send(source, AT - MINUTE, {"type": "identify", "message_id": "list", **told})
    touches = api.get(f"/leads/{came(source)}")["touches"]
    assert (touches["first"], touches["converting"]) == (AD, None)


def test_what_a_machine_did_brought_nobody(api: Api, people: Cast, source: Any) -> None:
    mia = came(source)
    run("UPDATE event SET machine = 'declared_bot' WHERE owner_id = %s AND happened_at <= %s", [mia, AT])
    assert api.get(f"/leads/{mia}")["touches"]["first"]["channel"] == "direct"


def test_what_is_split_off_takes_its_touches_along(api: Api, people: Cast, source: Any) -> None:
    mia = came(source)
    links = [each["id"] for each in api.get(f"/leads/{mia}/identity")["links"]]
    split(OWNER, links, AT + 7 * MINUTE)
    assert api.get(f"/leads/{mia}")["touches"]["first"] is None


def test_on_postgresql_touches_are_the_same(postgres_store: str) -> None:
    publish(OWNER, starter("b2b-saas"), START)
    site = Source(id=create_source("site", "segment", START), name="site", trusted=True)
    found = touches_of(came(site), AT + 6 * MINUTE)
    told = {name: each and each._asdict() for name, each in found._asdict().items()}
    assert told == {"first": AD, "last": LINK, "converting": MAIL}
