"""Who must sign for how much, and how soon it is answered: the tiers of a policy, pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Signers(StrEnum):
    """Whose word agrees a request of a tier."""

    # The standing policy itself, which two approvers signed; what it does not allow goes on to the next tier.
    POLICY = "policy"
    APPROVER = "approver"
    # The finance officer who signs does not pay it.
    APPROVER_AND_FINANCE = "approver_and_finance"
    TWO_APPROVERS_OR_PANEL = "two_approvers_or_panel"


class Answer(StrEnum):
    """How soon a tier is answered."""

    AT_ONCE = "at_once"
    SAME_DAY = "same_day"
    TWO_DAYS = "two_days"


@dataclass(frozen=True, slots=True)
class Tier:
    """Up to how much, whose word it takes, and how soon. The last tier of a policy has no upper end."""

    signers: Signers
    answer: Answer
    up_to_pence: int | None = None


@dataclass(frozen=True, slots=True)
class Policy:
    """What holds. `number` is None until two approvers have signed one: then nothing is agreed by the policy itself."""

    number: int | None
    tiers: tuple[Tier, ...]

    def tier_for(self, amount_pence: int, *, by_policy: bool = False) -> Tier:
        """The first tier that reaches an amount; that of the policy itself only when the caller has found that it allows this."""
        fits = (one for one in self.tiers if one.signers is not Signers.POLICY or (by_policy and self.number is not None))
        return next(one for one in fits if one.up_to_pence is None or amount_pence <= one.up_to_pence)


# What comes with the software (issue "Asking and deciding"; the sizes are those of funds of its kind).
FIRST_TIERS = (
    Tier(Signers.POLICY, Answer.AT_ONCE, 5_000),
    Tier(Signers.APPROVER, Answer.SAME_DAY, 10_000),
    Tier(Signers.APPROVER_AND_FINANCE, Answer.TWO_DAYS, 50_000),
    Tier(Signers.TWO_APPROVERS_OR_PANEL, Answer.TWO_DAYS),
)
UNSIGNED = Policy(None, FIRST_TIERS)
