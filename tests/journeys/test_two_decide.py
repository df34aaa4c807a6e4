"""Two people at one decision: one is first, the other is told, kindly; and what takes two is agreed by the second alone."""

from __future__ import annotations

from typing import Any

from tests.builders import grants as build
from tests.builders import together
from tests.support.browser import DESK, PHONE
from tests.support.story import Town, sign_in


def test_of_two_who_agree_at_once_one_is_told_and_what_takes_two_is_signed_by_both(town: Town, walk: Any) -> None:
    with town.live.database.session() as session:
        small = build.waiting(session, town.who.worker).id
        large = build.waiting(session, town.who.worker, price_pence=together.TWO_SEATS).id
    one, two = sign_in(walk(DESK), town.who.approver), sign_in(walk(PHONE), town.who.approver_two)
    # Both have the page open; both press the button.
    one.open(f"/decisions/{small}").sees("One approver answers")
    two.open(f"/decisions/{small}").sees("One approver answers")
    one.press("Agree £39.99").sees("Agreed. The money is set aside")
    two.press("Agree £39.99").sees("Somebody agreed this at", "Nothing more was changed; here is how it stands now.")
    assert town.payable_pence() == 3_999

    one.open(f"/decisions/{large}").sees("An approver and a finance officer sign")
    one.press("Sign for £300.00").sees("Signed. Whoever signs next is told", "A finance officer is needed", "You will not pay this one.")
    two.open(f"/decisions/{large}").sees("An approver signed", "A finance officer is needed")
    assert town.payable_pence() == 3_999
    finance = sign_in(walk(PHONE), town.who.finance)
    finance.open(f"/decisions/{large}").sees("That can be you.", build.GOAL)
    finance.press("Sign for £300.00 too").sees("Signed, and with that agreed.")
    assert town.payable_pence() == 33_999
    finance.open(f"/payouts/{large}").sees("You agreed this one, so two other people pay it.")
