"""What the standing policy agrees by itself: pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from fundapp.core.language import gettext as _
from fundapp.core.language import marked
from fundapp.grants.policy.tiers import Policy


class WhyNot(StrEnum):
    """Why the policy did not agree a request by itself, so that people decide on it."""

    TOO_MUCH = "too_much"
    NOT_FOR_A_PERSON = "not_for_a_person"
    NOT_IN_CATALOGUE = "not_in_catalogue"
    ABOVE_GUIDE = "above_guide"
    OVER_CAP = "over_cap"
    WORKER_WEEK = "worker_week"
    PERSON_WEEK = "person_week"
    FUND_WEEK = "fund_week"
    NO_FUND = "no_fund"

    @property
    def words(self) -> str:
        """The reason as a desk's page says it."""
        return _(_WORDS[self])


_WORDS = {
    WhyNot.TOO_MUCH: marked("more than the policy agrees by itself"),
    WhyNot.NOT_FOR_A_PERSON: marked("not for one person"),
    WhyNot.NOT_IN_CATALOGUE: marked("something the catalogue does not name"),
    WhyNot.ABOVE_GUIDE: marked("above the guide price"),
    WhyNot.OVER_CAP: marked("over a cap"),
    WhyNot.WORKER_WEEK: marked("the key worker’s week is full"),
    WhyNot.PERSON_WEEK: marked("the person’s week is full"),
    WhyNot.FUND_WEEK: marked("the week of every fund that could pay it is full"),
    WhyNot.NO_FUND: marked("no fund could pay it"),
}


@dataclass(frozen=True, slots=True)
class Priced:
    """One thing of a request: what it costs, its kind's upper guide price, and whether the catalogue names it."""

    price_pence: int
    guide_high_pence: int
    is_named: bool


@dataclass(frozen=True, slots=True)
class Week:
    """What the policy agreed by itself since Monday."""

    worker_pence: int = 0
    person_pence: int = 0


def why_not(policy: Policy, things: Sequence[Priced], *, is_for_a_person: bool, is_over_cap: bool, week: Week) -> WhyNot | None:
    """Why people decide on this one; None where the policy agrees it, if a fund can pay it."""
    asked_pence = sum(one.price_pence for one in things)
    if not 0 < asked_pence <= policy.at_once_pence:
        return WhyNot.TOO_MUCH
    if not is_for_a_person:
        return WhyNot.NOT_FOR_A_PERSON
    if policy.catalogue_only and not all(one.is_named for one in things):
        return WhyNot.NOT_IN_CATALOGUE
    if policy.within_guide and any(one.price_pence > one.guide_high_pence for one in things):
        return WhyNot.ABOVE_GUIDE
    if is_over_cap:
        return WhyNot.OVER_CAP
    if week.worker_pence + asked_pence > policy.weekly_worker_pence:
        return WhyNot.WORKER_WEEK
    if week.person_pence + asked_pence > policy.weekly_person_pence:
        return WhyNot.PERSON_WEEK
    return None
