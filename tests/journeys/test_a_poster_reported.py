"""A sticker over a code: somebody reports it from their phone, its code is replaced the same day, and the old one says so."""

from __future__ import annotations

from collections.abc import Callable

from tests.support.browser import DESK, PHONE, Walker
from tests.support.story import Town, sign_in

Walk = Callable[..., Walker]


def test_a_poster_is_reported_and_its_code_replaced(town: Town, walk: Walk) -> None:
    donor = walk(PHONE).open(town.point.path).follow("Check or report it").sees("We gave this code out", "1234567")
    donor.follow("Report this poster").press("Send the report").sees("Choose what is wrong.")
    donor.choose("Something is stuck over the code")
    donor.fill({"Where it hangs, and what you saw (optional)": "A second code is glued over the first, by the door."})
    donor.press("Send the report").sees("159 reaches most banks")

    me = sign_in(walk(DESK), town.who.admin).open("/admin/points/reports").sees("Open, urgent").follow("Something is stuck over the code")
    me.sees("A second code is glued over the first").follow("Replace its code")
    me.fill({"Why": "A sticker was over it."}).press("Replace the code").sees("The place has a new code.")
    me.open("/admin/points/reports").follow("Something is stuck over the code").choose("It was replaced, with a new code")
    me.fill({"What was done": "Went there, took it down, hung the new one."}).press("End the report").sees("Looked into")

    donor.open(town.point.path).sees("This poster was replaced, and its code retired.")
    donor.follow("Check or report it").sees("We took this code back")
