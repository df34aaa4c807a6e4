"""Fees and signatures, computed."""

from __future__ import annotations

import stripe
from hypothesis import given
from hypothesis import strategies as st

from fundapp.stripe_stand_in.balance import fee_pence
from fundapp.stripe_stand_in.deliveries import signature


def test_the_fee_is_a_percentage_rounded_half_up_and_20p() -> None:
    assert [fee_pence(pence, 150, 20) for pence in (500, 1000, 100, 33, 34, 2500)] == [28, 35, 22, 20, 21, 58]


@given(pence=st.integers(30, 99_999_999))
def test_the_fee_is_never_more_than_the_charge(pence: int) -> None:
    assert 0 <= fee_pence(pence, 150, 20) <= pence


@given(body=st.text().map(lambda text: text.encode("utf-8", "ignore")), secret=st.text("abc", min_size=1))
def test_the_library_believes_the_signature(body: bytes, secret: str) -> None:
    header = signature(body, ["whsec_other", secret], 1_800_000_000)

    assert stripe.WebhookSignature.verify_header(body, header, secret, tolerance=None)
