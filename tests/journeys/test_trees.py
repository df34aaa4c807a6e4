"""What a screen reader is told on the pages of the main journeys: their accessibility trees, kept as text in tests/journeys/trees.

The clock is held, so that the pages say the same on every day. After a change that is meant:
`pytest tests/journeys/test_trees.py --renew`, read the difference, and commit it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from difflib import unified_diff
from pathlib import Path
from typing import cast

import pytest
from playwright.sync_api import Browser, Page

from fundapp.core import clock
from fundapp.core.db import transaction
from fundapp.core.keys import Keys
from fundapp.giving import settling, starting
from fundapp.grants import deciding
from fundapp.points.models import CollectionPoint
from tests.builders import giving
from tests.builders import grants as build
from tests.builders import ledger as books
from tests.builders.grants import Seat
from tests.support.browser import PHONE
from tests.support.entering import enter
from tests.support.live import LiveServer, serving
from tests.support.postgres import Cluster
from tests.support.story import Town, settle_town

KEPT = Path(__file__).parent / "trees"
MOMENT = datetime(2026, 11, 18, 14, 32, tzinfo=clock.LONDON)
# By who looks: each page's name and address, and what is pressed there.
TREES: dict[str, tuple[tuple[str, str, str], ...]] = {
    "": (
        ("front", "/", ""),
        ("give", "/g/{code}", ""),
        ("give-wrong", "/g/{code}", "Give"),
        ("gift", "/gifts/{gift}", ""),
        ("open-books", "/open", ""),
        ("open-ledger", "/open/ledger", ""),
        ("sign-in-wrong", "/sign-in", "Sign in"),
    ),
    "worker": (
        ("requests", "/requests", ""),
        ("ask-what", "/requests/new", ""),
        ("ask-price-wrong", "/requests/{begun}/ask/price", "Save and continue"),
        ("ask-check", "/requests/{draft}/ask/check", ""),
        ("request-question", "/requests/{question}", ""),
        ("request-paid", "/requests/{paid}", ""),
    ),
    "approver": (("decisions", "/decisions", ""), ("decision", "/decisions/{waiting}", ""), ("account", "/account", "")),
    "finance": (("payouts", "/payouts", ""), ("payment", "/payouts/{agreed}", ""), ("finance", "/finance", "")),
    "auditor": (("ledger", "/finance/ledger", ""), ("entry", "/finance/ledger/entries/{entry}", ""), ("audit", "/audit", "")),
    "admin": (("points", "/admin/points", ""), ("point", "/admin/points/{point}", ""), ("invite-wrong", "/admin/people/new", "Send the")),
}
# What is random, and what is counted across a run: codes, ids, seals. Each becomes the same sign, so that its place is still seen.
RANDOM = (
    # Before codes: the first eight of one may be digits alone.
    (re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}\b"), "UUID"),
    (re.compile(r"\b[0-9a-f]{8}…"), "UUID…"),
    # Before codes: one key of forty has figures alone.
    (re.compile(r"\bKey [0-9a-f]{8}\b"), "Key ID"),
    (re.compile(r"\b(Person|Gift|gift|Reads) [0-9A-Z]{4,8}\b(?: [0-9A-Z]{4}\b)?"), r"\1 CODE"),
    (re.compile(r"\b[0-9A-HJKMNP-TV-Z]{4} ?[0-9A-HJKMNP-TV-Z]{4}\b"), "CODE"),
    (re.compile(r"\b[0-9a-f]{16}\b"), "HEX"),
    (re.compile(r"donation:[0-9a-f]{8}"), "donation:ID"),
    (re.compile(r"localhost:\d+"), "localhost"),
    (re.compile(r"\b(ch|txn|re|cs)_[\w]+"), r"\1_ID"),
    (re.compile(r"/gifts/[\w-]+"), "/gifts/TOKEN"),
    # An entry's number has gaps.
    (re.compile(r"\b([Ee]ntry |entries/|proof-|row \"|rowheader \"|link \")\d+\b"), r"\1N"),
    (re.compile(r"\b(Key worker|Approver|Finance officer|Auditor|Administrator) \d+"), r"\1 N"),
    (re.compile(r"[\w-]+-\d+@example.org"), "somebody@example.org"),
    (re.compile(r"Chrome on \w+|Chromium on \w+"), "a browser"),
)


@pytest.fixture(scope="module")
def held(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Town, dict[str, object]]]:
    """A small town on one afternoon, with a request at each step and a gift that is paid and sealed."""
    with serving(cluster, tmp_path_factory.mktemp("held"), held_at=MOMENT) as live, clock.at(MOMENT):
        town = settle_town(live)
        yield town, _set(town)


def _set(town: Town) -> dict[str, object]:
    live, who = town.live, town.who
    with live.database.session() as session:
        cast = build.cast(session)
        begun, draft = build.draft(session, who.worker), build.draft(session, who.worker)
        begun.things[0].price_pence, begun.things[0].supplier = None, ""
        waiting, question = (build.waiting(session, who.worker) for _ in range(2))
        deciding.ask_question(session, actor=who.approver.actor, request_id=question.id, version=1, words="Does it come with a SIM?")
        agreed = build.agreed(session, who.worker, who.approver)
        paid = build.paid(session, cast)
        token = _give(live, town.point)
        checkpoint = books.seal(session)
        session.commit()
        ids = {"begun": begun.id, "draft": draft.id, "waiting": waiting.id, "question": question.id, "agreed": agreed.id, "paid": paid.id}
    seals = [checkpoint.mark, books.SIGNER.verifier.vkey, *(word for word in checkpoint.note.split() if len(word) > 40)]
    return {
        **ids,
        "seals": sorted(seals, key=len, reverse=True),
        "gift": token,
        "code": town.point.code,
        "point": town.point.id,
        "entry": 1,
    }


def _give(live: LiveServer, point: CollectionPoint) -> str:
    """The token of a gift that is paid at the moment that is held."""
    live.stand_in.hold()
    live.stand_in.settings(clock_offset_seconds=(MOMENT - datetime.now(MOMENT.tzinfo)).total_seconds())
    settings, stripe = live.settings, giving.gateway_of(live.stand_in)
    keys = Keys(settings.secret_key, settings.private_keys)
    with live.database.session() as session:
        with transaction(session):
            gift = starting.begin(session, keys=keys, form="held", point=point, amount_pence=1_000)
        here = f"{live.base_url}/gifts/x"
        starting.payment_page(session, stripe, gift, amount_pence=1_000, name="A gift", to=starting.Addresses(f"{here}/return", here))
        live.stand_in.pay(gift.session_id or "")
        settling.settle_session(session, stripe, gift.session_id or "")
        return keys.link_token("gift", str(gift.id))


def test_a_screen_reader_is_told_what_it_was_told(
    browser: Browser, held: tuple[Town, dict[str, object]], request: pytest.FixtureRequest
) -> None:
    town, parts = held
    seals = cast(list[str], parts["seals"])
    told: dict[str, str] = {}
    for seat, pages in TREES.items():
        with closing(browser.new_context(viewport=PHONE, locale="en-GB")) as context:
            page = context.new_page()
            if seat:
                sign_in(page, town.live, getattr(town.who, seat))
            told |= {name: tree(page, town.live.base_url + address.format(**parts), press, seals) for name, address, press in pages}
    if request.config.getoption("renew"):
        keep(told)
    kept = {path.stem: path.read_text() for path in KEPT.glob("*.txt")}
    wrong = [
        "\n".join(unified_diff(kept.get(name, "").splitlines(), told[name].splitlines(), f"{name}: was", "is", "", "", 1)) for name in told
    ]
    assert not any(wrong), "\n".join(one for one in wrong if one) + "\nIf it is meant, run this test with --renew."
    assert set(kept) == set(told)


def keep(told: dict[str, str]) -> None:
    """Write all trees anew, and no others."""
    KEPT.mkdir(exist_ok=True)
    for path in KEPT.glob("*.txt"):
        path.unlink()
    for name, words in told.items():
        (KEPT / f"{name}.txt").write_text(words)


def tree(page: Page, address: str, press: str, seals: list[str]) -> str:
    """What a screen reader is told of a page, with what is random made the same."""
    page.goto(address)
    if press:
        with page.expect_navigation():
            page.get_by_role("button", name=press).locator("visible=true").first.click()
    found = page.locator("body").aria_snapshot()
    for seal in seals:
        found = found.replace(seal, "SEAL")
    for pattern, sign in RANDOM:
        found = pattern.sub(sign, found)
    return f"title: {page.title()}\n{found}\n"


def sign_in(page: Page, live: LiveServer, seat: Seat) -> None:
    enter(page, live, seat.user.email)
