"""Covering the card company's share is a choice that nobody makes for the donor; a large amount is asked about once, and looked at."""

from __future__ import annotations

from html import unescape
from urllib.request import urlopen

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fundapp.core.db import transaction
from fundapp.core.errors import Refused
from fundapp.core.roles import Role
from fundapp.gateways.stripe import StripeGateway
from fundapp.giving import queries, receipts, rules, settling, starting
from fundapp.giving.models import Donation, GivingAlarm
from fundapp.giving.rules import RULES, GivingRules
from fundapp.rulebook import queries as rulebook
from fundapp.rulebook import service as rulebook_service
from tests.builders import people
from tests.builders.giving import BACK, KEYS, Donor, amount, begin, ledger_of, started
from tests.builders.stand_in import StandIn
from tests.support.web import Client


def gifts(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Donation)) or 0


def alarms(session: Session) -> list[str]:
    return list(session.scalars(select(GivingAlarm.kind).order_by(GivingAlarm.id)))


def agreed(session: Session, **changed: int) -> None:
    admin, approver = people.user(session, Role.ADMIN), people.user(session, Role.APPROVER)
    proposed = rulebook_service.propose(
        session, actor=admin.actor, of=RULES, numbers=RULES.values(GivingRules(**changed)), replaces=0, reason="Because."
    )
    rulebook_service.agree(session, actor=approver.actor, version_id=proposed.id, of=RULES)
    session.commit()


def test_covering_is_never_ticked_beforehand_and_stands_as_large_as_the_amounts(client: Client, books: Session) -> None:
    page = client.get("/give")
    assert not page.soup.select("[checked]")
    box = page.one("form input[name=cover]")
    assert box["type"] == "checkbox"
    # The same component as an amount, and nothing that makes one of the two look like the right one.
    assert box.parent is not None
    assert "choice" in box.parent["class"]
    assert "Then £10.36 is taken, and the whole £10 arrives." in page.text("form .cover")
    assert page.texts("button .whole") == ["£3.25", "£5.28", "£10.36", "£20.51"]
    assert page.texts("button .bare") == ["£3", "£5", "£10", "£20"]


def test_a_gift_that_covers_the_share_arrives_whole_and_its_page_and_receipt_say_so(donor: Donor, client: Client, books: Session) -> None:
    answer = client.get("/give").form().fill(amount("10")).fill(cover="y").submit(follow=False)
    donor.session_id = answer.headers["Location"].rpartition("/")[2]
    assert (donor.gift.amount_pence, donor.gift.cover_pence) == (1_036, 36)
    donor.pay()
    page = donor.come_back()
    assert page.texts(".sum")[0] == "You gave £10.36 The card company kept −£0.36 To the Fund £10.00"
    assert "You added 36p for the card company’s share, so that £10 arrives. It kept 36p." in page.words
    said = receipts.receipt(books, donor.gift)
    assert said.for_pdf("")["wording"][0] == "36p of it was added to cover what the card company keeps."
    assert ledger_of(books, "public-giving") == {"stripe-balance": 1_000, "donations": 1_036, "processing-fees": 36}
    assert alarms(books) == []


def test_ones_own_amount_is_covered_too_and_what_is_taken_is_told_on_the_payment_page(donor: Donor, client: Client, books: Session) -> None:
    answer = client.get("/give").form().fill(amount("23")).fill(cover="y").submit(follow=False)
    donor.session_id = answer.headers["Location"].rpartition("/")[2]
    assert donor.gift.amount_pence == 2_300 + GivingRules().cover_pence(2_300) == 2_355
    with urlopen(answer.headers["Location"]) as page:
        told = unescape(page.read().decode())
    assert "£23, and 55p for the card company’s share" in told
    assert "£23.55" in told


def test_a_gift_that_does_not_cover_it_says_nothing_of_it(donor: Donor, books: Session) -> None:
    page = donor.give("10")
    assert (donor.gift.amount_pence, donor.gift.cover_pence) == (1_000, 0)
    assert "You added" not in page.words


def test_the_same_form_with_the_box_changed_is_one_gift_paid_once(donor: Donor, client: Client, books: Session) -> None:
    opened = client.get("/give")
    first = opened.form().fill(amount("10")).submit(follow=False).headers["Location"]
    second = opened.form().fill(amount("10")).fill(cover="y").submit(follow=False).headers["Location"]
    assert first != second
    assert gifts(books) == 1
    donor.session_id = second.rpartition("/")[2]
    assert (donor.gift.amount_pence, donor.gift.cover_pence) == (1_036, 36)
    same_sum = opened.form().fill(amount("10.36")).submit(follow=False).headers["Location"]
    assert same_sum not in {first, second}
    donor.session_id = same_sum.rpartition("/")[2]
    assert (donor.gift.amount_pence, donor.gift.cover_pence) == (1_036, 0)


def test_what_covers_the_share_comes_on_top_of_the_most_and_does_not_lift_what_is_too_little(books: Session) -> None:
    most, least = GivingRules().maximum_pence, GivingRules().minimum_pence
    cover = GivingRules().cover_pence(most)
    with transaction(books):
        made = starting.begin(books, keys=KEYS, form="most", point=None, amount_pence=most + cover, cover_pence=cover)
    assert made.amount_pence == most + cover
    with pytest.raises(Refused, match="between £1 and £10,000"), transaction(books):
        starting.begin(books, keys=KEYS, form="least", point=None, amount_pence=least, cover_pence=1)
    assert gifts(books) == 1


@pytest.mark.parametrize(("typed", "instead"), [("500", "£5"), ("250", "£2.50"), ("10,000", "£100")])
def test_a_large_amount_is_asked_about_once_and_either_answer_leads_on(
    donor: Donor, client: Client, books: Session, typed: str, instead: str
) -> None:
    asked = client.get("/give").form().fill(amount(typed)).fill(cover="y").submit(follow=False)
    assert asked.status == 200
    assert f"Do you mean £{typed}?" in asked.text("h1")
    assert gifts(books) == 0
    buttons = asked.texts("form button")
    assert buttons == [f"Yes, give £{typed}", f"No, give {instead}"]
    no = asked.form("form:nth-of-type(2)").submit(follow=False)
    donor.session_id = no.headers["Location"].rpartition("/")[2]
    meant = int(float(instead[1:]) * 100)
    assert donor.gift.amount_pence - donor.gift.cover_pence == meant
    assert donor.gift.cover_pence > 0


def test_who_means_it_gives_it_and_finance_looks_at_what_is_large(donor: Donor, client: Client, books: Session) -> None:
    donor.give("999.99")
    assert alarms(books) == []
    donor.give("1000")
    assert donor.gift.amount_pence == 100_000
    assert alarms(books) == ["large-gift"]
    donor.come_back()
    assert [one.sentence[:18] for one in queries.open_alarms(books)] == ["A large gift came."]


@pytest.mark.parametrize("forged", ["", "500", "50000.0", "x", "-50000", "49999", "5" * 5_000])
def test_only_the_very_amount_counts_as_meant(client: Client, books: Session, stand_in: StandIn, forged: str) -> None:
    opened = client.get("/give").form()
    data = {**opened.data, "amount": "other", "other": "500", "meant": forged}
    assert client.post("/give", data, token=False).status == 200
    assert gifts(books) == 0


def test_what_was_written_between_markup_stays_words_when_it_is_carried_on(client: Client, books: Session) -> None:
    opened = client.get("/give").form()
    data = {**opened.data, "amount": "other", "other": "500", "cover": '"><script>alert(1)</script>', "more": "not carried"}
    page = client.post("/give", data, token=False)
    assert not page.soup.select("script")
    assert not page.soup.select("[name=more]")


def test_the_giving_page_goes_by_the_rules_that_hold(client: Client, donor: Donor, books: Session) -> None:
    agreed(books, minimum_pence=500, asked_again_from_pence=2_000, maximum_pence=10_000, fee_basis_points=290, fee_fixed_pence=30)
    page = client.get("/give")
    assert page.texts(".amounts label b") == ["£5", "£10", "£20"]
    assert "about 2.9% and 30p" in page.text("form")
    assert client.get("/give").submit(amount="other", other="4.99").texts(".errors li") == ["The least is £5. You wrote “4.99”."]
    assert client.get("/give").submit(amount="other", other="100.01").texts(".errors li") == ["The most is £100. You wrote “100.01”."]
    assert "Do you mean £20?" in client.get("/give").form().fill(amount("20")).submit(follow=False).text("h1")
    rulebook.forget_read(books)
    with pytest.raises(Refused, match="between £5 and £100"):
        begin(books, 499)
    assert gifts(books) == 0
    assert rules.now(books).minimum_pence == 500


def test_a_gift_that_was_begun_under_other_rules_is_taken_as_it_was_chosen(
    books: Session, stripe: StripeGateway, stand_in: StandIn
) -> None:
    gift = started(books, stripe, 200)
    agreed(books, minimum_pence=500)
    rulebook.forget_read(books)
    assert starting.payment_page(books, stripe, gift, amount_pence=200, name="A gift", to=BACK) == gift.checkout_url
    stand_in.pay(gift.session_id or "")
    settling.settle_session(books, stripe, gift.session_id or "")
    assert ledger_of(books, "public-giving")["donations"] == 200
