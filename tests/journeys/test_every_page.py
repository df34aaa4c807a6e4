"""Every kind of page that links lead to, for everybody signed in, at a desk and on a phone: within reach, no wider than the screen."""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest

from fundapp.grants import deciding
from tests.builders import grants as build
from tests.support.browser import DESK, PHONE, Walker
from tests.support.story import Town, sign_in

Walk = Callable[..., Walker]
# Where each walk begins, and how many kinds of page it must at least find.
STARTS = {
    "worker": (["/requests", "/requests?state=ended", "/requests?whose=team", "/account"], 5),
    "approver": (["/decisions", "/decisions?show=answered"], 3),
    "finance": (["/finance", "/payouts"], 10),
    "auditor": (["/audit", "/decisions", "/payouts"], 5),
    "admin": (["/admin", "/account"], 15),
}
# Files; what strangers see, which other journeys look at; and for the auditor what finance sees just so.
FILES = r"\.(pdf|png|svg|csv)$|/bills/|^/static/"
PASSED_BY = re.compile(FILES + r"|^/(accessibility|complaints|design|g/.*|give|open|privacy|sign-in|demo/.*)?$")
SEEN_BY_FINANCE = re.compile(r"^/(finance|admin/points)/.*")
# A request looks different in each state of its life; of other kinds of page one is enough.
EACH = {"/requests/#": 10, "/decisions/#": 10, "/payouts/#": 5, "/decisions": 2, "/requests": 3}
OPEN_ALL = "document.querySelectorAll('details').forEach(found => { found.open = true })"


@pytest.fixture
def busy_town(town: Town) -> Town:
    """With a request in every state of its life."""
    with town.live.database.session() as session:
        who = build.cast(session)
        approver = who.approver.actor
        build.draft(session, town.who.worker)
        asked, declined, part, _ = (build.waiting(session, town.who.worker) for _ in range(4))
        deciding.ask_question(session, actor=approver, request_id=asked.id, version=1, words="Does it come with a SIM?")
        deciding.decline(session, actor=approver, request_id=declined.id, version=1, reason="The council gives these.")
        less = {"amount_pence": 2_000, "reason": "A plainer one does."}
        deciding.agree_part(session, actor=approver, request_id=part.id, version=1, fund_code="public-giving", **less)
        session.commit()
        build.agreed(session, town.who.worker, who.approver)
        for state in (build.entered, build.paid, build.in_hands, build.closed):
            state(session, who, amount_pence=3_750)
    return town


@pytest.mark.timeout(300)
@pytest.mark.parametrize("seat", STARTS)
def test_every_page_is_within_everybody_s_reach_at_both_widths(busy_town: Town, walk: Walk, seat: str) -> None:
    starts, at_least = STARTS[seat]
    me = sign_in(walk(DESK), getattr(busy_town.who, seat))
    waiting, known, kinds = deque(starts), set(starts), Counter[str]()
    while waiting:
        address = waiting.popleft()
        path = urlsplit(address).path
        kind = re.sub(r"\b\d+\b", "#", path)
        if PASSED_BY.search(path) or (seat == "auditor" and SEEN_BY_FINANCE.match(path)) or kinds[kind] >= EACH.get(kind, 1):
            continue
        kinds[kind] += 1
        look(me, address)
        found = links(me)
        waiting.extend(one for one in found if one not in known)
        known.update(found)
    assert len(kinds) >= at_least, kinds


def look(me: Walker, address: str) -> None:
    """Look at a page at both widths, with everything opened that can be."""
    me.page.set_viewport_size(DESK)
    me.page.goto(me.base_url + address)
    me.page.evaluate(OPEN_ALL)
    me.check()
    me.page.set_viewport_size(PHONE)
    me.check()


def links(me: Walker) -> list[str]:
    """Where this page leads inside the Fund."""
    found = me.page.eval_on_selector_all("a[href]", "all => all.map(one => one.href)")
    whole = [urlsplit(one) for one in found if one.startswith(me.base_url)]
    return list(dict.fromkeys(part.path + (f"?{part.query}" if part.query else "") for part in whole))
