"""What may be given, what the card company is expected to keep, and how long a form lives. One place for each figure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.orm import Session

from fundapp.core.language import gettext as _
from fundapp.core.language import marked
from fundapp.rulebook import queries as rulebook
from fundapp.rulebook.rulesets import RuleSet, Unit, rule


@dataclass(frozen=True, slots=True)
class GivingRules:
    """The rules about gifts that are in force. Amounts in pence."""

    # Below a pound the card company keeps a fifth and more; tiny amounts are also how stolen cards are tried out.
    minimum_pence: int = rule(100, marked("The least that can be given"), Unit.PENCE, least=100, most=1_000, by_two=True)
    # Above this somebody at the Fund should speak with the donor first.
    maximum_pence: int = rule(1_000_000, marked("The most that can be given"), Unit.PENCE, least=10_000, most=1_000_000, by_two=True)
    # From here on the donor is asked once whether the amount is meant ("£500 for £5?").
    asked_again_from_pence: int = rule(
        20_000,
        marked("From this amount on a donor is asked once whether they mean it"),
        Unit.PENCE,
        least=1_000,
        most=1_000_000,
        by_two=True,
    )
    # From here on finance looks at a gift when it has come.
    looked_at_from_pence: int = rule(
        100_000, marked("From this amount on finance looks at a gift"), Unit.PENCE, least=1_000, most=1_000_000, by_two=True
    )
    # Stripe's published price for a UK card in 2026; what it really kept is in the ledger.
    fee_basis_points: int = rule(
        150, marked("What the card company is expected to keep: the share"), Unit.BASIS_POINTS, least=0, most=1_000, by_two=True
    )
    fee_fixed_pence: int = rule(
        20, marked("What the card company is expected to keep: besides, of each gift"), Unit.PENCE, least=0, most=99, by_two=True
    )
    # From here on a refund needs a second finance officer.
    refund_by_two_from_pence: int = rule(
        5_000, marked("From this amount on a refund takes two finance officers"), Unit.PENCE, least=100, most=100_000, by_two=True
    )

    def estimated_fee_pence(self, amount_pence: int) -> int:
        """About what the card company keeps of a gift, to the nearest penny (Code of Fundraising Practice 7.5.2)."""
        return (amount_pence * self.fee_basis_points + 5_000) // 10_000 + self.fee_fixed_pence

    def cover_pence(self, amount_pence: int) -> int:
        """What a donor adds so that a gift arrives whole, as far as can be told before: the least that covers the fee on all of it."""
        # A little less than enough, and then up penny by penny: the fee grows by less than a penny with each.
        total = amount_pence + self.estimated_fee_pence(amount_pence)
        while total - self.estimated_fee_pence(total) < amount_pence:
            total += 1
        return total - amount_pence

    def fee_words(self) -> str:
        """The card company's price as people say it."""
        return _("%(share)s%% and %(pence)dp") % {"share": f"{self.fee_basis_points / 100:g}", "pence": self.fee_fixed_pence}


def _fault(rules: GivingRules) -> str:
    if rules.minimum_pence >= min(rules.asked_again_from_pence, rules.maximum_pence):
        return _("The least is below what is asked about, and below the most.")
    return ""


RULES = RuleSet(
    code="giving",
    name=marked("What can be given"),
    hint=marked("What can be given at once, what is told of the card company’s share, and when somebody looks."),
    kind=GivingRules,
    fault=_fault,
)


def now(session: Session) -> GivingRules:
    """The rules in force."""
    return rulebook.now(session, RULES)


# How long a page may lie open before its form must be made anew.
FORM_LIVES = timedelta(hours=24)
# How long the payment page stays open. Stripe takes 30 minutes to 24 hours, by its own clock.
PAYMENT_PAGE_LIVES = timedelta(hours=23)

# Gifts at a point that is open, and gifts with no point at all.
PUBLIC_FUND = "public-giving"
# Gifts at a point that has closed, and money nobody can place yet.
GENERAL_FUND = "general"
