"""The figures that a donor is told before paying."""

from __future__ import annotations

import pytest

from fundapp.giving import rules


@pytest.mark.parametrize(("gift", "fee"), [(100, 22), (300, 25), (500, 28), (1000, 35), (2000, 50), (1_000_000, 15_020)])
def test_the_estimate_is_the_published_price_to_the_nearest_penny(gift: int, fee: int) -> None:
    assert rules.estimated_fee_pence(gift) == fee


def test_the_words_tell_the_same_price() -> None:
    assert rules.fee_words() == "1.5% and 20p"


def test_the_payment_page_never_lives_longer_than_stripe_allows() -> None:
    assert rules.PAYMENT_PAGE_LIVES.total_seconds() < 24 * 3600
