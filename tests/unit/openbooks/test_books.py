"""The lines of the open books add up, whatever the ledger holds."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from fundapp.core.quarters import Period
from fundapp.ledger import chart
from fundapp.openbooks.books import Balance, Books, add_up

YEAR = Period(date(2026, 4, 1), date(2026, 10, 31))
KINDS = {one.code: one.kind.value for one in chart.STANDARD} | {
    "help-phone": "expense",
    "help-id": "expense",
    "rent": "expense",
    "interest": "income",
    "loan": "liability",
}
# Debit, credit, pence.
Move = tuple[str, str, int]


def balances(moves: list[Move]) -> dict[str, Balance]:
    """What stands in each account after some moves."""
    net = dict.fromkeys(KINDS, 0)
    for debit, credit, pence in moves:
        net[debit] += pence
        net[credit] -= pence
    return {code: Balance(KINDS[code], pence) for code, pence in net.items()}


def books(before: list[Move], during: list[Move]) -> Books:
    return add_up(YEAR, balances(before), balances(before + during))


def signed(book: Books) -> list[int]:
    """The lines before the last one, as they change what is there."""
    return [step.amount_pence * (-1 if step.kind == "out" else 1) for step in book.steps[:-1]]


GIFT = [("stripe-clearing", "donations", 1000), ("stripe-balance", "stripe-clearing", 965), ("processing-fees", "stripe-clearing", 35)]


def test_a_gift_a_grant_and_a_payment_stand_in_the_books() -> None:
    book = books([], [*GIFT, ("bank", "contributions", 150_000), ("help-phone", "grants-payable", 3999), ("grants-payable", "bank", 3999)])
    assert book.sum_rows == [
        ("Services and grants", "+£1,500.00"),
        ("Gifts from the public", "+£10.00"),
        ("Help paid for", "−£39.99"),
        ("Card fees", "−£0.35"),
    ]
    assert book.sum_total == ("Left on 31 October", "£1,469.66")
    assert (book.promised_pence, book.free_pence) == (0, 146_966)


def test_help_that_is_agreed_and_not_yet_paid_is_promised_and_still_there() -> None:
    book = books([], [("bank", "contributions", 10_000), ("help-id", "grants-payable", 1250)])
    assert (book.help_paid_pence, book.left_pence, book.promised_pence, book.free_pence) == (0, 10_000, 1250, 8750)


def test_help_agreed_last_year_and_paid_this_year_is_paid_this_year() -> None:
    book = books([("bank", "contributions", 10_000), ("help-id", "grants-payable", 1250)], [("grants-payable", "bank", 1250)])
    assert (book.opening_pence, book.help_paid_pence, book.left_pence) == (10_000, 1250, 8750)
    assert book.sum_rows[0] == ("There before", "£100.00")


def test_a_refund_is_told_and_not_hidden_in_the_gifts() -> None:
    book = books([], [*GIFT, ("refunds", "stripe-balance", 1000)])
    assert (book.gifts_pence, book.given_back_pence, book.left_pence) == (1000, 1000, -35)
    assert ("Given back to donors", "−£10.00") in book.sum_rows


def test_a_fund_in_which_nothing_happened_has_nothing_to_tell() -> None:
    assert not books([], []).has_moved
    assert not add_up(YEAR, {}, {}).has_moved


def test_an_account_nobody_thought_of_is_still_in_the_sum() -> None:
    book = books([], [("bank", "interest", 70), ("rent", "bank", 20)])
    assert (book.other_income_pence, book.other_costs_pence, book.left_pence) == (70, 20, 50)


CODES = st.sampled_from(sorted(KINDS))
MOVES = st.lists(st.tuples(CODES, CODES, st.integers(1, 10**8)).filter(lambda move: move[0] != move[1]), max_size=30)


@given(MOVES, MOVES)
def test_whatever_was_posted_the_lines_lead_to_what_is_left(before: list[Move], during: list[Move]) -> None:
    book = books(before, during)
    assert sum(signed(book)) == book.left_pence
    assert book.left_pence == sum(one.net_debit_pence for one in balances(before + during).values() if one.kind == "asset")
