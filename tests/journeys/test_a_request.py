"""A key worker asks for a phone; an approver agrees; two finance officers pay; the worker shows the bill and says what came of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, expect
from sqlalchemy import text

from fundapp.grants.models import Evidence, GrantRequest
from tests.builders import grants as build
from tests.support.browser import DESK, PHONE, Walker
from tests.support.story import Town, sign_in, tab_to

Walk = Callable[..., Walker]
GOAL = "I want my landlord to be able to ring me, and my daughter too."
SAVE = "Save and continue"

# Of all pieces of text that stand in the page: how large each is, in CSS pixels.
SIZES = """() => {
    const found = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT), sizes = [];
    while (found.nextNode()) {
        const words = found.currentNode.textContent.trim(), box = found.currentNode.parentElement;
        if (words && box.checkVisibility()) sizes.push([parseFloat(getComputedStyle(box).fontSize), words]);
    }
    return sizes;
}"""


@pytest.mark.parametrize("browser_kind", ["walk", pytest.param("plain", marks=pytest.mark.long)])
def test_a_phone_goes_all_the_way_from_asking_to_what_came_of_it(town: Town, request: pytest.FixtureRequest, browser_kind: str) -> None:
    somebody: Walk = request.getfixturevalue(browser_kind)
    worker = sign_in(somebody(PHONE), town.who.worker)
    code = ask(worker)
    worker.press("Send it for £39.99").sees("Sent. You get a mail", "An approver answers next")
    number = town.newest_request().id
    assert town.payable_pence() == 0

    approver = sign_in(somebody(DESK), town.who.approver)
    approver.sees("One request waits for an answer").follow("Phone").sees(f"Person {code}", GOAL, "£35 to £45", "this is within it")
    if browser_kind == "walk":
        words_are_the_largest(approver)
    question(approver, worker, number)
    assert town.payable_pence() == 0
    agree(approver, number, town)
    assert town.payable_pence() == 3_999

    pay(somebody, town, number)
    assert (town.payable_pence(), town.free_pence()) == (0, 100_000 - 3_750)
    assert town.keys(number) == ["award", "payment:1", "release"]

    confirm(worker, number)
    worker.press("Say what came of it").sees("One thing to put right", "Choose what comes nearest.")
    worker.choose("They can be reached, and reach people").fill({"Anything else": "They rang her."}).press("Say what came of it")
    worker.sees("Thank you. That is all there is to do.", "Nothing is left to do.")
    approver.open(f"/decisions/{number}").sees("They can be reached, and reach people", "Look at the bill")


def ask(me: Walker) -> str:
    """Issue a code, answer every question with a wrong turn here and there, and stand before the last button."""
    me.sees("£1,000", "left to ask for", "no answers in the last 90 days").follow("Make a code for somebody").press("Make a code")
    me.sees("Write this code in your own case notes now.")
    code = me.page.locator("h1 .mono").inner_text()
    me.follow("Ask for something").press(SAVE).sees("Choose what they need.")
    me.choose("Other").press(SAVE).sees("Say what it is, in a few words.")
    me.choose("Phone").press(SAVE).sees("Who is it for?")
    me.fill({"Their Fund code": "NOBODY-1"}).press(SAVE).sees("Your team has issued no such code")
    assert me.page.get_by_label("Their Fund code").input_value() == "NOBODY-1"
    me.choose(f"Person {code}").press(SAVE).press(SAVE).sees("Write down what they want, in their own words.")
    me.fill({"Their words": GOAL}).press("Back").sees("Who is it for?")
    expect(me.page.get_by_label(f"Person {code}")).to_be_checked()
    me.press(SAVE)
    assert me.page.get_by_label("Their words").input_value() == GOAL
    me.press(SAVE).fill({"What it unblocks": "The tenancy can be signed."}).press(SAVE)
    me.fill({"Price, with delivery": "about forty", "Where is it sold?": "a phone shop, Market Place"}).press(SAVE)
    me.sees("One thing to put right")
    assert me.page.get_by_label("Price, with delivery").input_value() == "about forty"
    assert me.page.get_by_label("Where is it sold?").input_value() == "a phone shop, Market Place"
    me.fill({"Price, with delivery": "39.99"}).press(SAVE)
    me.sees("Check it, then send it", f"Person {code}", GOAL, "£39.99", "a phone shop, Market Place", "Do they agree?")
    me.choose("Face to face").press("Send it for £39.99").sees("Ask them first. Tick this when they agree.")
    expect(me.page.get_by_label("Face to face")).to_be_checked()
    me.choose("They agree to this request")
    return code


def words_are_the_largest(me: Walker) -> None:
    """Nothing in the page is set larger than what the person said, on a phone and at a desk."""
    for screen in (PHONE, DESK):
        me.page.set_viewport_size(screen)
        sizes = me.page.evaluate(SIZES)
        (said,) = [size for size, words in sizes if GOAL in words]
        larger = [(size, words) for size, words in sizes if size >= said and GOAL not in words]
        assert not larger, f"the person's words are {said} px; larger or as large: {larger}"


def question(approver: Walker, worker: Walker, number: int) -> None:
    """The approver asks; the worker answers."""
    approver.page.get_by_text("Ask one question", exact=True).click()
    asked = panel(approver, "Ask one question")
    asked.get_by_role("button", name="Ask it").click()
    approver.check().sees("Say it in a few words")
    panel(approver, "Ask one question").get_by_role("textbox").fill("Does it come with a SIM?")
    panel(approver, "Ask one question").get_by_role("button", name="Ask it").click()
    approver.check().sees("Asked. It comes back here with the answer.", "Waiting for the key worker")
    worker.open("/requests").sees("Answer one question").follow("Answer one question").sees("Does it come with a SIM?")
    worker.fill({"In a few words": "Yes, with six months of credit."}).press("Send the answer").sees("Answered.")
    approver.open(f"/decisions/{number}").sees("Yes, with six months of credit.")


def agree(me: Walker, number: int, town: Town) -> None:
    """Agree from the fund that is proposed."""
    expect(me.page.get_by_role("radio", name="Public giving")).to_be_checked()
    me.press("Agree £39.99").sees("Agreed. The money is set aside", "Agreed, not yet paid")
    assert town.free_pence() == 100_000 - 3_999


def pay(somebody: Walk, town: Town, number: int) -> None:
    """One officer enters £37.50, may not release it; a second one does."""
    first = sign_in(somebody(DESK), town.who.finance)
    first.open("/payouts").sees("One payment to see to", "£39.99").follow("Enter")
    first.fill({"What does it cost?": "40"}).press("Enter it").sees("£39.99 was agreed. A payment is more than nothing and not above that.")
    first.fill({"What does it cost?": "37.50"}).press("Enter it").sees("Say what becomes of the rest")
    first.choose("This is all: the rest goes back to the fund").press("Enter it").sees("Entered. Somebody else checks and releases it.")
    first.sees("You entered this payment, so somebody else checks and releases it.")
    assert first.page.get_by_role("button", name="Release").count() == 0
    assert town.payable_pence() == 3_999

    second = sign_in(somebody(DESK), town.who.finance_two)
    second.open("/payouts").follow("Check").sees("£37.50", "Does the bank?", "£2.49").press("Release £37.50")
    second.sees("Released and written in the ledger.")
    first.open("/payouts").sees("Nothing to pay", f"FUND {number}", "£37.50")


def confirm(me: Walker, number: int) -> None:
    """The worker shows the bill: a photo with a place in it, which is not kept."""
    me.open("/requests").follow("Photograph the bill").press("It is in their hands").sees("Choose the photo or PDF of the bill.")
    me.page.get_by_label("The bill").set_input_files({"name": "bill.txt", "mimeType": "image/jpeg", "buffer": b"I paid, honestly."})
    me.press("It is in their hands").sees("That is neither a photo (JPEG or PNG) nor a PDF.")
    me.page.get_by_label("The bill").set_input_files({"name": "bill.jpg", "mimeType": "image/jpeg", "buffer": build.photo()})
    me.press("It is in their hands").sees("Thank you, the bill is here.", "What came of it?", "Look at the bill")
    kept = me.page.request.get(me.base_url + str(me.page.get_by_role("link", name="Look at the bill").get_attribute("href")))
    assert (kept.status, kept.headers["content-type"]) == (200, "image/jpeg")


def panel(me: Walker, words: str) -> Locator:
    """One of the answers that open below their own button."""
    return me.page.locator("details.answer").filter(has=me.page.get_by_text(words, exact=True))


def test_the_keyboard_alone_asks_for_something(town: Town, walk: Walk) -> None:
    me = walk(PHONE)
    page, keys = me.page, me.page.keyboard
    me.open("/sign-in")
    tab_to(page, page.get_by_label("E-mail"))
    keys.type(town.who.worker.user.email)
    tab_to(page, page.get_by_label("Password"))
    keys.type("three random words")
    enter(me).sees("Ask for something")
    tab_to(page, page.get_by_role("link", name="Make a code for somebody"))
    enter(me)
    tab_to(page, page.get_by_role("button", name="Make a code"))
    enter(me)
    code = page.locator("h1 .mono").inner_text()
    tab_to(page, page.get_by_role("link", name="Ask for something"))
    enter(me)
    pick(me, "Phone")
    pick(me, f"Person {code}")
    write(me, {"Their words": GOAL})
    write(me, {"What it unblocks": "The tenancy can be signed."})
    write(me, {"Price, with delivery": "39.99", "Where is it sold?": "a phone shop"})
    me.sees("Check it, then send it", GOAL)
    tab_to(page, page.get_by_label("They agree to this request"))
    keys.press("Space")
    tab_to(page, page.get_by_label("Face to face"))
    keys.press("Space")
    tab_to(page, page.get_by_role("button", name="Send it for £39.99"))
    enter(me).sees("Sent. You get a mail")
    assert town.newest_request().status == "waiting"


def enter(me: Walker) -> Walker:
    """Press Enter, and wait for the page it leads to."""
    with me.page.expect_navigation():
        me.page.keyboard.press("Enter")
    return me.check()


def save(me: Walker) -> Walker:
    """Reach the button that saves, and press it."""
    tab_to(me.page, me.page.get_by_role("button", name=SAVE))
    return enter(me)


def pick(me: Walker, label: str) -> None:
    """Choose by the space bar, then save by the keyboard."""
    choice = me.page.get_by_label(label).first
    # Arrows move inside a group of radio buttons; Tab enters it at its first one.
    tab_to(me.page, me.page.get_by_role("radio"))
    for _ in range(me.page.get_by_role("radio").count()):
        if choice.is_checked():
            break
        me.page.keyboard.press("Space" if choice.evaluate("found => found === document.activeElement") else "ArrowDown")
    expect(choice).to_be_checked()
    save(me)


def write(me: Walker, values: dict[str, str]) -> None:
    """Write into fields that Tab reaches, then save by the keyboard."""
    for label, value in values.items():
        tab_to(me.page, me.page.get_by_label(label))
        me.page.keyboard.type(value)
    save(me)


@pytest.mark.long
def test_of_two_who_decide_at_once_one_wins_and_the_other_is_told_kindly(town: Town, walk: Walk) -> None:
    with town.live.database.session() as session:
        number = build.waiting(session, town.who.worker).id
    one, other = (sign_in(walk(), seat).open(f"/decisions/{number}") for seat in (town.who.approver, town.who.approver_two))
    with town.live.database.engine.connect() as holder, holder.begin():
        # Both acts wait at the door of the same row, so that neither can look before the other has written.
        holder.execute(text("SELECT 1 FROM grant_request WHERE id = :id FOR UPDATE"), {"id": number})
        for me in (one, other):
            me.page.get_by_role("button", name="Agree £39.99").click(no_wait_after=True)
        wait_for_waiters(town, 2)
    told = sorted(said(me) for me in (one, other))
    assert told[0].startswith("Agreed. The money is set aside")
    assert told[1].startswith("Somebody agreed this at ")
    assert told[1].endswith("Nothing more was changed; here is how it stands now.")
    assert town.keys(number) == ["award"]
    assert town.payable_pence() == 3_999


def said(me: Walker) -> str:
    """What the page says was done, once the page is there."""
    expect(me.page.get_by_role("status")).not_to_be_empty()
    return me.check().page.get_by_role("status").inner_text().strip()


def wait_for_waiters(town: Town, count: int) -> None:
    """Wait until this many statements wait for a lock."""
    waiting = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()")
    for _ in range(500):
        with town.live.database.session() as session:
            if session.scalar(waiting) == count:
                return
            session.execute(text("SELECT pg_sleep(0.01)"))
    raise AssertionError("the acts do not wait")


def test_a_double_click_agrees_once_and_a_stale_tab_is_told_what_happened(town: Town, walk: Walk) -> None:
    with town.live.database.session() as session:
        agreed, withdrawn = (build.waiting(session, town.who.worker).id for _ in range(2))
    me = sign_in(walk(), town.who.approver).open(f"/decisions/{agreed}")
    stale = Walker(me.page.context.new_page(), me.base_url).open(f"/decisions/{agreed}")
    me.page.get_by_role("button", name="Agree £39.99").dblclick()
    assert said(me).startswith(("Agreed.", "You agreed this"))
    stale.page.locator("details.answer summary").filter(has_text="Decline, with a reason").click()
    panel(stale, "Decline, with a reason").get_by_role("textbox").fill("They have one.")
    panel(stale, "Decline, with a reason").get_by_role("button", name="Decline with this reason").click()
    stale.check().sees("You agreed this at", "Nothing more was changed", "Agreed, not yet paid")
    assert (town.keys(agreed), town.payable_pence()) == (["award"], 3_999)

    me.open(f"/decisions/{withdrawn}")
    worker = sign_in(walk(PHONE), town.who.worker).open(f"/requests/{withdrawn}")
    worker.page.get_by_text("They no longer need it").click()
    worker.press("Withdraw this request").sees("Withdrawn. You can ask again any time.")
    me.press("Agree £39.99").sees("Somebody withdrew this at", "Nothing more was changed")
    assert (town.keys(withdrawn), town.payable_pence()) == ([], 3_999)


def test_a_draft_open_in_two_tabs_is_sent_once_and_not_changed_after(town: Town, walk: Walk) -> None:
    with town.live.database.session() as session:
        number = build.draft(session, town.who.worker).id
    me = sign_in(walk(PHONE), town.who.worker).open(f"/requests/{number}/ask/check")
    again = Walker(me.page.context.new_page(), me.base_url).open(f"/requests/{number}/ask/check")
    late = Walker(me.page.context.new_page(), me.base_url).open(f"/requests/{number}/ask/price")
    me.press("Send it for £39.99").sees("Sent.")
    again.press("Send it for £39.99").sees("You sent this at", "It was done once.")
    late.fill({"Price, with delivery": "4,000"}).press(SAVE).sees("This was sent already, so its answers stay as they are.")
    with town.live.database.session() as session:
        row = session.get_one(GrantRequest, number)
        assert (row.asked_pence, row.priced_pence, session.query(Evidence).count()) == (3_999, 3_999, 0)
