"""What the journeys share: a town with its people and money, a browser whose engine runs no scripts, and hands on a keyboard."""

from __future__ import annotations

from dataclasses import dataclass, fields

from playwright.sync_api import Locator, expect
from playwright.sync_api import Page as BrowserPage

from fundapp.grants import queries as grants
from fundapp.grants.models import GrantRequest
from fundapp.ledger import chart
from fundapp.ledger import queries as ledger
from fundapp.points.models import CollectionPoint
from tests.builders import grants as build
from tests.builders import people, points
from tests.builders.grants import Seat
from tests.support.browser import Walker
from tests.support.live import LiveServer

# More steps than this to reach something is out of reach.
MOST_TABS = 80


@dataclass(frozen=True, slots=True)
class Seats:
    """Who plays in a journey."""

    worker: Seat
    other_worker: Seat
    approver: Seat
    approver_two: Seat
    finance: Seat
    finance_two: Seat
    auditor: Seat
    admin: Seat


@dataclass(frozen=True, slots=True)
class Town:
    """A Fund with everybody in their seats, a phone and an "other" in the catalogue, £1,000 in the bank, and a point to give at."""

    live: LiveServer
    who: Seats
    point: CollectionPoint

    def payable_pence(self) -> int:
        """What is promised and not yet paid: the ledger and the requests must say the same."""
        with self.live.database.session() as session:
            by_ledger = ledger.balance_pence(session, chart.GRANTS_PAYABLE)
            by_requests = grants.agreed_not_paid_pence(session)
        assert by_ledger == by_requests, f"the ledger says {by_ledger}, the requests say {by_requests}"
        return by_ledger

    def free_pence(self, fund: str = "public-giving") -> int:
        """What a fund can still award."""
        with self.live.database.session() as session:
            return ledger.available_pence(session, fund)

    def keys(self, request_id: int) -> list[str]:
        """The events of one request in the ledger, without its own name: "award", "payment:1"."""
        with self.live.database.session() as session:
            return [entry.event_key.removeprefix(f"grant:{request_id}:") for entry in ledger.entries_for(session, f"grant:{request_id}")]

    def newest_request(self) -> GrantRequest:
        """The request that was started last."""
        with self.live.database.session() as session:
            return session.query(GrantRequest).order_by(GrantRequest.id.desc()).limit(1).one()


def settle_town(live: LiveServer) -> Town:
    """Found the town by the rooms' own services."""
    with live.database.session() as session:
        people.fund_holder(session)
        session.commit()
        cast = build.cast(session)
        # All of them now: later on, nobody holds this session.
        who = Seats(**{one.name: cast.seat(one.name) for one in fields(Seats)})
        build.money(session)
        build.item(session)
        build.item(session, "other", low=500, high=10_000, asks_what=True)
        point = points.point(session)
        session.commit()
    return Town(live, who, point)


class PlainWalker(Walker):
    """Somebody whose browser runs no scripts at all. Axe is one, so it stays out; the same pages meet it in other journeys."""

    def check(self) -> Walker:
        """The page is there, and the browser has nothing to complain of."""
        self.page.wait_for_load_state("load")
        assert not self.complaints, f"at {self.page.url}: " + "; ".join(self.complaints)
        return self


def sign_in(me: Walker, seat: Seat) -> Walker:
    """Sign in by the pages, as this person."""
    return sign_in_as(me, seat.user.email)


def sign_in_as(me: Walker, email: str) -> Walker:
    """Sign in by the pages with this e-mail: the password, and the code of an app for whoever needs one."""
    assert me.database is not None
    with me.database.session() as session:
        people.code(session, email)
    me.open("/sign-in").fill({"E-mail": email, "Password": people.PASSWORD}).press("Sign in")
    if "/second-step" in me.page.url:
        with me.database.session() as session:
            shown = people.code(session, email)
        me.fill({"Your code": shown}).press("Go on")
    return me


def tab_to(page: BrowserPage, target: Locator) -> None:
    """Press Tab until this has the focus, and see that the focus shows."""
    expect(target.first).to_be_visible()
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if target.first.evaluate("found => found === document.activeElement"):
            shows = "found => { const s = getComputedStyle(found); return s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2 }"
            assert target.first.evaluate(
                f"found => [found, found.parentElement, found.nextElementSibling].filter(Boolean).some({shows})"
            ), f"nobody sees that {target} has the focus"
            return
    raise AssertionError(f"the keyboard does not reach {target}")
