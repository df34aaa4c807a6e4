"""A key worker who has never seen it asks in two minutes, on a phone: the pages and the taps are counted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Request, expect

from fundapp.grants import persons
from fundapp.grants.models import GrantRequest
from tests.builders import grants as build
from tests.builders import people
from tests.builders.grants import Seat
from tests.support.browser import PHONE, Walker
from tests.support.story import Town, sign_in

Walk = Callable[..., Walker]
MOST_PAGES, MOST_TAPS = 8, 60
SAVE = "Save and continue"


class Thumb:
    """Somebody who taps what the page shows and says, and a count of it.

    A tap is a finger on a link, a button, a choice or a field. The letters that are then typed are the keyboard's, and counted
    beside. A page is one that is shown and acted on, signing in the first of them; what says "Sent." asks for nothing more.
    """

    def __init__(self, me: Walker) -> None:
        self.me, self.taps, self.letters, self.pages = me, 0, 0, 0
        me.page.on("request", self._asked)

    def _asked(self, request: Request) -> None:
        # A page that is sent and led on counts once, as the one that it leads to.
        if request.is_navigation_request() and request.redirected_from is None:
            self.pages += 1

    def tap(self, role: Any, words: str) -> Thumb:
        """Tap the first thing of this kind with these words, and see the page it leads to."""
        self.me.page.get_by_role(role, name=words).first.click()
        self.taps += 1
        self.me.check()
        return self

    def choose(self, words: str) -> Thumb:
        """Tap a choice."""
        self.me.page.get_by_label(words).first.check()
        self.taps += 1
        return self

    def write(self, label: str, words: str) -> Thumb:
        """Tap a field and type."""
        self.me.page.get_by_label(label).first.click()
        self.me.page.keyboard.type(words)
        self.taps += 1
        self.letters += len(words)
        return self


@pytest.mark.parametrize("browser_kind", ["walk", pytest.param("plain", marks=pytest.mark.long)])
def test_from_signing_in_to_sent_it_is_eight_pages_and_sixty_taps(town: Town, request: pytest.FixtureRequest, browser_kind: str) -> None:
    somebody: Walk = request.getfixturevalue(browser_kind)
    code = a_code(town, town.who.worker)
    thumb = Thumb(somebody(PHONE))
    thumb.me.open("/sign-in")
    thumb.write("E-mail", town.who.worker.user.email).write("Password", people.PASSWORD).tap("button", "Sign in")
    # Nothing is known but what each page says: its heading, and the one filled button.
    thumb.tap("link", "Ask for something").me.sees("What do they need?", "left to ask for", "Usually £35 to £45.")
    thumb.choose("Phone").tap("button", SAVE).me.sees("Who is it for?")
    thumb.choose(f"Person {code}").tap("button", SAVE).me.sees("What do they want to change?")
    thumb.write("Their words", build.GOAL).tap("button", SAVE).me.sees("What will it unblock?")
    thumb.write("What it unblocks", "The landlord can ring them.").tap("button", SAVE).me.sees("What does it cost, and where?")
    thumb.write("Price, with delivery", "39.99").write("Where is it sold?", "a phone shop").tap("button", SAVE)
    thumb.me.sees("Check it, then send it", build.GOAL, "Do they agree?")
    assert thumb.pages == MOST_PAGES
    thumb.choose("They agree to this request").choose("Face to face").tap("button", "Send it for £39.99").me.sees("Sent.")
    assert thumb.taps <= MOST_TAPS, f"{thumb.taps} taps, {thumb.letters} letters"
    # Exact, so that a tap more is somebody's decision and not found one day by a worker in a stairwell.
    assert thumb.taps == 18
    assert town.newest_request().status == "waiting"


def test_what_is_typed_is_kept_without_a_button_and_the_page_says_so(town: Town, walk: Walk) -> None:
    with town.live.database.session() as session:
        number = build.draft(session, town.who.worker).id
    me = sign_in(walk(PHONE), town.who.worker).open(f"/requests/{number}/ask/goal")
    told = me.page.locator("[data-saved]")
    with me.page.expect_response(lambda answer: answer.request.method == "POST") as kept:
        me.page.get_by_label("Their words").fill("I want a door of my own.")
    assert kept.value.ok
    expect(told).to_contain_text("Saved ")
    assert goal_of(town, number) == "I want a door of my own."
    without_signal(me.page, told)
    assert goal_of(town, number) == "I want a door of my own."
    me.page.context.set_offline(False)
    # Nobody pressed anything: it is sent when there is a signal.
    expect(told).to_contain_text("Saved ", timeout=15_000)
    assert goal_of(town, number) == "I want a door, and a bell."


def without_signal(page: Page, told: Any) -> None:
    """Type where there is no signal: the page says that it is not saved."""
    page.context.set_offline(True)
    page.get_by_label("Their words").fill("I want a door, and a bell.")
    expect(told).to_contain_text("Not saved yet: no signal.", timeout=10_000)


def test_several_things_go_in_one_request_and_the_same_again_begins_another(town: Town, walk: Walk) -> None:
    with town.live.database.session() as session:
        first = build.draft(session, town.who.worker)
        number = first.id
    me = sign_in(walk(PHONE), town.who.worker).open(f"/requests/{number}/ask/check")
    me.follow("Ask for one more thing").sees("What else do they need?")
    me.choose("Other").fill({"What exactly, in a few words": "Work boots"}).press(SAVE).sees("Work boots: what does it cost, and where?")
    me.fill({"Price, with delivery": "45", "Where is it sold?": "a shoe shop"}).press(SAVE)
    me.sees("Together", "£84.99", "Thing 2", "Do they agree?")
    me.follow("Say it, if you wish (by which day)").fill({"Day": "1", "Month": "12", "Year": "2099"}).choose("They move in").press(SAVE)
    me.sees("That is more than a year ahead.").fill({"Day": "", "Month": "", "Year": ""}).press(SAVE).sees("Write the day")
    me.press("Back").follow("Say it, if you wish (how they would like it paid)").choose("A voucher for the shop").press(SAVE)
    me.sees("A voucher for the shop").choose("They agree to this request", "On the phone").press("Send it for £84.99").sees("Sent.")
    me.follow("Ask for the same again").sees("Work boots", "£45.00, a shoe shop").press("Begin a new request").sees("Who is it for?")
    with town.live.database.session() as session:
        again = session.get_one(GrantRequest, town.newest_request().id)
        assert [(one.what, one.price_pence) for one in again.things] == [("Phone", 3_999), ("Work boots", 4_500)]
        assert (again.person_id, again.goal_words, again.consent_at, again.paid_how) == (None, "", None, None)


def a_code(town: Town, seat: Seat) -> str:
    """Somebody whom this worker has helped before: their code."""
    with town.live.database.session() as session:
        person = persons.issue_code(session, actor=seat.actor)
        session.commit()
        return person.code


def goal_of(town: Town, number: int) -> str:
    """What the draft says."""
    with town.live.database.session() as session:
        return session.get_one(GrantRequest, number).goal_words
