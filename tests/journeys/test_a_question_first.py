"""While stolen cards are being tried out a short question comes before a gift: read out, answered without scripts, asked once."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

from fundapp.core import clock
from fundapp.core.db import transaction
from fundapp.giving.cards.models import CardDecline
from tests.support.browser import PHONE, Walker
from tests.support.story import Town

Walk = Callable[..., Walker]
NUMBERS = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]


def make_hot(town: Town) -> None:
    """As many declines anywhere as bring the question for everybody."""
    with town.live.database.session() as session, transaction(session):
        for _ in range(40):
            gift = uuid4()
            made = {"donation_id": gift, "near_hash": bytes(16), "block_hash": bytes(16), "card_hash": None}
            session.add(CardDecline(charge_id=f"ch_{gift.hex}", amount_pence=500, at=clock.now(), **made))


def answer(me: Walker) -> None:
    label = me.page.locator("label[for=answer]").inner_text()
    numbers = [NUMBERS.index(word) + 1 for word in label.replace(".", "").replace("?", "").split() if word in NUMBERS]
    me.fill({label: str(sum(numbers)) if numbers else label.rpartition(" ")[2]})


def test_a_question_comes_first_another_can_be_had_and_the_share_is_added(town: Town, walk: Walk) -> None:
    make_hot(town)
    me = walk(PHONE)
    me.open("/give")
    me.page.get_by_role("radio", name="£20").check()
    me.page.get_by_label("Add the card fee").check()
    me.sees("Then £20.51 is taken, and the whole £20 arrives.")
    me.press("Give £20.51").sees("One question first", "What you chose is kept.", "together?")
    me.fill({me.page.locator("label[for=answer]").inner_text(): "1000"}).press("Go on to the payment page").sees("That was not it")
    me.press("Ask me something else").sees("Copy this word into the box")
    answer(me)
    me.press("Go on to the payment page").sees("£20, and 51p for the card company’s share", "£20.51")
    me.press("Give £20.51 with the test card").sees("Your £20.51 is here.", "You added 51p", "It kept 51p.")
    assert me.page.context.cookies() == []


def test_without_scripts_a_large_amount_is_asked_about_once_and_then_the_question(town: Town, plain: Walk) -> None:
    make_hot(town)
    me = plain(PHONE)
    me.open("/give").fill({"Another amount, in pounds and pence": "500"}).press("Give")
    me.sees("Do you mean £500?", "Yes, give £500", "No, give £5").press("No, give £5").sees("One question first")
    answer(me)
    me.press("Go on to the payment page").sees("A gift to the Changing Lives Fund", "£5.00")
