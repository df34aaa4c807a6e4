"""What the standing policy agrees by itself, to the penny: without a database."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fundapp.grants.policy.standing_tier import Priced, Week, WhyNot, why_not
from fundapp.grants.policy.tiers import FIRST_TIERS, UNSIGNED, Policy

POLICY = replace(UNSIGNED, number=7)
PHONE = Priced(3_999, 4_500, is_named=True)


def said(
    policy: Policy = POLICY, *things: Priced, person: bool = True, over: bool = False, worker: int = 0, week: int = 0
) -> WhyNot | None:
    return why_not(policy, things or (PHONE,), is_for_a_person=person, is_over_cap=over, week=Week(worker, week))


def test_a_thing_of_the_catalogue_at_its_guide_price_is_agreed() -> None:
    assert said() is None
    assert said(POLICY, Priced(4_500, 4_500, is_named=True)) is None
    assert said(POLICY, Priced(5_000, 5_000, is_named=True)) is None


@pytest.mark.parametrize(
    ("found", "reason"),
    [
        (said(POLICY, Priced(5_001, 9_000, is_named=True)), WhyNot.TOO_MUCH),
        # Several things count together.
        (said(POLICY, PHONE, Priced(1_002, 1_800, is_named=True)), WhyNot.TOO_MUCH),
        (said(POLICY, Priced(0, 4_500, is_named=True)), WhyNot.TOO_MUCH),
        (said(UNSIGNED), WhyNot.TOO_MUCH),
        (said(replace(POLICY, tiers=FIRST_TIERS[1:])), WhyNot.TOO_MUCH),
        (said(person=False), WhyNot.NOT_FOR_A_PERSON),
        (said(POLICY, Priced(500, 10_000, is_named=False)), WhyNot.NOT_IN_CATALOGUE),
        (said(POLICY, PHONE, Priced(500, 10_000, is_named=False)), WhyNot.NOT_IN_CATALOGUE),
        (said(POLICY, Priced(4_501, 4_500, is_named=True)), WhyNot.ABOVE_GUIDE),
        # One above its own guide price, though together they are below both.
        (said(POLICY, Priced(2_000, 1_800, is_named=True), Priced(1_000, 4_500, is_named=True)), WhyNot.ABOVE_GUIDE),
        (said(over=True), WhyNot.OVER_CAP),
        (said(worker=16_002), WhyNot.WORKER_WEEK),
        (said(week=6_002), WhyNot.PERSON_WEEK),
    ],
)
def test_what_it_does_not_agree_says_why(found: WhyNot | None, reason: WhyNot) -> None:
    assert found is reason
    assert reason.words


def test_a_week_is_full_when_the_last_penny_of_it_is_used_and_not_before() -> None:
    assert said(worker=16_001) is None
    assert said(week=6_001) is None


def test_a_policy_may_say_otherwise() -> None:
    loose = replace(POLICY, catalogue_only=False, within_guide=False)
    assert said(loose, Priced(4_800, 4_500, is_named=False)) is None
