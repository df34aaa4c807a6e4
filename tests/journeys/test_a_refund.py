"""A gift comes back: asked for on its own page, seen to by two finance officers, and told to the donor at each step."""

from __future__ import annotations

from collections.abc import Callable

from tests.support.browser import DESK, PHONE, Walker
from tests.support.story import Town, sign_in

Walk = Callable[..., Walker]


def test_a_donor_asks_for_a_gift_back_and_reads_on_its_page_how_it_goes(town: Town, walk: Walk) -> None:
    me = walk(PHONE).open(town.point.path).choose("Another amount")
    me.page.get_by_label("Another amount, in pounds and pence").fill("60")
    me.press("Give").press("Have the card declined").sees("Nothing was taken").follow("Go back without giving")
    me.follow("Go on and pay £60").press("Give £60.00 with the test card").sees("Your £60 is here.")
    town.live.run_jobs()
    me.follow("Given by mistake? Ask for it back").fill({"Why, if you want to say": "Ring me on 01632 960 123"})
    me.press("Ask for it back").sees("looks like a telephone number")
    me.fill({"Why, if you want to say": "I meant £6."}).press("Ask for it back").sees("You asked for it back on")
    gift = me.page.url.partition("#")[0]

    first = sign_in(walk(DESK), town.who.finance)
    first.open("/finance/refunds").follow("Refund 1").sees("I meant £6.", "£60.00")
    first.fill({"How much is given back?": "54"}).press("Enter the refund").sees("You entered it")
    second = sign_in(walk(DESK), town.who.finance_two)
    second.open("/finance/refunds/1").press("Give £54.00 back").sees("Being sent")
    me.open(gift).sees("We agreed to give £54.00 back")

    town.live.run_jobs()
    me.open(gift).sees("£6 of your £60 is here.", "£54.00 went back the way it came", "Given back to you", "−£54.00")
    second.open("/finance/refunds/1").sees("Given back")
