"""Gifts by cheque or bank: entered by one, checked by another, then a gift like any other; and put right by two."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.core.actor import Actor
from fundapp.core.db import transaction
from fundapp.core.errors import Conflict, FundError, NotAllowed, Refused
from fundapp.core.roles import Role
from fundapp.giving import queries
from fundapp.giving.elsewhere import entering as elsewhere
from fundapp.giving.elsewhere import reversing as elsewhere_reversing
from fundapp.giving.elsewhere.models import GiftElsewhere
from fundapp.giving.lifecycle import Source, Status
from fundapp.giving.models import Donation
from fundapp.giving.receipts import receipt
from fundapp.giving.refunds import queries as refund_queries
from fundapp.giving.refunds import refunding
from fundapp.ledger import chart
from fundapp.ledger import queries as ledger
from fundapp.ledger.entries import entry_count
from tests.builders import people
from tests.builders.elsewhere import checked, entered, said
from tests.builders.giving import KEYS
from tests.builders.refunds import ask, officers
from tests.support.page import Page
from tests.support.postgres import OwnDatabase
from tests.support.web import Client

SignIn = Callable[[Client, object], None]


def donation_of(session: Session, gift: GiftElsewhere) -> Donation:
    return session.get_one(Donation, gift.donation_id)


def gifts(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Donation)) or 0


def test_what_is_entered_is_no_gift_until_somebody_else_has_checked_it(books: Session) -> None:
    one, two = officers(books)
    before = entry_count(books)
    made = entered(books, one)
    assert (gifts(books), entry_count(books)) == (0, before)
    with pytest.raises(NotAllowed, match="Somebody else checks it"):
        elsewhere.check(books, actor=one, keys=KEYS, gift_id=made.id)
    assert (gifts(books), entry_count(books), made.waits) == (0, before, True)
    with transaction(books):
        elsewhere.check(books, actor=two, keys=KEYS, gift_id=made.id)
    donation = donation_of(books, made)
    assert (donation.source, donation.status, donation.charge_id) == (Source.ELSEWHERE, Status.PAID, None)
    (entry,) = ledger.entries_for(books, donation.subject)
    assert entry.event_key == donation.receiving_key == f"gift:{donation.id}:received"
    assert [(line.debit, line.credit, line.amount_pence) for line in entry.lines] == [(chart.BANK, chart.DONATIONS, 25_000)]


def test_its_receipt_and_its_proof_are_those_of_any_gift_and_it_has_no_fee(books: Session) -> None:
    one, two = officers(books)
    donation = donation_of(books, checked(books, one, two))
    told = receipt(books, donation)
    assert (told.figures.gross_pence, told.figures.fee_pence, told.figures.fee_known, told.figures.net_pence) == (25_000, 0, True, 25_000)
    assert told.figures.charge_number > 0
    assert ":" not in told.given


def test_the_database_itself_lets_nobody_check_their_own(books: Session) -> None:
    one, two = officers(books)
    made = checked(books, one, two)
    with pytest.raises(Refused, match="two people"), transaction(books):
        books.execute(text("UPDATE gift_elsewhere SET checked_by = entered_by WHERE id = :id"), {"id": made.id})


def test_the_same_form_again_is_the_same_gift_and_with_other_figures_it_is_refused(books: Session) -> None:
    one, _two = officers(books)
    with transaction(books):
        first = elsewhere.enter(books, actor=one, once_key="once", said=said())
        again = elsewhere.enter(books, actor=one, once_key="once", said=said())
    assert first.id == again.id
    with pytest.raises(Conflict, match="other figures"):
        elsewhere.enter(books, actor=one, once_key="once", said=said(amount_pence=1))


def test_one_like_it_is_noticed_however_the_bank_prints_its_reference_and_may_be_another(books: Session) -> None:
    one, two = officers(books)
    first = entered(books, one)
    with pytest.raises(Refused, match=f"entered already, as number {first.id}"):
        entered(books, two, bank_reference="chq100417")
    assert entered(books, two, bank_reference="chq100417", is_another=True).id != first.id
    assert entered(books, one, bank_reference="CHQ 100418").id
    # What was sent back is no longer in the way.
    other = entered(books, one, amount_pence=700)
    with transaction(books):
        elsewhere.send_back(books, actor=two, gift_id=other.id, words="It says £70.")
    assert entered(books, one, amount_pence=700).id


@pytest.mark.parametrize(
    ("changes", "words"),
    [({"received_on": clock.today() + timedelta(days=2)}, "cannot lie ahead"), ({"fund_code": "nowhere"}, "no such fund")],
)
def test_what_cannot_be_is_refused_with_a_sentence(books: Session, changes: dict[str, Any], words: str) -> None:
    one, _two = officers(books)
    with pytest.raises(Refused, match=words):
        entered(books, one, **changes)
    assert books.scalar(select(func.count()).select_from(GiftElsewhere)) == 0


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.FINANCE])
def test_nobody_but_finance_sees_to_them(books: Session, role: Role) -> None:
    one, two = officers(books)
    other = Actor("user:99", 99, frozenset({role}))
    with pytest.raises(NotAllowed):
        entered(books, other)
    made = entered(books, one)
    with pytest.raises(NotAllowed):
        elsewhere.check(books, actor=other, keys=KEYS, gift_id=made.id)
    with pytest.raises(NotAllowed):
        elsewhere_reversing.call_wrong(books, actor=other, gift_id=checked(books, one, two, amount_pence=1).id, words="No.")


def test_who_gave_and_in_whose_memory_lies_in_no_entry_and_is_sealed(books: Session) -> None:
    one, two = officers(books)
    made = checked(books, one, two, in_memory_of="Tom Example")
    raw = books.execute(text("SELECT given_by, in_memory_of, bank_reference FROM gift_elsewhere WHERE id = :id"), {"id": made.id}).one()
    assert not any(b"Example" in bytes(value) or b"CHQ" in bytes(value) for value in raw)
    (entry,) = ledger.entries_for(books, donation_of(books, made).subject)
    assert "Example" not in repr(entry)


def test_a_wrong_one_is_taken_back_by_two_and_both_entries_stay(books: Session) -> None:
    one, two = officers(books)
    made = checked(books, one, two)
    donation = donation_of(books, made)
    with transaction(books):
        elsewhere_reversing.call_wrong(books, actor=one, gift_id=made.id, words="Entered twice.")
    with pytest.raises(NotAllowed, match="Somebody else"):
        elsewhere_reversing.take_back(books, actor=one, gift_id=made.id)
    assert queries.figures(books, donation).gross_pence == 25_000
    with transaction(books):
        elsewhere_reversing.take_back(books, actor=two, gift_id=made.id)
    assert [entry.kind for entry in ledger.entries_for(books, donation.subject)] == ["gift.received", "reversal"]
    assert (queries.figures(books, donation).gross_pence, ledger.balance_pence(books, chart.BANK)) == (0, 0)
    for act in (elsewhere_reversing.take_back, elsewhere_reversing.keep):
        with pytest.raises(Conflict):
            act(books, actor=two, gift_id=made.id)
    with pytest.raises(Refused, match="Nothing of this gift is left"):
        ask(books, donation)


def test_one_that_was_right_after_all_is_kept_and_may_be_called_wrong_again(books: Session) -> None:
    one, two = officers(books)
    made = checked(books, one, two)
    for _ in range(2):
        with transaction(books):
            elsewhere_reversing.call_wrong(books, actor=one, gift_id=made.id, words="Is it ours?")
            elsewhere_reversing.keep(books, actor=two, gift_id=made.id)
    assert made.stands
    assert not made.is_being_reversed


def test_it_is_given_back_by_bank_and_by_two_however_small(books: Session) -> None:
    one, two = officers(books)
    made = checked(books, one, two, amount_pence=500)
    donation = donation_of(books, made)
    refund = ask(books, donation, "It was meant for the food bank.")
    with pytest.raises(Refused, match="Give the day the bank pays it back"):
        refunding.enter(books, actor=one, refund_id=refund.id, amount_pence=500)
    with transaction(books):
        refunding.enter(books, actor=one, refund_id=refund.id, amount_pence=500, paid_on=clock.today(), bank_reference="BACK 1")
    with pytest.raises(NotAllowed):
        refunding.agree(books, actor=one, refund_id=refund.id)
    with pytest.raises(Refused, match="given back, or is about to be"):
        elsewhere_reversing.call_wrong(books, actor=one, gift_id=made.id, words="No.")
    with transaction(books):
        refunding.agree(books, actor=two, refund_id=refund.id)
    assert refund.state == "done"
    assert queries.figures(books, donation).is_all_back
    assert (ledger.balance_pence(books, chart.BANK), refund_queries.left_pence(books, donation.subject)) == (0, 0)


def test_eight_checks_at_once_make_one_gift(town: OwnDatabase) -> None:
    with town.session() as session:
        one, two = officers(session)
        made_id = entered(session, one).id

    def check(_: int) -> bool:
        with town.session() as session:
            try:
                with transaction(session):
                    elsewhere.check(session, actor=two, keys=KEYS, gift_id=made_id)
            except FundError:
                return False
            return True

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(check, range(8))).count(True) == 1
    with town.session() as session:
        assert (gifts(session), ledger.balance_pence(session, chart.BANK)) == (1, 25_000)


def filled(page: Page, **changes: str) -> Page:
    day = clock.today()
    answers = {
        "amount": "250", "bank_reference": "CHQ 100417", "means": "cheque", "fund_code": "public-giving", "given_by": "Mrs J. Example",
        "who": "person", "in_memory_of": "Tom Example", "received_on-day": str(day.day), "received_on-month": str(day.month),
        "received_on-year": str(day.year),
    }  # fmt: skip
    return page.form("main form").fill(**{**answers, **changes}).submit("Enter the gift")


def test_one_officer_enters_it_another_finds_it_and_prints_the_letter(client: Client, books: Session, sign_in_as: SignIn) -> None:
    one, two = people.user(books, Role.FINANCE), people.user(books, Role.FINANCE)
    sign_in_as(client, one)
    page = filled(client.get("/finance/gifts-elsewhere/new"))
    assert "You entered it" in page.words
    assert filled(client.get("/finance/gifts-elsewhere/new")).status == 409
    sign_in_as(client, two)
    page = client.get("/finance").follow("Check : Check a gift of £250.00 against the bank statement, Number")
    page = page.form("form[action$=check]").submit("It is there")
    letter = client.get(page.link("The letter (PDF)"))
    assert letter.headers["Content-Type"] == "application/pdf"
    gift = client.get(page.link("The gift’s own page"))
    assert "Your £250 is here" in gift.words
    assert "The card company kept" not in gift.words
    assert "Given by cheque or bank" in gift.words
    assert "Example" not in gift.words
    assert client.get(f"{gift.url}/receipt.pdf").status == 200


def test_an_auditor_reads_what_was_done_and_not_who_gave(client: Client, books: Session, sign_in_as: SignIn) -> None:
    one, two = officers(books)
    made = checked(books, one, two, in_memory_of="Tom Example")
    sign_in_as(client, people.user(books, Role.AUDITOR))
    page = client.get("/finance/gifts-elsewhere").follow(f"Gift {made.id}")
    assert "Example" not in page.words
    assert "CHQ" not in page.words
    assert client.get(f"/finance/gifts-elsewhere/{made.id}/letter.pdf").status == 403


def test_the_page_of_one_that_was_taken_back_says_so(client: Client, books: Session) -> None:
    one, two = officers(books)
    made = checked(books, one, two)
    with transaction(books):
        elsewhere_reversing.call_wrong(books, actor=one, gift_id=made.id, words="Entered twice.")
        elsewhere_reversing.take_back(books, actor=two, gift_id=made.id)
    token = client.app.extensions["fund"].keys.link_token("gift", str(made.donation_id))
    page = client.get(f"/gifts/{token}")
    assert "taken back out of our books" in page.words
    assert client.get(f"/gifts/{token}/receipt.pdf").status == 404
