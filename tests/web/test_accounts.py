"""Which account a person is put into: by an import, by the product, by their address; the same however it is asked."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualify.capture.model import Identifier, Source
from qualify.web.bulk.rescoring import rescore
from qualify.web.database import rows
from qualify.web.importing.running import import_file
from qualify.web.keeping.nodes import identifier_of, key_of
from qualify.web.living.working import Worker
from qualify.web.recomputing import forget, recompute
from qualify.web.sources import create_source
from tests.web.cast import lead_of, send
from tests.web.faults.streams import DAY, MINUTE, PLAYBOOK, START, differences, everything, published


@pytest.fixture
def site(store: Path) -> Source:
    """The product, under a playbook that counts what colleagues do."""
    published(PLAYBOOK, START - DAY)
    return Source(id=create_source("site", "segment", START), name="site", trusted=True)


def imported(folder: Path, at: int, source: str, *people: tuple[str, str]) -> None:
    """Addresses and the ids of their companies from a list of that name."""
    path = folder / f"{at}.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([("Email", "Company ID"), *people])
    found = rows("SELECT id FROM source WHERE name = %s", [source])
    import_file(path, found[0][0] if found else create_source(source, "import", at), at)


def judged(at: int) -> int:
    """The worker has come by."""
    Worker().work_off(at)
    return at


def grouped(who: str, group: str, at: int) -> dict[str, Any]:
    """The product says whose somebody is."""
    return {
        "type": "group",
        "user_id": who,
        "group_id": group,
        "message_id": f"{who} {group} {at}",
        "timestamp": at,
    }


def account(email: str) -> str | None:
    """What the account of a lead goes by, by its oldest name."""
    found = rows(
        "SELECT i.kind, i.value FROM person p JOIN identifier i ON i.id = p.account_id WHERE p.id = %s",
        [lead_of(email)],
    )
    return " ".join(found[0]) if found else None


def test_an_import_goes_before_the_product_and_both_before_the_address(site: Source, tmp_path: Path) -> None:
    jane = {"user_id": "jane", "traits": {"email": "jane@acme-corp.io"}, "message_id": "jane"}
    send(site, START, {"type": "identify", **jane})
    judged(START)
    assert account("jane@acme-corp.io") == "domain acme-corp.io"
    send(site, START + 1, grouped("jane", "team", START + 1))
    judged(START + 1)
    assert account("jane@acme-corp.io") == "group team"
    imported(tmp_path, START + 2, "crm", ("jane@acme-corp.io", "77"))
    judged(START + 2)
    assert account("jane@acme-corp.io") == "external_account:crm 77"
    send(site, START + DAY, grouped("jane", "another", START + DAY))
    judged(START + DAY)
    assert account("jane@acme-corp.io") == "external_account:crm 77", (
        "what the product says later changes nothing"
    )
    imported(tmp_path, START + DAY + 1, "crm", ("jane@acme-corp.io", "78"))
    judged(START + DAY + 1)
    assert account("jane@acme-corp.io") == "external_account:crm 78"


def test_of_two_addresses_of_firms_the_one_known_last_tells_the_account(site: Source) -> None:
    for number, email in enumerate(["jane@acme-corp.io", "jane@blue-yard.com", "jane@gmail.com"]):
        who = {"type": "identify", "user_id": "jane", "traits": {"email": email}, "message_id": email}
        send(site, START + number, who)
        judged(START + number)
    assert account("jane@gmail.com") == "domain blue-yard.com"


@pytest.mark.slow
def test_a_recomputation_and_the_bulk_path_put_everybody_into_the_same_accounts(
    site: Source, tmp_path: Path
) -> None:
    at = START
    for who in ("jane", "joe", "ann"):
        traits = {"email": f"{who}@acme-corp.io", "employees": 60}
        send(site, at, {"type": "identify", "user_id": who, "traits": traits, "message_id": who})
        send(
            site,
            at,
            {"type": "page", "user_id": who, "properties": {"path": "/pricing"}, "message_id": f"{who} page"},
        )
        judged(at)
        at += MINUTE
    imported(tmp_path, at, "crm", ("jane@acme-corp.io", "77"))
    judged(at)
    send(site, at + 1, grouped("jane", "team", at + 1), grouped("joe", "team", at + 1))
    imported(tmp_path, at + 2, "crm", ("ann@acme-corp.io", "77"))
    last = judged(at + 2)
    assert [account(f"{who}@acme-corp.io") for who in ("jane", "ann", "joe")] == [
        "external_account:crm 77", "external_account:crm 77", "group team",
    ]  # fmt: skip
    alive = everything()
    told = (
        "SELECT person_id, total, grade, scores, lines, stage, since, cycle FROM standing ORDER BY person_id"
    )
    standings = rows(told)
    forget()
    recompute(last)
    assert differences(alive, everything()) == {}
    rescore(last)
    assert rows(told) == standings


def test_a_colon_in_the_name_of_a_source_and_in_an_id_is_no_end_of_either(
    site: Source, tmp_path: Path
) -> None:
    imported(tmp_path, START, "crm:eu", ("jane@gmail.com", "7:7"), ("joe@gmail.com", "7"))
    imported(tmp_path, START + 1, "crm", ("ann@gmail.com", "eu:7"))
    imported(tmp_path, START + 2, "crm\\", ("bob@gmail.com", "eu:7"))
    judged(START + 2)
    assert {name: account(f"{name}@gmail.com") for name in ("jane", "joe", "ann", "bob")} == {
        "jane": "external_account:crm:eu 7:7",
        "joe": "external_account:crm:eu 7",
        "ann": "external_account:crm eu:7",
        "bob": "external_account:crm\\ eu:7",
    }
    assert rows("SELECT count(*) FROM dirty") == [(0,)], "everybody could be judged"


def test_people_of_sources_with_a_colon_are_not_mistaken_for_others(site: Source) -> None:
    eu = Source(id=create_source("crm:eu", "segment", START), name="crm:eu", trusted=True)
    all_ = Source(id=create_source("crm", "segment", START), name="crm", trusted=True)
    send(eu, START, {"type": "track", "event": "x", "external_id": "7", "message_id": "1"})
    send(all_, START, {"type": "track", "event": "x", "external_id": "eu:7", "message_id": "1"})
    assert rows("SELECT kind, value FROM identifier ORDER BY id") == [
        ("external:crm:eu", "7"),
        ("external:crm", "eu:7"),
    ]
    assert rows("SELECT count(*) FROM person") == [(2,)]


_TEXT = st.text(st.sampled_from(':\\ab"\n'), min_size=1, max_size=6)
_IDENTIFIERS = st.builds(
    Identifier,
    st.one_of(
        st.sampled_from(["email", "user_id", "anonymous_id", "phone", "domain", "group"]),
        st.builds("{}:{}".format, st.sampled_from(["external", "external_account"]), _TEXT),
    ),
    _TEXT,
)


@given(_IDENTIFIERS)
def test_the_key_of_an_identifier_tells_which_it_is(identifier: Identifier) -> None:
    assert identifier_of(key_of(identifier)) == identifier


def test_keys_are_as_people_write_them() -> None:
    assert key_of(Identifier("email", "jane@example.com")) == "email:jane@example.com"
    assert key_of(Identifier("external:hubspot", "a:1")) == "external:hubspot:a:1"
    with pytest.raises(ValueError, match="no key"):
        identifier_of("nothing")
