"""What does not go together in a policy, in sentences. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from fundapp.core.language import gettext as _
from fundapp.core.money import pounds
from fundapp.grants.policy.tiers import Answer, Policy, Signers

# No one thing costs more, and no cap is higher: a slip of the finger, not a policy.
MOST_PENCE = 1_000_000
LEAST_QUORUM, MOST_QUORUM = 2, 9
MOST_LOOKS = 100
_ORDER = tuple(Signers)


def faults(policy: Policy) -> list[str]:
    """What is wrong with a policy, whoever sits in which seat."""
    return [*_of_tiers(policy), *_of_figures(policy)]


def _of_tiers(policy: Policy) -> Iterator[str]:
    tiers = policy.tiers
    if not policy.human_tiers or tiers[-1].up_to_pence is not None or any(one.up_to_pence is None for one in tiers[:-1]):
        yield _("The last step reaches as far as anybody asks, and every other one ends somewhere.")
        return
    limits = [one.up_to_pence for one in tiers[:-1] if one.up_to_pence is not None]
    if any(not 0 < limit <= MOST_PENCE for limit in limits):
        yield _("Each step ends between 1p and %(most)s.") % {"most": pounds(MOST_PENCE)}
    if any(low >= high for low, high in pairwise(limits)):
        yield _("Each step reaches further than the one before it.")
    places = [_ORDER.index(one.signers) for one in tiers]
    if any(low >= high for low, high in pairwise(places)):
        yield _("The more is asked, the more people sign.")
    if any((one.signers is Signers.POLICY) != (one.answer is Answer.AT_ONCE) for one in tiers):
        yield _("What the policy agrees by itself is answered at once, and nothing else is.")


def _of_figures(policy: Policy) -> Iterator[str]:
    amounts = (
        policy.weekly_worker_pence,
        policy.weekly_person_pence,
        policy.weekly_fund_pence,
        policy.person_cap_pence,
        policy.group_cap_pence,
    )
    if any(not 0 < amount <= MOST_PENCE for amount in amounts):
        yield _("Each limit lies between 1p and %(most)s.") % {"most": pounds(MOST_PENCE)}
    if not 1 <= policy.look_at_one_in <= MOST_LOOKS:
        yield _("Between every one and one in %(most)d are looked at.") % {"most": MOST_LOOKS}
    if not LEAST_QUORUM <= policy.panel_quorum <= MOST_QUORUM:
        yield _("Between %(least)d and %(most)d of the panel must vote.") % {"least": LEAST_QUORUM, "most": MOST_QUORUM}
