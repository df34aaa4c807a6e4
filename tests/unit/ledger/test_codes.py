"""The short look at a draft's lines: it may let nothing by that the long one would stop."""

from hypothesis import given
from hypothesis import strategies as st

from fundapp.ledger import chart
from fundapp.ledger.codes import Codes
from fundapp.ledger.draft import Draft, Line
from tests.unit.ledger.test_canonical import GIFT

KINDS = {standard.code: str(standard.kind) for standard in chart.STANDARD} | {"help-phone": "expense"}
FUNDS = frozenset({"general", "public-giving"})

CODES = st.sampled_from([*KINDS, "nobody-opened"])
LINES = st.builds(Line, CODES, CODES, st.sampled_from([*FUNDS, "no-fund"]), st.integers(1, 10**6)).filter(
    lambda line: line.debit != line.credit
)


def draft(lines: list[Line]) -> Draft:
    return Draft("test:1", "test.entry", GIFT.draft.happened_on, tuple(lines), "system", "test:1")


@given(st.lists(LINES, min_size=1, max_size=4), st.lists(LINES, max_size=4))
def test_what_is_harmless_line_by_line_is_harmless_together(lines: list[Line], seen_before: list[Line]) -> None:
    codes = Codes(KINDS, FUNDS)
    codes.are_harmless(draft(seen_before))
    if codes.are_harmless(draft(lines)):
        assert not codes.missing(draft(lines))
        assert codes.only_adds(draft(lines))


def test_a_settled_gift_is_harmless_and_an_award_never() -> None:
    codes = Codes(KINDS, FUNDS)
    gift = Line(chart.STRIPE_BALANCE, chart.STRIPE_CLEARING, "general", 965)
    award = Line("help-phone", chart.GRANTS_PAYABLE, "general", 1)
    for _ in range(2):
        assert codes.are_harmless(draft([gift]))
        assert not codes.are_harmless(draft([award]))
        assert not codes.are_harmless(draft([gift, award]))
