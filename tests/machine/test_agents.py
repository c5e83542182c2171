"""User agents: browsers that people use say nothing, machines that name themselves are known."""

from __future__ import annotations

import subprocess
import sys

import pytest

from qualify.machine.agents import agent, is_machine
from tests.machine.cast import CHROME

IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_3 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
ANDROID = "Mozilla/5.0 (Linux; Android 15; {}) AppleWebKit/537.36 (KHTML, like Gecko) {}Chrome/141.0.0.0 Mobile Safari/537.36"

BROWSERS = [
    CHROME,
    f"{CHROME} Edg/141.0.0.0",
    f"{CHROME} OPR/115.0.0.0",
    f"{CHROME} Vivaldi/7.0",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.3 Safari/605.1.15",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko)",
    "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36",
    "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Thunderbird/128.5.0",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 YaBrowser/24.12.0.0 Safari/537.36",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/134.0 Electron/35.3.0 Safari/537.36",
    "Mozilla/4.0 (compatible; ms-office; MSOffice 16)",
    "Outlook-iOS/711.2620504.prod.iphone (3.34.0)",
    f"{IPHONE} Version/18.3 Mobile/15E148 Safari/604.1",
    f"{IPHONE} CriOS/141.0.0.0 Mobile/15E148 Safari/604.1",
    f"{IPHONE} Mobile/15E148 [LinkedInApp]/9.30.1",
    f"{IPHONE} Mobile/15E148 [FBAN/FBIOS;FBAV/500.0.0.0;FBDV/iPhone14,5]",
    f"{IPHONE} Mobile/15E148 Instagram 300.0.0.0 (iPhone14,5; iOS 18_3; en_US)",
    f"{IPHONE} Mobile/15E148 [Pinterest/iOS]",
    f"{IPHONE} GSA/300.0 Mobile/15E148 Safari/604.1",
    ANDROID.format("SM-S921B", "SamsungBrowser/28.0 "),
    ANDROID.format("Pixel 8; wv", "Version/4.0 "),
    ANDROID.format("CUBOT X30", ""),
]

MACHINES = {
    "bot": [
        "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; +https://openai.com/gptbot)",
        "curl/8.4.0",
        "Wget/1.21",
        "python-requests/2.32.3",
        "Go-http-client/2.0",
        "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
        "Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5",
    ],
    "headless": [CHROME.replace("Chrome/", "HeadlessChrome/"), f"{CHROME} Playwright/1.40"],
    "scanner": [
        "Mozilla/5.0 (compatible; BarracudaSentinel/1.0)",
        "Proofpoint URL Defense",
        "MIMECAST Link Protection",
    ],
    "image_proxy": [
        "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)"
    ],
    "privacy_proxy": [
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/42.0.2311.135 Safari/537.36 Edge/12.246 Mozilla/5.0"
    ],
    "bare": ["Mozilla/5.0", " Mozilla/5.0 "],
}


@pytest.mark.parametrize("browser", BROWSERS)
def test_what_people_use_declares_nothing(browser):
    assert agent(browser).nature == "undeclared"
    assert not is_machine(browser)


@pytest.mark.parametrize(
    ("nature", "told"), [(nature, told) for nature, every in MACHINES.items() for told in every]
)
def test_machines_that_name_themselves_are_known(nature, told):
    assert agent(told).nature == nature
    assert agent(told).name
    assert is_machine(told)


@pytest.mark.slow
def test_nearly_everything_on_the_list_of_crawlers_is_a_machine():
    """All but a few instances on it, which the package's own patterns do not find either."""
    from crawleruseragents import CRAWLER_USER_AGENTS_DATA, is_crawler

    told = [
        each
        for entry in CRAWLER_USER_AGENTS_DATA
        for each in entry.get("instances", [])
        if is_crawler(each[:512])
    ]
    missed = [each for each in told if not is_machine(each)]
    assert len(told) > 1_000 and not missed, missed[:5]


def test_headless_browsers_can_be_let_in():
    (headless, *_) = MACHINES["headless"]
    assert not is_machine(headless, headless_is_machine=False)
    assert is_machine("curl/8.4.0", headless_is_machine=False)


@pytest.mark.parametrize("nothing", [None, "", "   "])
def test_saying_nothing_is_no_evidence(nothing):
    assert not is_machine(nothing)


def test_a_very_long_user_agent_is_read_by_its_beginning():
    assert agent("curl/8 " + "x" * 1_000_000).nature == "bot"
    assert agent("x" * 1_000_000).nature == "undeclared"


def test_the_list_of_crawlers_is_read_when_it_is_first_needed_and_not_before():
    program = "import sys, qualify.machine.labelling; assert 'crawleruseragents' not in sys.modules"
    subprocess.run([sys.executable, "-c", program], check=True)
