"""What is a machine's and what is Ada's: each rule, what clears it and what does not."""

from __future__ import annotations

import pytest

from qualify.machine.labelling import label
from qualify.machine.reasons import Reason
from qualify.machine.settings import Settings
from tests.machine.cast import CHROME, MINUTE, clicked, delivered, event, opened, sent, viewed

GMAIL = "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)"
HEADLESS = CHROME.replace("Chrome/", "HeadlessChrome/")
FOUR_LINKS = ("/pricing", "/docs", "/blog", "/customers")


def reasons(*activity, **given):
    """Why each of these is a machine's, None where it is held to be Ada's."""
    labels = label(activity, **given)
    return [labels[one.event_id].reason if one.event_id in labels else None for one in activity]


def test_a_mail_that_is_read_and_clicked_in_a_humans_time_is_adas():
    assert reasons(delivered(), opened(300), clicked(320), viewed(322)) == [None] * 4


def test_a_mail_opened_within_seconds_of_delivery_was_not_opened_by_ada():
    assert reasons(delivered(), opened(4)) == [None, Reason.OPENED_AT_ONCE]


def test_a_click_within_seconds_of_delivery_was_not_adas():
    assert reasons(delivered(), clicked(4)) == [None, Reason.CLICKED_AT_ONCE]


def test_a_gateway_may_click_before_it_takes_the_mail():
    assert reasons(delivered(), clicked(-90)) == [None, Reason.CLICKED_AT_ONCE]


def test_a_mail_whose_delivery_nobody_noted_is_not_held_against_ada():
    assert reasons(opened(4), clicked(9)) == [None, None]


def test_a_click_is_measured_against_the_delivery_of_its_own_mail():
    assert (
        reasons(delivered(0, "welcome"), delivered(3_600, "news"), clicked(3_604, mail="welcome"))
        == [None] * 3
    )


def test_clicks_that_do_not_say_which_mail_they_are_of_are_measured_against_none():
    unnamed = [event("email_delivered", 0), event("email_clicked", 3, link="/pricing")]
    assert reasons(*unnamed) == [None, None]


def test_mails_may_be_told_apart_by_a_number():
    mail = [
        event("email_delivered", 0, message_id=9),
        event("email_clicked", 3, message_id=9, link="/pricing"),
    ]
    assert reasons(*mail) == [None, Reason.CLICKED_AT_ONCE]


def test_a_hasty_click_is_doubted_until_the_page_view_comes():
    mail, click = delivered(), clicked(20)
    assert reasons(mail, click) == [None, Reason.CLICK_WITHOUT_PAGE_VIEW]
    assert reasons(mail, click, viewed(22)) == [None, None, None]


def test_an_unhurried_click_needs_no_page_view_for_many_pages_are_not_watched():
    assert reasons(delivered(), clicked(600)) == [None, None]


def test_whoever_follows_all_links_within_seconds_is_a_machine_hours_after_delivery_too():
    clicks = [clicked(7_200 + place, link) for place, link in enumerate(FOUR_LINKS)]
    assert reasons(delivered(), *clicks) == [None, *[Reason.ALL_LINKS_AT_ONCE] * 4]


def test_the_open_in_the_midst_of_such_a_burst_is_the_machines_as_well():
    clicks = [clicked(7_200 + place, link) for place, link in enumerate(FOUR_LINKS)]
    assert reasons(opened(7_199), *clicks)[0] is Reason.ALL_LINKS_AT_ONCE
    assert reasons(opened(7_100), *clicks)[0] is None


def test_one_link_clicked_again_and_again_is_an_impatient_human():
    assert reasons(delivered(), *(clicked(600 + place) for place in range(5))) == [None] * 6


def test_three_links_clicked_in_a_quarter_of_an_hour_are_a_reader():
    assert (
        reasons(delivered(), *(clicked(600 + 300 * place, link) for place, link in enumerate(FOUR_LINKS)))
        == [None] * 5
    )


def test_links_of_different_mails_do_not_add_up():
    clicks = [clicked(600 + place, link, mail=link) for place, link in enumerate(FOUR_LINKS)]
    assert reasons(*clicks) == [None] * 4


def test_a_page_view_clears_the_click_that_led_to_it_and_no_other():
    scans = [clicked(2 + place, link) for place, link in enumerate(FOUR_LINKS)]
    assert reasons(delivered(), *scans, viewed(60, "/docs"))[1:5] == [
        Reason.ALL_LINKS_AT_ONCE,
        None,
        Reason.ALL_LINKS_AT_ONCE,
        Reason.ALL_LINKS_AT_ONCE,
    ]


def test_adas_own_click_takes_the_page_view_that_would_have_cleared_the_scanner():
    scans = [clicked(2 + place, link) for place, link in enumerate(FOUR_LINKS)]
    mine = [clicked(90, "/docs"), viewed(92, "/docs")]
    assert reasons(delivered(), *scans, *mine) == [None, *[Reason.ALL_LINKS_AT_ONCE] * 4, None, None]


def test_the_page_must_be_the_one_the_link_leads_to():
    assert (
        reasons(delivered(), clicked(4, "https://acme.test/pricing?utm_source=mail"), viewed(6, "/pricing/"))[
            1
        ]
        is None
    )
    assert reasons(delivered(), clicked(4, "/pricing"), viewed(6, "/careers"))[1] is Reason.CLICKED_AT_ONCE


def test_a_click_and_a_page_view_that_carry_an_id_belong_together_by_it_alone():
    one, same, other = {"click_id": "k1"}, {"click_id": "k1"}, {"click_id": "k2"}
    assert reasons(delivered(), clicked(4, "/go/1", **one), viewed(6, "/pricing", **same))[1] is None
    assert reasons(delivered(), clicked(4, **one), viewed(6, **other))[1] is Reason.CLICKED_AT_ONCE


@pytest.mark.parametrize(
    "view",
    [
        viewed(6, seconds=0),
        viewed(6, user_agent=HEADLESS),
        viewed(6 + 10 * MINUTE / 1_000),
        viewed(3),
    ],
    ids=["left at once", "by a headless browser", "ten minutes later", "before the click"],
)
def test_a_page_view_that_proves_nothing_clears_nothing(view):
    assert reasons(delivered(), clicked(4), view)[1] is Reason.CLICKED_AT_ONCE


def test_a_scanner_that_calls_up_every_page_it_finds_does_not_clear_itself():
    scans = [clicked(2 + place / 2, link) for place, link in enumerate(FOUR_LINKS)]
    calls = [viewed(2.2 + place / 2, link) for place, link in enumerate(FOUR_LINKS)]
    assert reasons(delivered(), *scans, *calls)[1:5] == [Reason.ALL_LINKS_AT_ONCE] * 4


def test_an_early_open_is_cleared_by_a_proven_click_that_follows_at_once():
    assert reasons(delivered(), opened(6), clicked(15), viewed(17)) == [None] * 4
    assert reasons(delivered(), opened(6), clicked(900), viewed(902))[1] is Reason.OPENED_AT_ONCE


def test_a_honeypot_link_condemns_the_burst_around_it_whatever_was_viewed():
    burst = [opened(599), clicked(600), clicked(602, "/trap", honeypot=True), clicked(606, "/docs")]
    assert reasons(delivered(), *burst)[1:] == [Reason.HONEYPOT_LINK] * 4
    assert reasons(delivered(), *burst, viewed(603, "/pricing"))[2] is Reason.HONEYPOT_LINK


def test_the_page_that_such_a_visitor_calls_up_is_condemned_with_it():
    assert reasons(clicked(600), clicked(601, "/trap", honeypot=True), viewed(603))[2] is Reason.HONEYPOT_LINK


def test_what_ada_clicks_an_hour_after_a_honeypot_was_followed_is_hers():
    assert reasons(delivered(), clicked(3, "/trap", honeypot=True), clicked(3_600))[2] is None


@pytest.mark.parametrize(
    ("agent", "reason"),
    [
        ("Mozilla/5.0", Reason.PRIVACY_PROXY),
        (GMAIL, Reason.IMAGE_PROXY),
        ("YahooMailProxy; https://help.yahoo.com/kb/yahoo-mail-proxy-SLN28749.html", Reason.IMAGE_PROXY),
        ("Mozilla/5.0 (compatible; BarracudaSentinel/1.0)", Reason.SECURITY_SCANNER),
        ("python-requests/2.32", Reason.DECLARED_BOT),
        (HEADLESS, Reason.HEADLESS_BROWSER),
        (CHROME, None),
        ("", None),
    ],
)
def test_an_open_is_judged_by_what_the_visitor_says_of_itself(agent, reason):
    assert reasons(opened(3_600, user_agent=agent)) == [reason]


@pytest.mark.parametrize("agent", ["Mozilla/5.0", GMAIL])
def test_a_mail_programs_proxy_fetches_pictures_so_a_page_view_in_its_name_is_a_bots(agent):
    assert reasons(viewed(0, user_agent=agent)) == [Reason.DECLARED_BOT]


def test_an_open_from_apples_network_is_its_proxys():
    assert reasons(opened(3_600, ip="17.58.1.2")) == [Reason.PRIVACY_PROXY]
    assert reasons(opened(3_600, ip="203.0.113.9"), opened(3_700, ip="no address")) == [None, None]


def test_no_page_view_clears_what_says_of_itself_that_it_is_a_machine():
    assert reasons(clicked(600, user_agent="curl/8.4.0"), viewed(602))[0] is Reason.DECLARED_BOT


def test_a_source_may_want_its_headless_browsers():
    ours = Settings(headless_sources=frozenset({"browser tests"}))
    assert reasons(event("page_viewed", 0, "browser tests", user_agent=HEADLESS), settings=ours) == [None]
    assert reasons(event("page_viewed", 0, "website", user_agent=HEADLESS), settings=ours) == [
        Reason.HEADLESS_BROWSER
    ]


def test_a_crawlers_page_views_are_a_machines_and_so_is_the_form_it_sends():
    crawl = [viewed(place / 2, f"/page-{place}") for place in range(6)]
    assert reasons(*crawl, sent(300)) == [*[Reason.PAGES_AT_ONCE] * 6, Reason.FORM_SPAM]
    assert reasons(*crawl, viewed(200), sent(300))[-1] is None


def test_a_human_who_opens_a_few_tabs_is_no_crawler():
    assert reasons(*(viewed(place, f"/page-{place}") for place in range(4))) == [None] * 4


def test_one_page_that_reloads_itself_is_no_crawler():
    assert reasons(*(viewed(place / 10) for place in range(20))) == [None] * 20


def test_a_form_that_fell_into_the_trap_is_spam():
    assert reasons(sent(0, honeypot="http://buy.test"), sent(900, took=40)) == [Reason.FORM_SPAM, None]


def test_a_burst_across_people_condemns_what_no_page_view_clears():
    click, other = clicked(600), clicked(900, "/docs")
    found = frozenset({click.event_id, other.event_id})
    assert reasons(click, other, viewed(903, "/docs"), burst=found) == [Reason.DATA_CENTRE_BURST, None, None]


def test_leaving_a_list_counts_whoever_did_it_and_so_do_replies():
    others = [
        event(kind, 1, campaign="welcome", user_agent="curl/8")
        for kind in ("email_unsubscribed", "email_replied")
    ]
    assert reasons(delivered(), *others) == [None] * 3


def test_a_label_says_what_was_seen():
    mail, click = delivered(), clicked(4.25)
    assert label([mail, click])[click.event_id].because == "Clicked 4.2 seconds after delivery."


def test_labels_less_sure_than_asked_for_are_not_given():
    proxied = opened(3_600, user_agent=GMAIL)
    assert reasons(proxied, settings=Settings(least_confidence=0.6)) == [None]


def test_own_kinds_of_events_can_be_named():
    ours = Settings(delivered=frozenset({"sent"}), clicked=frozenset({"link_followed"}))
    mail = [event("sent", 0, campaign="a"), event("link_followed", 2, campaign="a", link="/")]
    assert reasons(*mail, settings=ours) == [None, Reason.CLICKED_AT_ONCE]


def test_every_reason_has_a_sentence():
    assert all(reason.sentence.endswith(".") for reason in Reason)


@pytest.mark.parametrize("wrong", [{"burst": 0}, {"burst": 61_000}, {"least_confidence": 2}, {"links": 1}])
def test_bounds_that_make_no_sense_are_refused(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        Settings(**wrong)


def test_the_surest_reason_is_given():
    assert reasons(delivered(), clicked(4, user_agent="curl/8.4.0"))[1] is Reason.DECLARED_BOT
    assert reasons(delivered(), opened(4, user_agent=GMAIL))[1] is Reason.OPENED_AT_ONCE


def test_when_things_happened_counts_and_not_in_which_order_they_were_numbered():
    late, scans = delivered(600), [clicked(606 - place, link) for place, link in enumerate(FOUR_LINKS)]
    assert reasons(*scans, opened(300), delivered(0), late)[:5] == [*[Reason.ALL_LINKS_AT_ONCE] * 4, None]
    spread = [clicked(900 - 100 * place, link) for place, link in enumerate(FOUR_LINKS)]
    assert reasons(*spread, delivered(0)) == [None] * 5


def test_a_page_looked_at_minutes_after_a_honeypot_was_followed_is_a_humans():
    assert reasons(clicked(600), clicked(601, "/trap", honeypot=True), viewed(720))[2] is None


def test_three_links_within_exactly_five_seconds_are_too_many_and_a_moment_more_is_not():
    assert (
        reasons(*(clicked(2.5 * place, link) for place, link in enumerate(FOUR_LINKS)))[0]
        is Reason.ALL_LINKS_AT_ONCE
    )
    assert reasons(*(clicked(2.501 * place, link) for place, link in enumerate(FOUR_LINKS))) == [None] * 4
