"""Finding one's way: by keyboard alone, with scripts off, on a phone and at a desk."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from tests.builders import grants as build
from tests.support.browser import DESK, PHONE, Walker
from tests.support.story import Town, sign_in, tab_to

Walk = Callable[..., Walker]


def test_a_keyboard_goes_from_the_address_bar_to_a_request_and_back_by_its_trail(town: Town, walk: Walk) -> None:
    with town.live.database.session() as session:
        number = build.waiting(session, town.who.worker).id
    me = sign_in(walk(DESK), town.who.approver)
    me.page.reload()
    me.page.keyboard.press("Tab")
    expect(me.page.locator(":focus")).to_have_text("Skip to the main part")
    expect(me.page.locator(":focus")).to_be_in_viewport()
    box = me.page.get_by_role("searchbox", name="Find anything")
    tab_to(me.page, box)
    me.page.keyboard.type(f"r-{number}")
    with me.page.expect_navigation():
        me.page.keyboard.press("Enter")
    me.check().sees(build.GOAL)
    assert me.page.title() == f"Request {number}: Phone – Decisions – Changing Lives Fund"
    me.follow("Decisions")
    expect(me.page.locator("header nav [aria-current=page]")).to_contain_text("Decisions")


def test_with_scripts_off_a_key_worker_puts_the_note_away_and_finds_a_request(town: Town, plain: Walk) -> None:
    with town.live.database.session() as session:
        number = build.waiting(session, town.who.worker).id
    me = sign_in(plain(PHONE), town.who.worker).sees("Your first visit here", "Key worker", "Riverside Outreach")
    me.press("Put this away")
    expect(me.page.locator(".first")).to_have_count(0)
    me.follow("Find anything").fill({"What are you looking for?": "a phone shop"}).press("Find").sees("One thing found")
    me.follow(f"Request {number}: Phone").sees("Sent, waiting")
    me.page.go_back()
    me.sees("One thing found")
    me.follow("Menu").follow("Help").sees("three things you do")
