"""Somebody tries out stolen cards: counts hold for every process, grow strict with declines, and let a real queue pass."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.core.db import transaction
from fundapp.core.language import speaking
from fundapp.gateways.stripe import StripeGateway
from fundapp.giving import questions, settling, starting
from fundapp.giving.cards import rules as card_rules
from fundapp.giving.cards import testing as card_testing
from fundapp.giving.cards.models import CardDecline, CardStart, QuestionUsed
from fundapp.giving.cards.rules import CardRules
from fundapp.giving.models import Donation, GivingAlarm
from fundapp.web.limits import TooOften
from fundapp.web.networks import block_of, network_of
from tests.builders.giving import KEYS, Donor, amount, begin, gift_of, lead, ledger_of
from tests.builders.stand_in import StandIn
from tests.support.page import Page
from tests.support.postgres import OwnDatabase
from tests.support.races import at_once
from tests.support.web import Client

HERE = "198.51.100.7"
HELD = CardRules()


def count(session: Session, table: type[Any]) -> int:
    return session.scalar(select(func.count()).select_from(table)) or 0


def come(session: Session, address: str = HERE) -> card_testing.Door:
    return card_testing.come_in(session, KEYS, address)


def declined(
    session: Session, stripe: StripeGateway, stand_in: StandIn, *, times: int = 1, at: str = HERE, pence: int = 500, card: str = ""
) -> Donation:
    """A gift that was begun from an address, and so many declines at it, of one card or of another each time."""
    door = come(session, at)
    gift = begin(session, pence)
    with transaction(session):
        card_testing.note_start(session, gift.id, door)
    lead(session, stripe, gift)
    for nth in range(times):
        stand_in.decline(gift.session_id or "", card=card or f"{gift.id.hex[:8]}{nth}")
    settle_declines(session, stripe, stand_in, gift)
    return gift


def settle_declines(session: Session, stripe: StripeGateway, stand_in: StandIn, gift: Donation) -> None:
    for bell in stand_in.bells():
        said = json.loads(bell.body)["data"]["object"]
        if said["object"] == "charge" and said["metadata"].get("donation_id") == str(gift.id):
            settling.settle_charge(session, stripe, said["id"])


def test_a_queue_of_sixty_behind_one_shops_wifi_passes_with_a_few_declined_cards_among_them(
    client: Client, books: Session, stripe: StripeGateway, stand_in: StandIn
) -> None:
    for nth in range(60):
        # Each phone has a page of its own.
        form_key = starting.new_form_key(client.app.extensions["fund"].keys, None)
        answer = client.post("/give", {"form_key": form_key, "amount": "500"}, token=False)
        assert answer.status == 303, answer.words
        session_id = answer.headers["Location"].rpartition("/")[2]
        if nth % 15 == 7:
            # A card is declined, and another card is taken.
            stand_in.decline(session_id, card=f"somebody{nth}")
            gift = gift_of(books, session_id)
            settle_declines(books, stripe, stand_in, gift)
    assert count(books, Donation) == 60
    assert count(books, CardDecline) == 4


def test_a_declined_card_and_then_another_is_a_gift_like_any_other(donor: Donor, books: Session, stripe: StripeGateway) -> None:
    donor.choose("5")
    donor.stand_in.decline(donor.session_id)
    page = donor.come_back()
    assert count(books, CardDecline) == 1
    donor.pay()
    page = donor.come_back()
    assert "Your £5 is here." in page.text("h1")
    assert ledger_of(books, "public-giving")["donations"] == 500
    assert not books.scalars(select(GivingAlarm)).all()


def test_a_decline_counts_once_however_often_and_by_whichever_way_it_is_told(
    books: Session, stripe: StripeGateway, stand_in: StandIn
) -> None:
    gift = declined(books, stripe, stand_in)
    settle_declines(books, stripe, stand_in, gift)
    settling.settle_session(books, stripe, gift.session_id or "")
    assert count(books, CardDecline) == 1


def test_after_five_declines_a_network_is_asked_a_question_first_and_its_neighbour_is_not(
    client: Client, books: Session, stripe: StripeGateway, stand_in: StandIn
) -> None:
    for _ in range(2):
        declined(books, stripe, stand_in, times=2, at="127.0.0.1")
    opened = client.get("/give")
    assert opened.form().fill(amount("5")).submit(follow=False).status == 303
    declined(books, stripe, stand_in, at="127.0.0.1")
    before = count(books, Donation)
    asked = client.get("/give").form().fill(amount("20")).fill(cover="y").submit(follow=False)
    assert (asked.status, asked.text("h1")) == (200, "One question first")
    assert count(books, Donation) == before
    answer = solved(asked)
    assert answer.status == 303
    assert count(books, Donation) == before + 1
    made = gift_of(books, answer.headers["Location"].rpartition("/")[2])
    assert (made.amount_pence, made.cover_pence) == (2_051, 51)
    # What was begun before is asked nothing.
    assert opened.form().fill(amount("5")).submit(follow=False).status == 303
    assert not come(books, "203.0.113.9").is_hot


NUMBERS = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]


def answer_of(words: str) -> str:
    if words.startswith("Copy"):
        return words.rpartition(" ")[2]
    found = [NUMBERS.index(word) + 1 for word in words.replace(".", "").replace("?", "").split() if word in NUMBERS]
    return str(sum(found))


def solved(page: Page, **more: str) -> Page:
    return page.form().fill(answer=answer_of(page.text("label")), **more).submit(follow=False)


def hot(books: Session, stripe: StripeGateway, stand_in: StandIn) -> None:
    declined(books, stripe, stand_in, times=3, at="127.0.0.1")
    declined(books, stripe, stand_in, times=3, at="127.0.0.1")


def test_a_wrong_answer_a_replayed_one_and_one_of_another_page_begin_nothing(
    client: Client, books: Session, stripe: StripeGateway, stand_in: StandIn
) -> None:
    hot(books, stripe, stand_in)
    before = count(books, Donation)
    asked = client.get("/give").form().fill(amount("5")).submit(follow=False)
    wrong = asked.form().fill(answer="1000").submit(follow=False)
    assert wrong.status == 422
    assert "That was not it" in wrong.words
    # The right answer to a question that has had its answer.
    late = solved(asked)
    assert late.status == 422
    # Signed for another page, forged, empty, much too long.
    other = client.get("/give").form().fill(amount("5")).submit(follow=False)
    for question, answer in (
        (asked.form().data["question"], answer_of(asked.text("label"))),
        ("s" + "a" * 20 + ".9999999999.x", "2"),
        ("", answer_of(other.text("label"))),
        (other.form().data["question"], ""),
        (other.form().data["question"], "9" * 100_000),
    ):
        data = {**other.form().data, "question": question, "answer": answer}
        assert client.post("/give", data, token=False).status in {200, 422}
    assert count(books, Donation) == before
    # Right, and then the same form with the same answer once more: one gift.
    fresh = client.get("/give").form().fill(amount("5")).submit(follow=False)
    first, again = solved(fresh), solved(fresh)
    assert first.headers["Location"] == again.headers["Location"]
    assert count(books, Donation) == before + 1
    with_another_page = {
        **fresh.form().data,
        "form_key": client.get("/give").form().data["form_key"],
        "answer": answer_of(fresh.text("label")),
    }
    assert client.post("/give", with_another_page, token=False).status == 422
    assert count(books, Donation) == before + 1


def test_for_whom_sums_are_hard_there_is_a_word_to_copy_and_nothing_needs_a_script(
    client: Client, books: Session, stripe: StripeGateway, stand_in: StandIn
) -> None:
    hot(books, stripe, stand_in)
    asked = client.get("/give").form().fill(amount("5")).submit(follow=False)
    assert "together" in asked.text("label")
    other = asked.form().fill(another="y").submit(follow=False)
    assert other.status == 200
    assert other.text("label").startswith("Copy this word")
    assert not other.soup.select("script, img, iframe")
    assert solved(other).status == 303


def test_a_question_is_too_old_after_twenty_minutes(books: Session) -> None:
    asked = questions.ask(KEYS, "form")
    with clock.at(clock.now() + timedelta(minutes=21)):
        assert not questions.is_answered(books, KEYS, "form", signed=asked.signed, answer=answer_of(asked.words))
    assert questions.is_answered(books, KEYS, "form", signed=asked.signed, answer=f" {answer_of(asked.words)}. ")
    assert not questions.is_answered(books, KEYS, "form", signed=asked.signed, answer=answer_of(asked.words))


def test_what_a_network_may_begin_is_halved_by_each_five_declines_until_nothing_is_left() -> None:
    assert [HELD.gifts_after(declines) for declines in (0, 4, 5, 9, 10, 20, 40, 45, 5_000, 10**9)] == [
        300,
        300,
        150,
        150,
        75,
        18,
        1,
        0,
        0,
        0,
    ]
    assert HELD.gifts_after(19, homes=4) == 1_200
    assert HELD.gifts_after(20, homes=4) == 600
    assert not HELD.is_hot(4, 19, 39)
    assert HELD.is_hot(5, 5, 5)
    assert HELD.is_hot(0, 20, 20)
    assert HELD.is_hot(0, 0, 40)


def many_declines(session: Session, times: int, address: str, *, pence: int = 500) -> None:
    """As many rows as an attack would leave."""
    with transaction(session):
        door = card_testing.Door(*_hashes(address), is_hot=False)
        for _ in range(times):
            gift = uuid4()
            made = {"donation_id": gift, "near_hash": door.near_hash, "block_hash": door.block_hash}
            session.add(CardDecline(charge_id=f"ch_{gift.hex}", card_hash=None, amount_pence=pence, at=clock.now(), **made))


def _hashes(address: str) -> tuple[bytes, bytes]:
    now = clock.now()
    return tuple(card_testing._of_day(KEYS, now, one) for one in (network_of(address), f"block {block_of(address)}"))  # type: ignore[return-value]


def test_eight_at_once_over_what_is_left_are_let_in_no_more_than_it_is(own_database: OwnDatabase) -> None:
    with own_database.session() as session:
        many_declines(session, 35, HERE)
    let_in: list[int] = []
    turned_away: list[int] = []

    def try_it(nth: int) -> None:
        with own_database.session() as mine:
            try:
                come(mine)
                let_in.append(nth)
            except TooOften:
                turned_away.append(nth)

    at_once(try_it)
    # 300, halved seven times.
    assert (len(let_in), len(turned_away)) == (2, 6)
    with own_database.session() as session:
        assert come(session, "203.0.113.1")


def test_changing_between_networks_of_one_ipv6_site_is_met_by_the_block(books: Session) -> None:
    for nth in range(20):
        many_declines(books, 1, f"2001:db8:1:{nth:x}::1")
    assert come(books, "2001:db8:1:ffff::1").is_hot
    assert not come(books, "2001:db8:2:ffff::1").is_hot
    # 1,200 for the block, halved ten times: one, which has come already.
    many_declines(books, 180, "2001:db8:1:aaaa::1")
    for nth in range(3):
        with pytest.raises(TooOften):
            come(books, f"2001:db8:1:{nth + 400:x}::1")
    assert come(books, "2001:db8:2:ffff::1")


def test_declines_from_everywhere_ask_everybody_and_turn_nobody_away(books: Session) -> None:
    for nth in range(40):
        many_declines(books, 1, f"203.{nth}.113.1")
    door = come(books, "192.0.2.1")
    assert door.is_hot
    with clock.at(clock.now() + timedelta(minutes=61)):
        assert not come(books, "192.0.2.1").is_hot


def test_a_page_at_which_cards_are_tried_out_is_closed_and_its_form_begins_nothing_more(
    client: Client, books: Session, stripe: StripeGateway, stand_in: StandIn, run_jobs: Any
) -> None:
    opened = client.get("/give")
    first = opened.form().fill(amount("5")).submit(follow=False)
    session_id = first.headers["Location"].rpartition("/")[2]
    for nth in range(4):
        stand_in.decline(session_id, card=f"stolen{nth}")
    gift = gift_of(books, session_id)
    settle_declines(books, stripe, stand_in, gift)
    assert "giving.close_declined_page" in run_jobs()
    assert gift_of(books, session_id).status == "expired"
    again = opened.form().fill(amount("5")).submit(follow=False)
    assert again.status == 422
    assert "Several cards were declined" in again.words
    assert count(books, Donation) == 1
    assert again.form().data["form_key"] != opened.form().data["form_key"]
    assert again.form().submit(follow=False).status == 303
    assert count(books, Donation) == 2


def test_a_page_that_is_paid_before_it_is_closed_is_a_gift(
    client: Client, books: Session, stripe: StripeGateway, stand_in: StandIn, run_jobs: Any
) -> None:
    answer = client.get("/give").form().fill(amount("5")).submit(follow=False)
    session_id = answer.headers["Location"].rpartition("/")[2]
    for nth in range(4):
        stand_in.decline(session_id, card=f"stolen{nth}")
    settle_declines(books, stripe, stand_in, gift_of(books, session_id))
    stand_in.pay(session_id)
    run_jobs()
    assert gift_of(books, session_id).status == "paid"
    assert ledger_of(books, "public-giving")["donations"] == 500


def test_one_card_at_many_gifts_closes_each_further_page_at_its_first_decline(
    books: Session, stripe: StripeGateway, stand_in: StandIn, run_jobs: Any
) -> None:
    for nth in range(3):
        declined(books, stripe, stand_in, card="stolen", at=f"203.0.{nth}.1")
    assert "giving.close_declined_page" not in run_jobs()
    fourth = declined(books, stripe, stand_in, card="stolen", at="192.0.2.1")
    assert "giving.close_declined_page" in run_jobs()
    assert gift_of(books, fourth.session_id or "").status == "expired"


def test_a_burst_of_small_declines_raises_one_alarm_an_hour_and_large_ones_none(
    books: Session, stripe: StripeGateway, stand_in: StandIn
) -> None:
    many_declines(books, 50, HERE, pence=501)
    declined(books, stripe, stand_in, pence=501, at="192.0.2.1")
    assert not books.scalars(select(GivingAlarm)).all()
    many_declines(books, 13, HERE, pence=500)
    declined(books, stripe, stand_in, at="192.0.2.1")
    assert not books.scalars(select(GivingAlarm)).all()
    for nth in range(3):
        declined(books, stripe, stand_in, at=f"192.0.{nth}.2")
    raised = books.scalars(select(GivingAlarm)).all()
    assert [one.kind for one in raised] == ["card-testing"]
    assert raised[0].about == clock.now().strftime("%Y-%m-%dT%H")


def test_a_decline_of_what_nobody_began_here_today_counts_for_nothing(books: Session, stripe: StripeGateway, stand_in: StandIn) -> None:
    gift = begin(books)
    lead(books, stripe, gift)
    stand_in.decline(gift.session_id or "")
    settle_declines(books, stripe, stand_in, gift)
    assert count(books, CardDecline) == 0


def test_nobodys_network_or_card_stands_in_the_rows_and_all_are_gone_after_a_day(
    books: Session, stripe: StripeGateway, stand_in: StandIn
) -> None:
    declined(books, stripe, stand_in, card="StolenCardPrint1")
    asked = questions.ask(KEYS, "form")
    questions.is_answered(books, KEYS, "form", signed=asked.signed, answer="1")
    books.commit()
    rows = str([list(books.execute(select(table.__table__))) for table in (CardStart, CardDecline, QuestionUsed)])  # type: ignore[attr-defined]
    assert HERE not in rows
    assert "StolenCardPrint1" not in rows
    today = come(books).near_hash
    with clock.at(clock.now() + timedelta(hours=25)):
        assert come(books).near_hash != today
        with transaction(books):
            card_testing.forget_old(books)
    assert [count(books, table) for table in (CardStart, CardDecline, QuestionUsed)] == [0, 0, 0]


def test_over_midnight_a_network_stays_as_strict_as_it_was(books: Session) -> None:
    midnight = (clock.now() + timedelta(days=1)).replace(hour=0, minute=0, second=0)
    with clock.at(midnight - timedelta(minutes=5)):
        many_declines(books, 5, HERE)
    with clock.at(midnight + timedelta(minutes=5)):
        assert come(books).is_hot


def test_the_question_is_asked_and_answered_in_polish_too(books: Session) -> None:
    with speaking("pl"):
        asked = questions.ask(KEYS, "form", before="s")
        assert asked.words
        assert questions.is_answered(books, KEYS, "form", signed=asked.signed, answer=asked.words.rpartition(" ")[2])


def test_each_figure_is_a_rule_that_one_person_may_change_while_it_happens() -> None:
    assert {one.code for one in card_rules.RULES.rules} == set(CardRules.__dataclass_fields__)
    assert not any(one.by_two for one in card_rules.RULES.rules)
    assert card_rules.RULES.faults(card_rules.RULES.values(HELD)) == []
