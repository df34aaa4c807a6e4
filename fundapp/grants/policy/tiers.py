"""What a policy says, pure: who must sign for how much and how soon, what it agrees by itself, and how much help there is in a year."""

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


# What comes with the software (issue "Asking and deciding"; the sizes are those of funds of its kind).
FIRST_TIERS = (
    Tier(Signers.POLICY, Answer.AT_ONCE, 5_000),
    Tier(Signers.APPROVER, Answer.SAME_DAY, 10_000),
    Tier(Signers.APPROVER_AND_FINANCE, Answer.TWO_DAYS, 50_000),
    Tier(Signers.TWO_APPROVERS_OR_PANEL, Answer.TWO_DAYS),
)


@dataclass(frozen=True, slots=True)
class Policy:
    """What holds. `number` is None until two approvers have signed one: then nothing is agreed by the policy itself."""

    number: int | None
    tiers: tuple[Tier, ...] = FIRST_TIERS
    # What the policy agrees by itself: things of the catalogue alone, each at or under the upper guide price.
    catalogue_only: bool = True
    within_guide: bool = True
    # How much it agrees by itself in a week, Monday to Sunday: for one key worker, for one person, out of one fund.
    weekly_worker_pence: int = 20_000
    weekly_person_pence: int = 10_000
    weekly_fund_pence: int = 50_000
    # One in so many of what it agreed is looked at by an approver on the next day.
    look_at_one_in: int = 10
    # How many of the panel must vote.
    panel_quorum: int = 2
    # The most for one person, and for one community group, in twelve rolling months. More needs a reason, and a second person.
    person_cap_pence: int = 50_000
    group_cap_pence: int = 100_000

    @property
    def at_once_pence(self) -> int:
        """Up to how much it agrees by itself; 0 for nothing, as before two approvers signed it."""
        own = next((one for one in self.tiers if one.signers is Signers.POLICY), None)
        return (own.up_to_pence or 0) if own and self.number is not None else 0

    @property
    def human_tiers(self) -> tuple[Tier, ...]:
        """The tiers in which people decide, the smallest first."""
        return tuple(one for one in self.tiers if one.signers is not Signers.POLICY)

    def tier_for(self, amount_pence: int, *, by_policy: bool = False) -> Tier:
        """The first tier that reaches an amount; that of the policy itself only when the caller has found that it allows this."""
        fits = (one for one in self.tiers if one.signers is not Signers.POLICY or (by_policy and self.number is not None))
        return next(one for one in fits if one.up_to_pence is None or amount_pence <= one.up_to_pence)


UNSIGNED = Policy(None)
