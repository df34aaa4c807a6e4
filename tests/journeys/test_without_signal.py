"""A key worker without a signal: what is written on the phone, what lies there, what becomes of it, and who sees it (docs/offline.md)."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from playwright.sync_api import Route, expect

from fundapp.core import clock
from fundapp.grants.models import GrantRequest
from tests.support.browser import PHONE, Walker
from tests.support.story import Town, sign_in, tab_to

Walk = Callable[..., Walker]
SHELL = "/without-signal"
GOAL = "I want to ring my daughter on a Sunday."
SEND_IT = "Send it when there is a signal"
# Everything of the Fund that lies on the phone: every row of every store as JSON, and the addresses of what is cached.
LIES_HERE = """async () => {
    const asked = (one) => new Promise((done, fail) => { one.onsuccess = () => done(one.result); one.onerror = fail; });
    const text = (value) => {
        if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) return `bytes:${value.byteLength}`;
        return value instanceof CryptoKey ? `key:${value.extractable}` : value;
    };
    const database = await asked(indexedDB.open('fund-phone'));
    const rows = {}, cached = {};
    for (const name of database.objectStoreNames) rows[name] = await asked(database.transaction(name).objectStore(name).getAll());
    database.close();
    for (const name of await caches.keys()) {
        const cache = await caches.open(name);
        for (const one of await cache.keys()) cached[new URL(one.url).pathname] = await (await cache.match(one)).text();
    }
    const stored = JSON.stringify({ ...localStorage, ...sessionStorage });
    return { rows: JSON.stringify(rows, (_name, value) => text(value)), drafts: (rows.drafts ?? []).length, cached, stored };
}"""

# What is typed is kept after a breath.
KEPT_WITH_ITS_DAY = """async () => {
    while (!(await FundPhone.drafts())[0].values['day-year']) await new Promise((done) => setTimeout(done, 50));
}"""


def ready(me: Walker) -> Walker:
    """Wait until the phone knows whose it is, and has the shell."""
    me.page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
    me.page.wait_for_function("() => FundPhone.owner().then(Boolean)")
    return me


def cut(me: Walker, is_cut: bool = True) -> Walker:
    """Take the signal away, or give it back."""
    me.page.context.set_offline(is_cut)
    return me


def lies_here(me: Walker) -> dict[str, Any]:
    found: dict[str, Any] = me.page.evaluate(LIES_HERE)
    return found


def begin(me: Walker) -> Walker:
    """Begin a request on the page without a signal."""
    me.page.get_by_role("button", name="Ask for something").click()
    expect(me.page.get_by_role("heading", name="One request")).to_be_visible()
    return me


def write(me: Walker, *, code: str = "", price: str = "38.61", goal: str = GOAL) -> Walker:
    """Answer every question."""
    me.page.get_by_label("What do they need?").first.select_option(label="Phone, usually £35 to £45")
    me.fill({"Price, with delivery": price, "Where is it sold?": "a phone shop, Market Place"})
    if code:
        me.fill({"Their Fund code": code})
    else:
        me.choose("They have no code yet")
    me.fill({"What do they want to change?": goal, "What will it unblock?": "The landlord can ring them."})
    me.choose("They agree to this request", "Face to face")
    expect(me.page.locator("[data-saved]")).to_contain_text("Saved on this phone")
    return me


def besides(me: Walker, day: date) -> Walker:
    """Say what may be said besides."""
    me.fill({"Day": str(day.day), "Month": str(day.month), "Year": str(day.year)})
    for label, chosen in (
        ("What happens on that day?", "They are released"),
        ("How would they like it paid?", "A voucher for the shop"),
        ("Do they belong to a group?", "Leaving prison"),
        ("Where they are", "North of town"),
    ):
        me.page.get_by_label(label).select_option(label=chosen)
    return me


def finish(me: Walker) -> Walker:
    me.page.get_by_role("button", name=SEND_IT).click()
    return me


def requests(town: Town) -> list[GrantRequest]:
    with town.live.database.session() as session:
        return session.query(GrantRequest).order_by(GrantRequest.id).all()


def test_a_request_written_without_a_signal_is_sent_once_when_there_is_one(town: Town, walk: Walk) -> None:
    me = ready(sign_in(walk(PHONE), town.who.worker))
    cut(me)
    # Opened from the phone's own screen, as a program is: the Fund cannot be reached, the shell can.
    me.open("/home").sees("Ask without a signal", "Nothing is on this phone.")
    soon = clock.today() + timedelta(days=9)
    # Somebody's birthday is no day by which a thing must be there: it is not kept.
    besides(write(begin(me)), date(1984, soon.month, soon.day))
    expect(me.page.locator('[data-error-of="day"]')).to_contain_text("This one is not kept on the phone.")
    (kept,) = me.page.evaluate("() => FundPhone.drafts()")
    assert not [name for name in kept["values"] if name.startswith("day-")]
    me.fill({"Year": str(soon.year)})
    expect(me.page.locator('[data-error-of="day"]')).to_be_hidden()
    me.page.evaluate(KEPT_WITH_ITS_DAY)
    me.check()
    # Closed in the middle of it: what was typed is there.
    me.open(SHELL).sees("Not finished.", "Phone", "Kept here until")
    me.page.get_by_role("button", name="Go on writing").click()
    expect(me.page.get_by_label("What do they want to change?")).to_have_value(GOAL)
    finish(me).sees("Finished. It is sent when there is a signal.")
    assert not requests(town)

    here = lies_here(me)
    assert here["drafts"] == 1
    for words in (GOAL, "phone shop", "landlord", "38.61", town.who.worker.user.name, town.who.worker.user.email):
        assert words not in here["rows"] + here["stored"] + json.dumps(here["cached"]), f"{words} lies open on the phone"
    # The page, which is the same for everybody, holds every code; which of them was chosen is sealed.
    for code in ("day-year", "voucher", "prison-leaver", "north"):
        assert code not in here["rows"] + here["stored"], f"{code} lies open on the phone"
    assert "key:false" in here["rows"]
    assert {path for path in here["cached"] if not path.startswith("/static/")} == {SHELL}

    cut(me, is_cut=False)
    me.open("/home").sees("Sent from this phone: request 1, for Person ", "Write that code in your case notes now.")
    (sent,) = requests(town)
    assert (sent.status, sent.asked_pence, sent.goal_words) == ("waiting", 3_861, GOAL)
    said = (sent.needed_by, sent.needed_for, sent.paid_how, sent.person_group, sent.locality)
    assert said == (soon, "release", "voucher", "prison-leaver", "north")
    assert lies_here(me)["drafts"] == 0
    me.open("/requests").sees("Request 1")
    expect(me.page.get_by_text("Sent from this phone")).to_have_count(0)


def written(me: Walker, **how: str) -> Walker:
    """Somebody who finished a request without a signal, on a phone that still has none."""
    write(begin(cut(ready(me)).open(SHELL)), **how)
    return finish(me).sees("Finished. It is sent when there is a signal.")


@pytest.mark.long
def test_an_answer_lost_on_its_way_leaves_one_request_and_nothing_on_the_phone(town: Town, walk: Walk) -> None:
    me = written(sign_in(walk(PHONE), town.who.worker))
    lost: list[str] = []

    def lose(route: Route) -> None:
        route.fetch()
        lost.append(route.request.url)
        route.abort("connectionreset")

    me.page.context.route("**/requests/phone/send", lose)
    cut(me, is_cut=False).open("/home").sees("What you wrote without a signal is on this phone, not sent yet.")
    assert lost
    assert (len(requests(town)), lies_here(me)["drafts"]) == (1, 1)
    me.page.context.unroute("**/requests/phone/send")
    me.open("/home").sees("Sent from this phone: request 1, for Person ")
    assert ([one.status for one in requests(town)], lies_here(me)["drafts"]) == (["waiting"], 0)


@pytest.mark.long
def test_two_tabs_opened_at_once_send_it_once(town: Town, walk: Walk) -> None:
    me = written(sign_in(walk(PHONE), town.who.worker))
    other = Walker(me.page.context.new_page(), me.base_url).open(SHELL)
    sent: list[str] = []
    me.page.context.on("request", lambda one: sent.append(one.url) if one.url.endswith("/phone/send") else None)
    cut(me, is_cut=False)
    # Both hear that there is a signal, and both try.
    for tab in (me, other):
        expect(tab.page.get_by_text("Nothing is on this phone.")).to_be_visible()
    assert ([one.status for one in requests(town)], len(sent)) == (["waiting"], 1)


@pytest.mark.long
@pytest.mark.parametrize("has_signal", [True, False])
def test_signing_out_wipes_the_phone_signal_or_not(town: Town, walk: Walk, has_signal: bool) -> None:
    me = written(sign_in(walk(PHONE), town.who.worker))
    me.page.context.route("**/requests/phone/send", lambda route: route.abort())
    cut(me, is_cut=False).open("/requests").sees("Signing out wipes it.")
    if has_signal:
        with me.page.expect_navigation(url="**/sign-in*"):
            me.page.get_by_role("button", name="Sign out").click()
    else:
        cut(me).page.get_by_role("button", name="Sign out").click()
        me.sees("Everything of the Fund is wiped from this phone.", "Nobody has signed in on this phone.")
    here = lies_here(me)
    assert here["drafts"] == 0
    assert "owner" not in here["rows"]
    assert not requests(town)


@pytest.mark.long
def test_a_signal_that_brings_nothing_keeps_nobody_from_writing(town: Town, walk: Walk) -> None:
    me = ready(sign_in(walk(PHONE), town.who.worker))
    me.page.context.route("**/requests/phone/ready", lambda _never_answered: None)
    begin(me.open(SHELL)).sees("What do they need?")


@pytest.mark.long
def test_signing_out_wipes_the_phone_where_scripts_fail(town: Town, walk: Walk) -> None:
    me = written(sign_in(walk(PHONE), town.who.worker))
    me.page.context.route("**/requests/phone/send", lambda route: route.abort())
    cut(me, is_cut=False).open("/requests")
    # The form goes by itself, as it does where a script broke: the Fund's answer tells the browser to wipe.
    with me.page.expect_navigation(url="**/sign-in*"):
        me.page.evaluate("() => document.querySelector('form[action=\"/sign-out\"]').submit()")
    assert lies_here(me)["drafts"] == 0


@pytest.mark.long
def test_somebody_else_who_signs_in_sees_nothing_of_it_and_its_owner_sends_it_later(town: Town, walk: Walk) -> None:
    me = written(sign_in(walk(PHONE), town.who.worker))
    # The session ends by itself; nobody signed out.
    me.page.context.clear_cookies()
    cut(me, is_cut=False)
    ready(sign_in(me, town.who.other_worker))
    me.page.wait_for_function("() => FundPhone.drafts().then((found) => found.length === 0)")
    me.open(SHELL).sees("Nothing is on this phone.")
    cut(me).open(SHELL).sees("Nothing is on this phone.")
    here = lies_here(me)
    # Its bytes are there, and nothing on the phone opens them.
    assert (here["drafts"], here["rows"].count("key:false")) == (1, 1)
    assert GOAL not in here["rows"]
    assert not requests(town)

    me.page.context.clear_cookies()
    cut(me, is_cut=False)
    sign_in(me, town.who.worker).sees("Sent from this phone: request 1")
    assert [one.asked_by for one in requests(town)] == [town.who.worker.id]


@pytest.mark.long
def test_somebody_who_asks_for_nothing_here_wipes_the_phone_by_signing_in(town: Town, walk: Walk) -> None:
    me = written(sign_in(walk(PHONE), town.who.worker))
    me.page.context.clear_cookies()
    cut(me, is_cut=False)
    sign_in(me, town.who.approver).open("/account")
    assert lies_here(me)["drafts"] == 0


@pytest.mark.long
def test_after_the_session_ended_it_waits_for_its_owner_to_sign_in(town: Town, walk: Walk) -> None:
    me = written(sign_in(walk(PHONE), town.who.worker))
    me.page.context.clear_cookies()
    cut(me, is_cut=False)
    me.sees("There is a signal, and you are not signed in.")
    assert not requests(town)
    me.follow("Sign in and send it")
    sign_in(me, town.who.worker).sees("Sent from this phone: request 1")
    assert [one.status for one in requests(town)] == ["waiting"]


@pytest.mark.long
def test_what_is_refused_stays_on_the_phone_with_its_sentence_until_it_is_put_right(town: Town, walk: Walk) -> None:
    me = written(sign_in(walk(PHONE), town.who.worker), code="NOBODY-1", price="about 40")
    cut(me, is_cut=False).open("/home").sees("was not sent, and is still on this phone", "Some answers are to be put right.")
    assert not requests(town)
    me.follow("Put it right").page.get_by_role("button", name="Go on writing").click()
    me.sees("It was not sent.", "You wrote “about 40”")
    me.fill({"Price, with delivery": "40"})
    finish(me).sees("Your team has issued no such code.")
    assert not requests(town)
    # Nobody sends again by themselves what was refused.
    me.open("/home").sees("was not sent, and is still on this phone", "Your team has issued no such code.")
    assert not requests(town)
    me.open(SHELL).page.get_by_role("button", name="Go on writing").click()
    me.sees("Your team has issued no such code.").fill({"Their Fund code": ""}).choose("They have no code yet")
    finish(me).sees("Sent from this phone: request ")
    assert [one.asked_pence for one in requests(town)] == [4_000]


@pytest.mark.long
def test_after_72_hours_nothing_of_it_is_on_the_phone(town: Town, walk: Walk) -> None:
    me = written(sign_in(walk(PHONE), town.who.worker))
    later = """hours => { const now = Date.now.bind(Date); Date.now = () => now() + hours * 3600 * 1000; }"""
    me.page.evaluate(f"({later})(71)")
    assert me.page.evaluate("() => FundPhone.dropOld().then(() => FundPhone.drafts()).then((found) => found.length)") == 1
    me.page.evaluate(f"({later})(2)")
    assert me.page.evaluate("() => FundPhone.dropOld()") == 1
    assert lies_here(me)["drafts"] == 0


@pytest.mark.long
@pytest.mark.parametrize(
    "words",
    ["Mr Smith lets the flat.", "Ring 07700 900123.", "Born 3 May 1984.", "sam@example.org", "DN1 2AB", "AB 12 34 56 C", "1/2/1979"],
)
def test_what_leads_to_somebody_is_not_kept_on_a_phone(town: Town, walk: Walk, words: str) -> None:
    me = cut(ready(sign_in(walk(PHONE), town.who.worker))).open(SHELL)
    write(begin(me))
    me.fill({"What do they want to change?": f"{GOAL} {words}"})
    expect(me.page.locator('[data-error-of="goal"]')).to_contain_text("Leave it out")
    me.page.get_by_role("button", name="Stop here, finish later").click()
    me.sees("Not finished.")
    (kept,) = me.page.evaluate("() => FundPhone.drafts()")
    assert "goal" not in kept["values"]
    assert kept["values"]["unblocks"] == "The landlord can ring them."
    me.page.get_by_role("button", name="Go on writing").click()
    finish(me).sees("Write down what they want, in their own words.").check()


@pytest.mark.long
def test_a_day_of_this_year_is_a_meeting_and_is_kept(town: Town, walk: Walk) -> None:
    me = cut(ready(sign_in(walk(PHONE), town.who.worker))).open(SHELL)
    goal = "I move in on 3 May 2026 and need a bed by then."
    write(begin(me), goal=goal)
    finish(me).sees("Finished.")
    (kept,) = me.page.evaluate("() => FundPhone.drafts()")
    assert kept["values"]["goal"] == goal


@pytest.mark.long
def test_several_things_go_in_one_request_and_one_can_be_left_out(town: Town, walk: Walk) -> None:
    me = cut(ready(sign_in(walk(PHONE), town.who.worker))).open(SHELL)
    write(begin(me))
    for place, price in ((1, "12.50"), (2, "9.99")):
        me.page.get_by_role("button", name="One more thing").click()
        thing = me.page.get_by_role("group", name=f"Thing {place + 1}")
        thing.get_by_label("What do they need?").select_option(label="Other, usually £5 to £100")
        thing.get_by_label("What exactly").fill(f"a kettle, number {place}")
        thing.get_by_label("Price, with delivery").fill(price)
        thing.get_by_label("Where is it sold?").fill("a shop")
    me.page.get_by_role("button", name="Leave the last one out").click()
    finish(me).sees("Finished.")
    cut(me, is_cut=False).open("/home").sees("Sent from this phone: request 1")
    with town.live.database.session() as session:
        (sent,) = session.query(GrantRequest).all()
        assert [thing.detail_words for thing in sent.things] == ["", "a kettle, number 1"]
        assert sent.asked_pence == 3_861 + 1_250


@pytest.mark.long
def test_a_draft_can_be_kept_at_the_fund_and_gone_on_with_there(town: Town, walk: Walk) -> None:
    me = cut(ready(sign_in(walk(PHONE), town.who.worker))).open(SHELL)
    begin(me).page.get_by_label("What do they need?").first.select_option(label="Phone, usually £35 to £45")
    me.fill({"What do they want to change?": GOAL}).page.get_by_role("button", name="Stop here, finish later").click()
    cut(me, is_cut=False)
    me.page.get_by_role("button", name="Keep it at the Fund").click()
    me.page.wait_for_url("**/ask/check")
    me.check().sees("Check it, then send it", GOAL, "Not answered yet")
    assert ([one.status for one in requests(town)], lies_here(me)["drafts"]) == (["draft"], 0)


@pytest.mark.long
def test_the_keyboard_alone_writes_a_request_without_a_signal(town: Town, walk: Walk) -> None:
    me = cut(ready(sign_in(walk(PHONE), town.who.worker))).open(SHELL)
    page, keys = me.page, me.page.keyboard
    tab_to(page, page.get_by_role("button", name="Ask for something"))
    keys.press("Enter")
    tab_to(page, page.get_by_label("What do they need?").first)
    keys.type("Phone")
    for label, words in (("Price, with delivery", "38.61"), ("Where is it sold?", "a phone shop")):
        tab_to(page, page.get_by_label(label).first)
        keys.type(words)
    tab_to(page, page.get_by_label("They have no code yet"))
    keys.press("Space")
    for label in ("What do they want to change?", "What will it unblock?"):
        tab_to(page, page.get_by_label(label))
        keys.type(GOAL)
    for label in ("They agree to this request", "Face to face"):
        tab_to(page, page.get_by_label(label))
        keys.press("Space")
    tab_to(page, page.get_by_role("button", name=SEND_IT))
    keys.press("Enter")
    me.sees("Finished. It is sent when there is a signal.").check()


def test_without_scripts_the_page_leads_to_the_ordinary_form(town: Town, plain: Walk) -> None:
    me = sign_in(plain(PHONE), town.who.worker).open("/requests").follow("Ask without a signal")
    me.sees("With a signal, ask for something in the ordinary way").follow("ask for something")
    assert me.page.url.endswith("/requests/new")
