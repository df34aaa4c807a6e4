"""The policy's pages: proposed on one, signed on another by two, and read by everybody who answers for money."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

from sqlalchemy.orm import Session

from fundapp.grants.policy import standing
from fundapp.people.models import User
from tests.builders import grants as build
from tests.builders import policy
from tests.support.web import Client, Page

SignIn = Callable[[Client, User], None]
Counted = Callable[[], AbstractContextManager[list[str]]]
INDEX, NEW = "/admin/policy", "/admin/policy/propose"


def proposed(client: Client, **changed: str) -> Page:
    """The form with what holds now, some of it changed, sent."""
    return client.get(NEW).form("main form").fill(**{"reason": "Prices have risen.", **changed}).submit("Propose the policy")


def test_it_is_proposed_and_signed_by_two_and_says_so_to_everybody(client: Client, session: Session, sign_in_as: SignIn) -> None:
    who = build.cast(session)
    policy.seats(who)
    sign_in_as(client, who.admin.user)
    assert "nothing is agreed by the policy itself" in client.get(INDEX).words
    page = proposed(client, person_cap_pence="600", at_once_to="40")
    assert "It holds once two approvers have signed it." in page.words
    assert "The most for one person in 12 months: £500.00 → £600.00" in page.words
    assert "Sign the policy" not in page.words
    for seat, told in ((who.approver, "One more approver signs"), (who.approver_two, "The policy holds from now on")):
        sign_in_as(client, seat.user)
        assert told in client.get(INDEX).submit("main form[action$=sign]").words
        assert "Sign the policy" not in client.get(INDEX).words
    session.expire_all()
    held = standing.now(session)
    assert (held.number, held.person_cap_pence, held.at_once_pence) == (1, 60_000, 4_000)
    for seat in (who.finance, who.auditor, who.admin, who.approver):
        sign_in_as(client, seat.user)
        page = client.get(INDEX)
        assert "What policy 1 says, which holds now" in page.words
        assert "Signed by two approvers" in page.follow("Policy 1").words
    for seat in (who.worker, who.panel):
        sign_in_as(client, seat.user)
        assert client.get(INDEX).status == 403


def test_what_does_not_go_together_and_an_empty_seat_are_said_above_the_form(client: Client, session: Session, sign_in_as: SignIn) -> None:
    who = build.cast(session)
    for name in ("admin", "approver", "finance", "finance_two"):
        who.seat(name)
    sign_in_as(client, who.admin.user)
    page = client.get(INDEX)
    assert "Nobody could decide and pay what is asked above £100.00: 1 more finance officer must be there." in page.words
    assert "above £500.00: 1 more approver must be there." in page.words
    page = proposed(client)
    assert (page.status, "1 more finance officer" in page.text("#errors")) == (409, True)
    page = proposed(client, approver_to="200", pair_to="100")
    assert "Each step reaches further than the one before it." in page.text("#errors")
    page = proposed(client, weekly_fund_pence="", panel_quorum="1")
    assert (page.status, "Write an amount" in page.text("#errors"), "Between 2 and 9." in page.text("#errors")) == (422, True, True)
    assert standing.open_version(session) is None


def test_a_policy_that_waits_is_declined_and_a_stale_form_is_told(client: Client, session: Session, sign_in_as: SignIn) -> None:
    who = build.cast(session)
    policy.proposed(session, who)
    sign_in_as(client, who.approver.user)
    assert "Say why." in client.get(INDEX).submit("main form[action$=decline]").words
    assert "Not taken" in client.get(INDEX).submit("main form[action$=decline]", why="Too high.").words
    sign_in_as(client, who.admin.user)
    form = client.get(NEW).form("main form")
    policy.signed(session, who, person_cap_pence=60_000)
    page = form.fill(reason="Prices have risen.").submit("Propose the policy")
    assert (page.status, "Another policy holds meanwhile" in page.words) == (409, True)


def test_the_pages_ask_the_database_as_often_for_many_policies_as_for_few(
    client: Client, session: Session, sign_in_as: SignIn, counted: Counted
) -> None:
    who = build.cast(session)
    for pence in (60_000, 70_000):
        policy.signed(session, who, person_cap_pence=pence)
    sign_in_as(client, who.approver.user)
    client.get(INDEX)
    with counted() as few:
        client.get(INDEX)
    for pence in range(80_000, 110_000, 10_000):
        policy.signed(session, who, person_cap_pence=pence)
    with counted() as many:
        client.get(INDEX)
    assert len(many) == len(few) <= 30
