"""Who is who in cases worked out by hand: browsers that are shared, calls that come late, ids that change."""

from __future__ import annotations

import pytest

from qualify.identity.resolving import Link, Node, resolve
from tests.identity.cast import World


def test_anonymous_history_joins_the_person_who_identifies_later():
    world = World("browser:a", "mail:ann")
    world.link("browser:a", "mail:ann", at=100)
    assert world.spans("browser:a") == [(None, "mail:ann", 100)]
    assert world.person("browser:a", at=5) == "mail:ann", "what she read before she said who she is is hers"


def test_calls_in_the_wrong_order_give_the_same_person():
    early, late = World("browser:a", "mail:ann", "user:1"), World("browser:a", "mail:ann", "user:1")
    early.link("browser:a", "mail:ann", at=10)
    early.link("mail:ann", "user:1", at=20)
    late.link("mail:ann", "user:1", at=20)
    late.link("browser:a", "mail:ann", at=10)
    assert early.person("browser:a") == late.person("browser:a") == "mail:ann"


def test_a_second_email_on_one_browser_makes_two_people():
    world = World("browser:a", "mail:ann", "mail:bob")
    world.link("browser:a", "mail:ann", at=10)
    world.link("browser:a", "mail:bob", at=20)
    assert world.spans("browser:a") == [(None, "mail:ann", 10), (20, "mail:bob", 20)]
    assert world.people() == 2


def test_a_late_identify_takes_its_place_by_the_clients_clock():
    world = World("browser:a", "mail:ann", "mail:bob")
    world.link("browser:a", "mail:bob", at=20, known=20)
    world.link("browser:a", "mail:ann", at=10, known=90)
    assert world.spans("browser:a") == [(None, "mail:ann", 90), (20, "mail:bob", 20)]


def test_who_comes_back_to_a_shared_browser_gets_a_second_span():
    world = World()
    for at, name in ((10, "mail:ann"), (20, "mail:bob"), (30, "mail:ann")):
        world.link("browser:a", name, at=at)
    assert [(since, who) for since, who, _ in world.spans("browser:a")] == [
        (None, "mail:ann"),
        (20, "mail:bob"),
        (30, "mail:ann"),
    ]


def test_one_person_who_identifies_twice_has_one_span():
    world = World("browser:a", "mail:ann")
    world.link("browser:a", "mail:ann", at=10)
    world.link("browser:a", "mail:ann", at=20)
    assert world.spans("browser:a") == [(None, "mail:ann", 10)]


def test_a_kiosk_with_a_thousand_emails_is_a_thousand_people():
    world = World("browser:kiosk")
    for number in range(1000):
        world.link("browser:kiosk", f"mail:visitor{number}", at=number, why="form")
    assert world.people() == 1000
    assert world.person("browser:kiosk", at=500) == "mail:visitor500"
    assert not world.reasons()


def test_a_kiosk_with_a_thousand_telephones_is_a_thousand_people():
    world = World("browser:kiosk")
    for number in range(1000):
        world.link("browser:kiosk", f"phone:{number}", at=number, why="form")
    assert world.people() == 1000
    assert world.person("browser:kiosk", at=500) == "phone:500"


@pytest.mark.parametrize("ends", [("browser:old", "browser:new"), ("browser:new", "browser:old")])
def test_an_alias_between_browsers_works_in_both_directions(ends: tuple[str, str]):
    world = World("browser:old", "browser:new", "mail:ann")
    world.link("browser:new", "mail:ann", at=10)
    world.link(ends[0], ends[1], at=20, why="aliased")
    assert world.spans("browser:old") == [(None, "mail:ann", 20)]
    assert world.people() == 1


def test_browsers_without_an_owner_that_are_aliased_are_one_visitor():
    world = World("browser:a", "browser:b", "browser:c")
    world.link("browser:c", "browser:b", at=10, why="aliased")
    assert world.person("browser:c") == world.person("browser:b") == "browser:b"
    assert world.person("browser:a") == "browser:a"


def test_a_browser_with_an_owner_keeps_to_it_when_it_is_aliased():
    world = World()
    world.link("browser:a", "mail:ann", at=10)
    world.link("browser:b", "mail:bob", at=20)
    world.link("browser:a", "browser:b", at=30, why="aliased")
    assert (world.person("browser:a"), world.person("browser:b")) == ("mail:ann", "mail:bob")


def test_a_telephone_goes_from_one_person_to_another_and_takes_its_browser_along():
    world = World()
    world.link("phone:1", "mail:ann", at=10, why="form")
    world.link("phone:1", "mail:bob", at=20, why="form")
    world.link("browser:b", "phone:1", at=15, why="form")
    assert [(since, who) for since, who, _ in world.spans("browser:b")] == [
        (None, "mail:ann"),
        (20, "mail:bob"),
    ]


def test_two_user_ids_with_one_email_are_one_person():
    world = World("user:2", "user:1", "mail:ann")
    world.link("user:1", "mail:ann", at=10)
    world.link("user:2", "mail:ann", at=20)
    assert world.person("user:1") == world.person("mail:ann") == "user:2", "the oldest node gives the id"


def test_who_changes_their_email_stays_the_same_person():
    world = World("user:1", "mail:old", "mail:new")
    world.link("user:1", "mail:old", at=10)
    world.link("user:1", "mail:new", at=20)
    assert world.people() == 1


def test_a_role_address_never_makes_two_user_ids_one_person():
    world = World("user:1", "user:2", "mail:info", "crm:7")
    world.link("user:1", "mail:info", at=10)
    world.link("crm:7", "mail:info", at=15)
    world.link("user:2", "mail:info", at=20)
    world.link("user:2", "crm:7", at=30)
    assert world.person("user:2") == "user:2"
    assert world.person("crm:7") == world.person("mail:info") == "user:1"
    assert world.reasons() == ["role_address", "role_address"]


def test_user_ids_that_another_address_joins_may_share_a_role_address():
    world = World("user:1", "user:2", "mail:ann", "mail:office")
    world.link("user:1", "mail:office", at=10)
    world.link("user:1", "mail:ann", at=20)
    world.link("user:2", "mail:ann", at=30)
    world.link("user:2", "mail:office", at=40)
    assert world.people() == 1
    assert not world.reasons()


def test_a_person_with_too_many_emails_is_held_until_somebody_says_so():
    world = World("user:shared")
    for number in range(6):
        world.link("user:shared", f"mail:{number}", at=number)
    assert (world.people(), world.reasons()) == (2, ["too_many_emails"])
    world.link("user:shared", "mail:5", at=99, why="merged")
    assert (world.people(), world.reasons()) == (1, ["too_many_emails"])


def test_a_default_address_in_somebodys_script_does_not_tie_everybody_together():
    world = World("mail:default")
    for number in range(120):
        world.link(f"crm:{number}", "mail:default", at=number)
    assert world.reasons() == ["too_many_links"] * 20
    assert world.person("crm:99") == "mail:default" != world.person("crm:100")


def test_a_merge_by_hand_joins_and_its_split_restores():
    world = World("mail:ann", "browser:a", "mail:anne")
    world.link("browser:a", "mail:anne", at=10)
    before = world.spans("browser:a")
    merge = world.link("mail:ann", "mail:anne", at=50, why="merged")
    assert world.spans("browser:a") == [(None, "mail:ann", 50)]
    world.links[-1] = merge._replace(active=False)
    assert world.spans("browser:a") == before == [(None, "mail:anne", 10)]


def test_a_fact_is_known_to_be_the_persons_once_every_link_on_the_way_is():
    world = World("mail:ann", "user:1", "crm:7", "browser:a")
    world.link("mail:ann", "user:1", at=1, known=30)
    world.link("user:1", "crm:7", at=1, known=20)
    world.link("browser:a", "crm:7", at=1, known=10)
    assert (world.known("mail:ann"), world.known("user:1"), world.known("crm:7")) == (0, 30, 30)
    assert world.known("browser:a") == 30
    world.link("mail:ann", "crm:7", at=1, known=25)
    assert (world.known("crm:7"), world.known("user:1")) == (25, 25), "the way known earliest counts"


def test_a_second_link_does_not_make_history_known_later():
    world = World("mail:ann", "user:1", "browser:a")
    world.link("browser:a", "mail:ann", at=10, known=10)
    world.link("mail:ann", "user:1", at=40, known=40)
    world.link("browser:a", "user:1", at=20, known=20)
    assert world.spans("browser:a") == [(None, "mail:ann", 10), (20, "mail:ann", 40)]


def test_people_and_accounts_are_never_one():
    world = World("mail:ann", "domain:firm.example", "group:g")
    world.link("mail:ann", "domain:firm.example", why="merged")
    world.link("group:g", "domain:firm.example", why="imported")
    found = world.resolve()
    assert world.reasons() == ["person_and_account"]
    assert (found.people, found.accounts) == ((1,), (2,))
    assert found.members(2) == (2, 3)


def test_members_are_all_nodes_of_a_person_if_only_for_a_time():
    world = World("mail:ann", "mail:bob", "browser:a")
    world.link("browser:a", "mail:ann", at=10)
    world.link("browser:a", "mail:bob", at=20)
    found = world.resolve()
    assert (found.members(1), found.members(2), found.members(99)) == ((1, 3), (2, 3), ())


def test_what_cannot_be_resolved_is_said():
    with pytest.raises(ValueError, match="link 1 joins nodes 1 and 2"):
        resolve([Node(1, "email", "a@b.example", 0)], [Link(1, 1, 2, "identified", 0, 0)])
    with pytest.raises(ValueError, match="'fax' is not a kind of identifier"):
        resolve([Node(1, "fax", "1", 0)], [])
    with pytest.raises(KeyError):
        resolve([], []).person_of(1, 0)
