"""Which of one person's activity was a machine's: a pure function of the facts, so that labels can be revised."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import lru_cache
from ipaddress import ip_address, ip_network

from qualify.machine.agents import Agent, agent
from qualify.machine.facts import Activity, Click, Facts, View, parted
from qualify.machine.forms import looks_like_spam, submission_of
from qualify.machine.mails import Found, condemned, suspected
from qualify.machine.reasons import Label, Reason, stronger
from qualify.machine.settings import STANDARD, Settings
from qualify.machine.visits import proofs, rushed, sent_by_machine

__all__ = ["Activity", "label"]

_BURST = Label(
    Reason.DATA_CENTRE_BURST, 0.85, "The same network did this for several recipients within seconds."
)
_HONEYPOT_VIEW = Label(
    Reason.HONEYPOT_LINK, 0.95, "Called up by the click of a visitor that followed a link no human can see."
)
_AUTOMATA = {
    "bot": (Reason.DECLARED_BOT, 0.99),
    "scanner": (Reason.SECURITY_SCANNER, 0.98),
    "headless": (Reason.HEADLESS_BROWSER, 0.95),
}
_FORM_PROPERTIES = ("fields", "honeypot", "took", "same_text")


def label(
    activity: Collection[Activity], *, settings: Settings = STANDARD, burst: Collection[int] = frozenset()
) -> dict[int, Label]:
    """The labels of one person's machine activity, by event id; what is not in it is held to be a human's.

    `burst` are the events that `bursts.bursts` found across people. The result depends on the set of facts only,
    not on their order: call it again with everything known when an event arrives, and what the new facts clear
    or condemn is cleared or condemned backwards. A page view by a human clears the click that led to it, except
    from what the visitor says of itself and from a honeypot. Only opens, clicks, page views and forms are ever
    labelled.
    """
    facts = parted(activity, settings)
    found: dict[int, Label] = {}
    _add(found, _declared(facts, settings))
    _add(found, rushed(facts.views, settings))
    _add(found, sent_by_machine(facts.forms, facts.views, found, settings))
    _add(found, _spam(facts, settings))
    if facts.mails:
        _judge_mails(found, facts, settings, burst)
    if settings.least_confidence:
        return {each: given for each, given in found.items() if given.confidence >= settings.least_confidence}
    return found


def _add(found: dict[int, Label], labels: Iterable[tuple[int, Label]]) -> None:
    for event_id, given in labels:
        earlier = found.get(event_id)
        found[event_id] = given if earlier is None else stronger(earlier, given)


def _judge_mails(found: dict[int, Label], facts: Facts, settings: Settings, burst: Collection[int]) -> None:
    mails = [mail for mail in facts.mails.values() if mail.opened or mail.clicked]
    proven = list(proofs(mails, facts.views, found, settings))
    human = {click.event_id for _, click in proven}
    caught: dict[int, Label] = {}
    for mail in mails:
        _add(caught, condemned(mail, settings))
        _add(found, suspected(mail, human, settings).items())
    _add(found, caught.items())
    _add(found, _called_up(proven, caught, settings))
    if burst:
        _add(found, _in_burst(facts, human, burst))


def _called_up(proven: list[tuple[View, Click]], caught: Collection[int], settings: Settings) -> Found:
    for view, click in proven:
        if click.event_id in caught and view.happened_at - click.happened_at <= settings.together:
            yield view.event_id, _HONEYPOT_VIEW


def _in_burst(facts: Facts, human: Collection[int], burst: Collection[int]) -> Found:
    for mail in facts.mails.values():
        for event_id in (*(click.event_id for click in mail.clicked), *(each for _, each in mail.opened)):
            if event_id in burst and event_id not in human:
                yield event_id, _BURST


def _spam(facts: Facts, settings: Settings) -> Found:
    for form in facts.forms:
        if any(name in form.properties for name in _FORM_PROPERTIES):
            given = looks_like_spam(submission_of(form.properties), settings=settings)
            if given:
                yield form.event_id, given


def _declared(facts: Facts, settings: Settings) -> Found:
    """What the visitors say of themselves, by their user agent or the network that they come from."""
    for one, part in facts.told:
        told = one.properties.get("user_agent")
        said = agent(told) if isinstance(told, str) else agent(None)
        given = _of_agent(said, part, one.source in settings.headless_sources)
        if given:
            yield one.event_id, given
        elif part == "opened" and _from_proxy(one.properties.get("ip"), settings.proxy_networks):
            yield one.event_id, _proxied("a mail program's proxy")


def _of_agent(said: Agent, part: str, headless_allowed: bool) -> Label | None:
    if said.nature == "undeclared" or (said.nature == "headless" and headless_allowed):
        return None
    if part == "opened" and said.nature in ("bare", "privacy_proxy"):
        return _proxied(said.name)
    if part == "opened" and said.nature == "image_proxy":
        return Label(Reason.IMAGE_PROXY, 0.5, f"The pictures were fetched by {said.name}.")
    reason, confidence = _AUTOMATA.get(said.nature, (Reason.DECLARED_BOT, 0.9))
    return Label(reason, confidence, f"The visitor's user agent says: {said.name}.")


def _proxied(name: str) -> Label:
    return Label(Reason.PRIVACY_PROXY, 0.95, f"The pictures were fetched by {name}.")


def _from_proxy(ip: object, networks: tuple[str, ...]) -> bool:
    return isinstance(ip, str) and len(ip) <= 64 and _in_networks(ip, networks)


@lru_cache(maxsize=8_192)
def _in_networks(ip: str, networks: tuple[str, ...]) -> bool:
    try:
        address = ip_address(ip)
    except ValueError:
        return False
    return any(address in ip_network(each) for each in networks)
