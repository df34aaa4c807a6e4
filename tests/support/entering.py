"""Coming in by the front door, as people do: e-mail, password, and the code of an app where the account has one."""

from __future__ import annotations

from threading import Lock

from playwright.sync_api import Page as BrowserPage

from fundapp.core import clock
from tests.builders import people
from tests.support.live import LiveServer

STEP = "/second-step"
# A code is good once. Where two browsers let the same person in at the same moment, they take turns.
_TURNS = Lock()


def enter(page: BrowserPage, live: LiveServer, email: str, password: str = people.PASSWORD) -> None:
    """Sign in by the pages, and wait until somebody is in."""
    # An app is there before the password is typed, or the next page would ask to set one up.
    _code(live, email)
    page.goto(live.base_url + "/sign-in")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(lambda url: "/sign-in" not in url)
    if STEP in page.url:
        with _TURNS:
            page.get_by_label("Your code").fill(_code(live, email))
            page.get_by_role("button", name="Go on", exact=True).click()
            page.wait_for_url(lambda url: STEP not in url)


def _code(live: LiveServer, email: str) -> str:
    with live.database.session() as session, clock.at(live.held_at or clock.now()):
        return people.code(session, email)
