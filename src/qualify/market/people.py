"""The humans: what they do for a living, whom they work for, what they want and whether they would buy."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from qualify.market import channels, countries, effects, names, titles
from qualify.market.accounts import Accounts
from qualify.market.chance import Chance, Flags, Floats, Ints, happens, logistic, pick, skewed, stream
from qualify.market.clock import Calendar

BOT_SHARE = 0.015
ROLE_SHARES = (0.92, 0.045, 0.03, 0.005)
GROWTH = 0.3
ACTIVITY_SIGMA = 1.0
PROFESSIONAL, STUDENT, JOB_SEEKER, COMPETITOR = range(4)
GIBBERISH = ["Xkqjz", "asdf", "test", "qwerty", "Bvnmrt", "JohnnyZot", "hhggff", "RobertTug", "aaa", "Zzpqk"]
COMPANY_MAIL, FREE_MAIL, DISPOSABLE_MAIL = range(3)


@dataclass(frozen=True)
class People:
    """Arrays of one entry per human (or bot that fills in a form).

    Codes number the levels in `effects.TRAITS`, `countries`, `titles.titles()` and `channels`; `first` and
    `last` number `first_names()` and `last_names()`. `created` is epoch ms, `late` says that it lies after
    the drift, `fit_log_odds` and `intent` (0..1) are the truth that `would_buy_probability` is reckoned
    from; `would_buy` is its draw. `activity` multiplies the number of everything they do; `opens` is their
    habit of opening mail.
    """

    account: Ints
    country: Ints
    role: Ints
    bot: Flags
    title: Ints
    first: Ints
    last: Ints
    mailbox: Ints
    channel: Ints
    created: Ints
    late: Flags
    fit_log_odds: Floats
    intent: Floats
    would_buy_probability: Floats
    would_buy: Flags
    activity: Floats
    opens: Floats
    proxied: Flags

    def __len__(self) -> int:
        return len(self.account)

    def shows_account(self) -> Flags:
        """Whether their e-mail address tells whom they work for."""
        return np.asarray((self.mailbox == COMPANY_MAIL) & ~self.bot)


def invent_people(size: int, accounts: Accounts, calendar: Calendar, seed: int) -> People:
    """`size` humans of these accounts, first seen over the calendar's days."""
    chance = stream(seed, "people")
    account = pick(chance, accounts.employees.astype(np.float64) ** 0.35, size)
    abroad = happens(chance, 0.1, size)
    country = np.where(abroad, pick(chance, countries.shares(), size), accounts.country[account])
    bot = happens(chance, BOT_SHARE, size)
    role = np.where(accounts.competitor[account], COMPETITOR, pick(chance, ROLE_SHARES, size))
    role = np.where(bot, PROFESSIONAL, role)
    title = _titles(chance, country, role)
    mailbox = _mailboxes(chance, role, bot)
    channel = pick(chance, [channel.share for channel in channels.CHANNELS], size)
    created = calendar.between(
        np.full(size, calendar.start), np.full(size, calendar.end - 1), country, _growing(chance, size)
    )
    late = created >= drift_moment(calendar)
    fit = accounts.fit[account] + _personal_fit(country, role, title, mailbox)
    fit = fit + effects.UNSEEN_FIT_SD * chance.standard_normal(size)
    intent = np.where(bot, 0.0, _intents(chance, channel, role))
    log_odds = effects.INTERCEPT + fit + channel_log_odds(channel, late) + effects.INTENT * intent
    probability = np.where(bot, 0.0, logistic(log_odds))
    first, last = _names(chance, country, bot)
    return People(
        account=account,
        country=country,
        role=role,
        bot=bot,
        title=title,
        first=first,
        last=last,
        mailbox=mailbox,
        channel=channel,
        created=created,
        late=late,
        fit_log_odds=fit,
        intent=intent,
        would_buy_probability=probability,
        would_buy=happens(chance, probability, size),
        activity=skewed(chance, np.exp(-(ACTIVITY_SIGMA**2) / 2), ACTIVITY_SIGMA, size),
        opens=chance.beta(1.3, 3.5, size),
        proxied=happens(chance, 0.35, size),
    )


def drift_moment(calendar: Calendar) -> int:
    """The moment (ms) at which the market changes: the middle of its days."""
    return (calendar.start + calendar.end) // 2


def channel_log_odds(channel: Ints, late: Flags) -> Floats:
    """What each one's channel adds to the log-odds of buying; paid social is worth less after the drift."""
    worth = np.array([channel.log_odds for channel in channels.CHANNELS])[channel]
    before, after = effects.PAID_SOCIAL_LOG_ODDS
    social = channel == channels.number_of("paid_social")
    return np.asarray(np.where(social, np.where(late, after, before), worth), dtype=np.float64)


def first_names() -> list[str]:
    """Every first name, language after language, then the bots' gibberish."""
    return [
        name for language in countries.LANGUAGES for name in names.FIRST_NAMES[language].split()
    ] + GIBBERISH


def last_names() -> list[str]:
    """Every last name, language after language, then the bots' gibberish."""
    return [
        name for language in countries.LANGUAGES for name in names.LAST_NAMES[language].split()
    ] + GIBBERISH


def _growing(chance: Chance, size: int) -> Floats:
    # The inverse of the distribution whose density grows in a straight line by GROWTH from start to end.
    uniform = chance.random(size)
    return np.asarray((np.sqrt(1.0 + uniform * (2.0 * GROWTH + GROWTH**2)) - 1.0) / GROWTH)


def _intents(chance: Chance, channel: Ints, role: Ints) -> Floats:
    shift = np.array([channel.intent_shift for channel in channels.CHANNELS])[channel]
    idle = np.where(role == PROFESSIONAL, 0.0, -1.0)
    drawn = effects.INTENT_CENTRE + shift + idle + effects.INTENT_SD * chance.standard_normal(len(channel))
    return logistic(drawn)


def _personal_fit(country: Ints, role: Ints, title: Ints, mailbox: Ints) -> Floats:
    known = titles.titles()
    seniority = np.array([effects.TRAITS["seniority"][one.seniority] for one in known])
    department = np.array([effects.TRAITS["department"][one.department] for one in known])
    place = np.array([effects.TRAITS["country"][code] for code in countries.codes()])
    parts = seniority[title] + department[title] + place[country]
    parts = parts + np.array(effects.worth("role"))[role] + np.array(effects.worth("email"))[mailbox]
    return np.asarray(parts, dtype=np.float64)


def _mailboxes(chance: Chance, role: Ints, bot: Flags) -> Ints:
    usual = pick(chance, (0.765, 0.225, 0.01), len(role))
    dubious = pick(chance, (0.1, 0.45, 0.45), len(role))
    return np.where(bot, dubious, np.where(role == STUDENT, FREE_MAIL, usual))


def _titles(chance: Chance, country: Ints, role: Ints) -> Ints:
    language = countries.languages()[country]
    title = np.zeros(len(country), dtype=np.int64)
    for number, code in enumerate(countries.LANGUAGES):
        for student in (False, True):
            mine = (language == number) & ((role == STUDENT) == student)
            title[mine] = pick(chance, titles.title_weights(code, student=student), int(mine.sum()))
    return title


def _names(chance: Chance, country: Ints, bot: Flags) -> tuple[Ints, Ints]:
    language = np.where(bot, len(countries.LANGUAGES), countries.languages()[country])
    return (
        _one_of(chance, [len(names.FIRST_NAMES[code].split()) for code in countries.LANGUAGES], language),
        _one_of(chance, [len(names.LAST_NAMES[code].split()) for code in countries.LANGUAGES], language),
    )


def _one_of(chance: Chance, sizes: list[int], group: Ints) -> Ints:
    lengths = np.array([*sizes, len(GIBBERISH)])
    begins = np.concatenate([[0], np.cumsum(lengths)[:-1]])
    return np.asarray(begins[group] + (chance.random(len(group)) * lengths[group]).astype(np.int64))
