"""What could never be an entry is refused before the database is asked."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from fundapp.core.errors import Refused
from fundapp.ledger import chart
from fundapp.ledger.draft import MOST_PENCE, Draft, Line
from fundapp.ledger.gate import Gate, fund_allows

DRAFT = Draft("charge:ch_1", "gift.charged", date(2026, 11, 14), (Line("bank", "donations", "general", 500),), "user:7", "donation:1")


def test_a_plain_draft_passes() -> None:
    DRAFT.check()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"event_key": ""}, "needs a key"),
        ({"event_key": "charge ch_1"}, "needs a key"),
        ({"event_key": "x" * 201}, "needs a key"),
        ({"event_key": "charge:ch_1\n"}, "needs a key"),
        ({"kind": "Gift"}, "needs a kind"),
        ({"kind": ""}, "needs a kind"),
        ({"actor": "jo@example.org"}, "references, never words: the actor"),
        ({"subject": ""}, "references, never words: the subject"),
        ({"reason": "because she asked"}, "never words: the reason"),
        ({"note": "paid to the shop"}, "never words: the note"),
        ({"happened_on": datetime(2026, 11, 14, tzinfo=UTC)}, "on a day"),
    ],
    ids=str,
)
def test_words_where_references_belong_are_refused(change: dict[str, Any], sentence: str) -> None:
    with pytest.raises(Refused, match=sentence):
        replace(DRAFT, **change).check()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"amount_pence": 0}, "more than nothing. This line has £0.00"),
        ({"amount_pence": -5}, "more than nothing. This line has −£0.05"),
        ({"amount_pence": MOST_PENCE + 1}, "cannot be written exactly"),
        ({"amount_pence": 5.0}, "whole number of pence"),
        ({"amount_pence": True}, "whole number of pence"),
        ({"credit": "bank"}, "cannot move from “bank” to itself"),
    ],
    ids=str,
)
def test_a_bad_line_is_refused(change: dict[str, Any], sentence: str) -> None:
    with pytest.raises(Refused, match=sentence):
        replace(DRAFT, lines=(replace(DRAFT.lines[0], **change),)).check()


def test_a_line_mirrored_twice_is_itself() -> None:
    line = DRAFT.lines[0]
    assert line.mirrored() == Line("donations", "bank", "general", 500)
    assert line.mirrored().mirrored() == line


def test_funds_come_once_and_in_a_fixed_order() -> None:
    lines = tuple(Line("a", "b", fund, 1) for fund in ("z", "a", "z"))
    assert replace(DRAFT, lines=lines).funds == ["a", "z"]


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "allowed"),
    [
        (None, None, True),
        (date(2026, 11, 14), date(2026, 11, 14), True),
        (date(2026, 11, 15), None, False),
        (None, date(2026, 11, 13), False),
    ],
)
def test_both_ends_of_a_funds_dates_are_inside(starts_on: date | None, ends_on: date | None, allowed: bool) -> None:
    assert fund_allows(Gate("general", "General fund", starts_on, ends_on), date(2026, 11, 14)) is allowed


def test_every_standard_account_has_its_own_code_and_what_is_not_yet_money_is_never_cash() -> None:
    codes = [account.code for account in chart.STANDARD]
    assert len(set(codes)) == len(codes)
    assert not set(chart.CASH) & set(chart.NOT_YET_MONEY)
    kinds = {account.code: account.kind for account in chart.STANDARD}
    assert all(kinds.get(code, "asset") == "asset" for code in (*chart.CASH, *chart.NOT_YET_MONEY))
