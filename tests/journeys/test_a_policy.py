"""A policy that changes: an administrator proposes, one approver signs and another, and what is small enough is then agreed at once."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from fundapp.grants.models import GrantRequest
from fundapp.grants.policy import standing
from tests.builders import grants as build
from tests.builders import policy
from tests.support.browser import DESK, PHONE, Walker
from tests.support.story import Town, sign_in

Walk = Callable[..., Walker]
INDEX = "/admin/policy"
WAITS = "Two approvers sign it. Whoever proposed it does not, and nobody signs twice."


def draft(town: Town) -> int:
    """A phone that somebody would like, with every answer."""
    with town.live.database.session() as session:
        return build.draft(session, town.who.worker).id


def send(me: Walker, request_id: int) -> Walker:
    return me.open(f"/requests/{request_id}/ask/check").press("Send it for £39.99")


def states(town: Town) -> list[str]:
    with town.live.database.session() as session:
        return [one.status.value for one in session.query(GrantRequest).order_by(GrantRequest.id)]


def holds(town: Town) -> int | None:
    """Which policy holds; none before one was signed."""
    with town.live.database.session() as session:
        return standing.now(session).number


@pytest.mark.long
def test_what_two_approvers_signed_agrees_the_next_small_request_at_once(town: Town, walk: Walk) -> None:
    with town.live.database.session() as session:
        # Whoever must be there besides, so that whatever is asked can be decided and paid.
        policy.seats(build.cast(session))
        session.commit()
    before, after = draft(town), draft(town)
    worker = sign_in(walk(PHONE), town.who.worker)
    send(worker, before).sees("An approver answers next")

    admin = sign_in(walk(DESK), town.who.admin)
    admin.open(INDEX).sees("nothing is agreed by the policy itself").follow("Propose another policy")
    admin.fill({"The policy itself agrees up to": "40", "An approver looks again at 1 in": "1"}).press("Propose the policy").sees(
        "Say why."
    )
    admin.fill({"Why": "The trustees said so on Monday."}).press("Propose the policy").sees("two approvers have signed it", WAITS)

    one = sign_in(walk(DESK), town.who.approver)
    one.sees("Policy 1 waiting for you").open(INDEX).sees(
        "up to £50.00, at once → up to £40.00, at once", "The trustees said so on Monday."
    )
    one.press("Sign the policy").sees("Signed. One more approver signs, then it holds.", WAITS)
    assert holds(town) is None
    two = sign_in(walk(PHONE), town.who.approver_two)
    two.open(INDEX).press("Sign the policy").sees("Signed. The policy holds from now on.", "What policy 1 says, which holds now")
    assert holds(town) == 1

    send(worker, after).sees("Agreed")
    assert (states(town), town.payable_pence()) == (["waiting", "agreed"], 3_999)
    # Every one is looked at again, and what was asked before the policy held waits for people.
    two.open(f"{INDEX}/looks").sees(f"Request {after}")
    one.open(f"/decisions/{before}").press("Agree £39.99").sees("Agreed. The money is set aside")
    assert town.payable_pence() == 2 * 3_999
