"""The card company's part, estimated before anybody pays, and what covers it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fundapp.giving import rules
from fundapp.giving.rules import RULES, GivingRules
from fundapp.rulebook.rulesets import Unit

FIRST = GivingRules()


@pytest.mark.parametrize(("gift", "fee"), [(200, 23), (500, 28), (1000, 35), (2500, 58), (100, 22), (1_000_000, 15_020)])
def test_the_fee_is_a_share_and_a_fixed_part_to_the_nearest_penny(gift: int, fee: int) -> None:
    assert FIRST.estimated_fee_pence(gift) == fee


def test_the_rule_is_said_as_people_say_it() -> None:
    assert FIRST.fee_words() == "1.5% and 20p"


def test_the_payment_page_closes_within_stripes_day() -> None:
    assert rules.PAYMENT_PAGE_LIVES.total_seconds() < 24 * 3600


@given(amount=st.integers(100, 1_000_000), share=st.integers(0, 1_000), fixed=st.integers(0, 99))
def test_what_covers_the_fee_is_enough_and_not_a_penny_more(amount: int, share: int, fixed: int) -> None:
    held = GivingRules(fee_basis_points=share, fee_fixed_pence=fixed)
    total = amount + held.cover_pence(amount)
    assert total - held.estimated_fee_pence(total) >= amount
    assert total - 1 - held.estimated_fee_pence(total - 1) < amount


def test_ten_pounds_arrive_whole_for_ten_pounds_and_thirty_six_pence() -> None:
    assert FIRST.cover_pence(1_000) == 36
    assert FIRST.estimated_fee_pence(1_036) == 36


def test_each_rule_has_a_name_a_unit_and_limits_around_what_it_came_with() -> None:
    assert {one.code for one in RULES.rules} == set(GivingRules.__dataclass_fields__)
    for one in RULES.rules:
        assert one.name
        assert one.least <= one.first <= one.most
        assert one.by_two
        assert (one.unit is Unit.PENCE) == one.code.endswith("_pence")


def test_the_least_is_below_what_is_asked_about_and_the_most() -> None:
    same = RULES.values(FIRST)
    assert RULES.faults(same) == []
    assert RULES.faults(same | {"minimum_pence": 1_000, "asked_again_from_pence": 1_000})
    assert RULES.faults(same | {"minimum_pence": 99}) == ["“The least that can be given” lies between £1.00 and £10.00."]


def test_what_is_no_rule_any_more_is_left_out_and_a_new_rule_says_what_it_came_with() -> None:
    assert RULES.saying({"minimum_pence": 200, "bygone": 7}) == GivingRules(minimum_pence=200)
