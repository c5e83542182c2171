"""What the pages have to show besides leads: a draft and its plan, two versions, lists at every step, webhooks."""

from __future__ import annotations

import threading

from qualify.capture.model import Source
from qualify.clock import now
from qualify.web.database import rows
from qualify.web.importing.uploads import upload_of
from qualify.web.keeping.aside import Aside, put_aside
from qualify.web.learning.keeping import keep
from qualify.web.living.errands import Errands
from qualify.web.looking import playbook
from qualify.web.verbs import decide as deciding
from qualify.web.verbs import drafting, forming, hooking, inviting, membering, opening, saving, uploading
from qualify.web.verbs.actor import the_owner
from qualify.web.verbs.answer import answer
from qualify.web.verbs.assigning import assign
from qualify.web.verbs.consent import consent
from qualify.web.verbs.publish import publish
from qualify.web.verbs.reps import set_rep
from tests.web.cast import lead_of, of, send
from tests.web.learning.lessons import model, told

ADA = the_owner("ada@qualify.example")
LIST = "Email,First name,Company,Shoe size\n" + "".join(
    f"p{n}@fair.example,Pat {n},Fair {n} Ltd,4{n % 10}\n" for n in range(30)
) + "nobody at all,,,\n"  # fmt: skip
QUESTIONS = [
    {"name": "email", "label": "Work e-mail", "type": "email", "required": True},
    {"name": "company", "label": "Company"},
]


NAMES = "Amina Bo Carla Dinh Elif Femi Greta Hugo Ines Jonas Kira Liam Mei Nils Olga Paul".split()


def arrived(at: int) -> list[int]:
    """People of firms that fit who have just asked for a demonstration: MQLs, for tests to decide about."""
    site = Source(id=opening.create_source(ADA, "Segment", "segment", at), name="Segment", trusted=True)
    for name in NAMES:
        firm = f"{name.lower()}-works.io"
        told = {"email": f"{name.lower()}@{firm}", "name": f"{name} Works", "title": "VP Marketing", "employees": 120,
                "country": "DE", "industry": "software", "company": f"{name} Works Ltd"}  # fmt: skip
        send(site, at, *of(name.lower(), told, ["Demo Requested"]))
    return [lead_of(f"{name.lower()}@{name.lower()}-works.io") for name in NAMES]


def furnished(leads: list[int]) -> dict[str, object]:
    """Everything; the numbers by which addresses name it."""
    at = now()
    _versions(at)
    _of_a_lead(leads[0], at)
    _lesson(leads, at)
    _a_rep(leads[2:4], at)
    number = opening.create_source(ADA, "Our site", "script", at)
    opening.create_key(ADA, "write", at, source_id=number)
    put_aside(
        [Aside(number, "segment", "read", "malformed", "no call has this type", b'{"type": "sing"}', at)]
    )
    forms = opening.create_source(ADA, "Forms", "forms", at)
    forming.create_form(
        ADA,
        forms,
        {"id": "demo", "name": "Ask for a demo", "fields": QUESTIONS, "kind": "demo_requested"},
        at,
    )
    webhook = hooking.create_webhook(ADA, "http://127.0.0.1:9/told", at, types=["lead.moved"])
    opening.create_key(ADA, "api", at, label="Reports", scopes=["read:leads"])
    invited = inviting.invite(ADA, "nora@qualify.example", "sales_rep", at)
    [(ada,)] = rows("SELECT id FROM member WHERE email = 'ada@qualify.example'")
    [(vic,)] = rows("SELECT id FROM member WHERE email = 'vic@qualify.example'")
    [(rosa,)] = rows("SELECT id FROM member WHERE email = 'rosa@qualify.example'")
    view = saving.save_view(ADA, rosa, "inbox", "Product first", "show=new&stage=pql", at, shared=True)
    return {
        "source": number, "form": "demo", "webhook": webhook.webhook_id, "user": ada, "view": view,
        "other": leads[1], "link": _link_of(leads[0]), "invitation": invited.token,
        "password": membering.password_link(ADA, vic, at).rpartition("/")[2], **_draft(at), **_lists(at),
    }  # fmt: skip


def _lesson(leads: list[int], at: int) -> None:
    """What was learnt of the version in force, with a model that is in force, too."""
    [(version,)] = rows("SELECT max(id) FROM playbook_version")
    profile = {
        "name": "best customers",
        "leads": 9,
        "customers": 1,
        "idle": len(leads[2:6]),
        "named": leads[2:6],
    }
    icp = {
        **told()["icp"],
        "profiles": [profile],
        "undescribed": {"count": 1, "named": [[leads[1], 900.0, "EUR"]]},
    }
    alarm = {"kind": "stopped", "about": "page_viewed", "figure": 1.0, "limit": 90.0,
             "said": "hardly any page_viewed arrives any more: 1 where 90 were to be expected"}  # fmt: skip
    drift = {"days": 90, "before": 900, "after": 300, "alarms": [alarm], "kinds": [["page_viewed", 90.0, 1]]}
    keep(
        told(crowned=True, contest="AUC 0.710 on later leads", model=model(), icp=icp, drift=drift),
        version,
        "ada",
        at,
    )


def _versions(at: int) -> None:
    """A second version, in which a webinar counts less."""
    [(text,)] = rows("SELECT text FROM playbook_version ORDER BY id DESC LIMIT 1")
    publish(ADA, text.replace("cap: 20", "cap: 10", 1) + "\n", at, note="Webinars count less")
    _work_off()


def _draft(at: int) -> dict[str, object]:
    number = drafting.begin(ADA, at, title="Prices count more")
    found = playbook.draft(number)
    assert found is not None
    about, text = found
    drafting.save(ADA, number, text.replace("points: 8", "points: 12", 1), about.digest, at)
    drafting.comment(
        ADA, number, "", "Sales asked for it: those who look at prices answer the telephone.", at
    )
    return {"draft": number}


def _of_a_lead(lead: int, at: int) -> None:
    answer(ADA, lead, "need", at, value="Two of their three tools end in spring", satisfied=True)
    consent(ADA, lead, "email", True, at, proof="said so on the telephone")
    deciding.decide(ADA, lead, "accepted", at)


def _a_rep(leads: list[int], at: int) -> None:
    """Rosa has two leads. She takes no turns, so that tests decide about all others; nobody has those."""
    set_rep(ADA, "rosa@qualify.example", at, weight=0, capacity={"leads": 20, "per": "week"})
    for lead in leads:
        assign(ADA, lead, "rosa@qualify.example", at)


def _link_of(lead: int) -> int:
    """Something that says that two of a lead's identifiers are one person's."""
    [(number,)] = rows(
        "SELECT min(link.id) FROM link JOIN identifier ON identifier.id IN (link.one_id, link.other_id) WHERE owner_id = %s",
        [lead],
    )
    return int(number)


def _lists(at: int) -> dict[str, object]:
    """A list that waits to be mapped, one that was tried out, and one that came in."""
    names = ("mapping", "trial", "result")
    there = {name: uploading.receive(ADA, f"{name}.csv", [LIST.encode()], at, "trade fair") for name in names}
    for name in names[1:]:
        upload = upload_of(there[name])
        assert upload is not None
        uploading.try_out(ADA, upload.id, upload.told, at)
    _work_off()
    uploading.import_upload(ADA, there["result"], at)
    _work_off()
    return dict(there)


def _work_off() -> None:
    errands = Errands(now, threading.Event())
    while errands.step(now()):
        pass
