"""What may be given, what the card company is expected to keep, and how long a form lives. One place for each figure."""

from __future__ import annotations

from datetime import timedelta

from fundapp.core.language import gettext as _

# Below a pound the card company keeps a fifth and more; tiny amounts are also how stolen cards are tried out.
MINIMUM_PENCE = 100
# Above this somebody at the Fund should speak with the donor first.
MAXIMUM_PENCE = 1_000_000

# Stripe's published price for a UK card in 2026; what it really kept is in the ledger.
FEE_BASIS_POINTS = 150
FEE_FIXED_PENCE = 20

# How long a page may lie open before its form must be made anew.
FORM_LIVES = timedelta(hours=24)
# How long the payment page stays open. Stripe takes 30 minutes to 24 hours, by its own clock.
PAYMENT_PAGE_LIVES = timedelta(hours=23)

# Gifts at a point that is open, and gifts with no point at all.
PUBLIC_FUND = "public-giving"
# Gifts at a point that has closed, and money nobody can place yet.
GENERAL_FUND = "general"


def fee_words() -> str:
    """The card company's price as people say it."""
    return _("%(share)s%% and %(pence)dp") % {"share": f"{FEE_BASIS_POINTS / 100:g}", "pence": FEE_FIXED_PENCE}


def estimated_fee_pence(amount_pence: int) -> int:
    """About what the card company keeps of a gift, to the nearest penny. Told before paying (Code of Fundraising Practice 7.5.2)."""
    return (amount_pence * FEE_BASIS_POINTS + 5_000) // 10_000 + FEE_FIXED_PENCE
