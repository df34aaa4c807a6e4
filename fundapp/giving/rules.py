"""What may be given, what the card company is expected to keep, and how long a form lives. One place for each figure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.orm import Session

from fundapp.core.language import gettext as _


@dataclass(frozen=True, slots=True)
class GivingRules:
    """The rules about gifts that are in force. Amounts in pence."""

    minimum_pence: int = 100
    maximum_pence: int = 1_000_000
    # From here on the donor is asked once whether the amount is meant ("£500 for £5?").
    asked_again_from_pence: int = 20_000
    # From here on finance looks at a gift when it has come.
    looked_at_from_pence: int = 100_000
    fee_basis_points: int = 150
    fee_fixed_pence: int = 20
    # From here on a refund needs a second finance officer.
    refund_by_two_from_pence: int = 5_000

    def estimated_fee_pence(self, amount_pence: int) -> int:
        """About what the card company keeps of a gift, to the nearest penny (Code of Fundraising Practice 7.5.2)."""
        return (amount_pence * self.fee_basis_points + 5_000) // 10_000 + self.fee_fixed_pence


def now(_session: Session) -> GivingRules:
    """The rules in force."""
    return GivingRules()


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
